"""Decides how an application starts: what the code offers and what is installed in, processes with their reasons out.

The order of the web frameworks, and within one framework that of its servers (``servers``) and of the objects
(``code_facts``), decides; whatever else could have been started is named beside the decision. Celery and RQ add
processes of their own. Only where there is no web application, a console script or a program is started.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import msgspec

from pure.names import normalise_name
from pure.source import Source
from pure.start.code_facts import AppObject, CodeFacts, Django, Kind, Place
from pure.start.declared import PYPROJECT, Project
from pure.start.processes import Process, Processes
from pure.start.servers import (
    ASGI,
    DASH_VARIABLES,
    GRADIO_VARIABLES,
    GUNICORN_ASGI,
    MARIMO,
    PANEL,
    PYTHON,
    RUNSERVER,
    SERVERS,
    STREAMLIT,
    Server,
    command_line,
    fill,
    usable,
)
from pure.wording import count

# What a direct requirement is known to bring along, for a plan that is made before anything is installed.
_BRINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "fastapi": ("starlette",),
    "fastapi[standard]": ("fastapi-cli", "uvicorn"),
    "fastapi[all]": ("fastapi-cli", "uvicorn"),
    "litestar[standard]": ("uvicorn",),
    "quart": ("flask", "hypercorn"),
    "channels[daphne]": ("daphne",),
    "uvicorn-worker": ("gunicorn", "uvicorn"),
    "dash": ("flask",),
    "django-rq": ("django", "rq"),
    "django-celery-beat": ("django", "celery"),
    "django-celery-results": ("celery",),
}

# The names for a log.
_TITLES: Final[Mapping[Kind, str]] = {
    "fastapi": "FastAPI",
    "starlette": "Starlette",
    "litestar": "Litestar",
    "quart": "Quart",
    "flask": "Flask",
    "dash": "Dash",
    "marimo": "marimo",
    "celery": "Celery",
    "django_wsgi": "Django (WSGI)",
    "django_asgi": "Django (ASGI)",
}
# In this order a project with several of them is taken for one.
_FRAMEWORKS: Final[tuple[Kind, ...]] = ("fastapi", "starlette", "litestar", "quart", "flask")
_DISTRIBUTIONS: Final[Mapping[Kind, str]] = {"django_wsgi": "django", "django_asgi": "django"}
# RQ's own, and what most platforms call it.
_REDIS_VARIABLES: Final = ("RQ_REDIS_URL", "REDIS_URL")
_SHOWN: Final = 3


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision depends on beside the code.

    ``installed`` maps the normalised names of distributions to their versions. ``app`` is the application's folder in
    the image.
    """

    installed: Mapping[str, str]
    project: Project
    app: str
    provisional: bool = False


def declared_distributions(requirements: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, str]:
    """What direct requirements, as (name, extras), will certainly install; no version is known."""
    names: dict[str, str] = {}
    for name, extras in requirements:
        own = normalise_name(name)
        names[own] = ""
        for key in (own, *(f"{own}[{extra.lower()}]" for extra in extras)):
            names |= dict.fromkeys(_BRINGS.get(key, ()), "")
    return names


def detect_processes(code: CodeFacts, circumstances: Circumstances) -> Processes:
    """The processes that the code and what is installed amount to, possibly none."""
    return _Detection(code, circumstances).processes()


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    """A way to start something, and in words what it is."""

    process: Process
    what: str
    warning: str = ""


class _Detection:
    """One decision; collects what it passes over on the way."""

    def __init__(self, code: CodeFacts, circumstances: Circumstances) -> None:
        self._code = code
        self._installed = circumstances.installed
        self._project = circumstances.project
        self._app = circumstances.app
        self._provisional = circumstances.provisional
        self._notes: list[str] = []

    def processes(self) -> Processes:
        web = [found for find in self._web() for found in find()]
        chosen = web[0] if web else next(self._program(), None)
        if len(web) > 1:
            self._notes.append(f"Passed over: {_listed(each.what for each in web[1:])}")
        if web:
            self._notes += self._apart()
        workers = [*self._celery(), *self._rq()]
        found = [*([chosen] if chosen else []), *workers]
        processes = tuple(
            msgspec.structs.replace(each.process, default=each is chosen or len(found) == 1) for each in found
        )
        notes = (*self._notes, *_few(self._code.notes))
        if not processes:
            nothing = "there is no Procfile, and nothing that could be started was found in the code"
            return Processes(processes=(), because=(nothing,), notes=notes, provisional=self._provisional)
        because = "found in the code, and started by what is installed"
        if chosen is None and len(found) > 1:
            because += "; none of several processes is the application itself, so the image has no default process"
        return Processes(
            processes=processes,
            because=(because,),
            notes=notes,
            warnings=tuple(each.warning for each in found if each.warning),
            provisional=self._provisional,
        )

    def _web(self) -> Iterator[Callable[[], Iterator[_Found]]]:
        yield self._django
        for kind in _FRAMEWORKS:
            yield lambda kind=kind: self._served(kind)  # type: ignore[misc]
        yield self._dash
        yield self._streamlit
        yield self._gradio
        yield self._panel
        yield self._marimo

    def _missing(self, distribution: str, what: str, place: Place) -> bool:
        if distribution in self._installed:
            return False
        self._notes.append(f"{what} in {place} is passed over: {distribution} isn't installed")
        return True

    def _served(self, kind: Kind) -> Iterator[_Found]:
        """An object that a server imports."""
        objects = self._code.of(kind)
        if not objects or self._missing(
            _DISTRIBUTIONS.get(kind, kind), f"the {_TITLES[kind]} object", objects[0].place
        ):
            return
        servers = SERVERS[kind]
        for each in objects:
            server = self._server(servers, factory=each.factory)
            if server is not None:
                others = [f"{other.target} ({other.place})" for other in objects if other is not each]
                if others:
                    self._notes.append(f"{each.target} is taken before {_listed(others)}")
                yield self._serve(each, server)
                return
        self._notes.append(
            f"{objects[0].place} has a {_TITLES[kind]} application, and no server for it is installed: "
            f"add {'gunicorn' if kind == 'django_wsgi' else 'uvicorn'} to the requirements"
        )

    def _server(self, servers: Iterable[Server], *, factory: bool = False) -> Server | None:
        return next((each for each in servers if usable(each, self._installed, factory=factory)), None)

    def _serve(self, each: AppObject, server: Server, *, name: str | None = None) -> _Found:
        words = server.factory if each.factory else server.command
        root, folder = self._importable(each.place)
        kind = f"{_TITLES[each.kind]} {'factory' if each.factory else 'object'} {each.name}"
        return _found(
            "web",
            command_line(fill(words, module=each.module, name=name or each.name), root=root),
            place=each.place,
            because=f"the {kind}, served by {server.name}",
            what=f"the {kind} in {each.place}",
            working_dir=self._folder(folder),
            warning=server.warning,
        )

    def _importable(self, place: Place) -> tuple[str, str]:
        """How a file's root becomes importable: on the path (``src``), or as the folder where the process starts.

        Neither is needed for what is installed: the project itself, and in a workspace the member that the ``src``
        belongs to, whose distribution is called like its package.
        """
        root = place.root
        if not root:
            return "", ""
        if root == "src" or root.endswith("/src"):
            package = place.path.removeprefix(f"{root}/").partition("/")[0].removesuffix(".py")
            owner = self._project.name if root == "src" else package
            return ("", "") if owner and normalise_name(owner) in self._installed else (root, "")
        return "", root

    def _folder(self, folder: str) -> str:
        return f"{self._app}/{folder}" if folder else ""

    def _django(self) -> Iterator[_Found]:
        if not self._code.django:
            # Without manage.py, the object that servers import is all there is.
            yield from self._served("django_wsgi")
            if not self._code.of("django_wsgi"):
                yield from self._served("django_asgi")
            return
        first, *others = self._code.django
        manage = f"{first.folder}/manage.py".lstrip("/")
        if "django" not in self._installed:
            self._notes.append(f"{manage} is passed over: django isn't installed")
            return
        if others:
            self._notes.append(f"{manage} is taken before {_listed(f'{each.folder}/manage.py' for each in others)}")
        yield self._django_project(first, manage)

    def _django_project(self, django: Django, manage: str) -> _Found:
        asgi = tuple(server for server in ASGI if server is not GUNICORN_ASGI)
        choices: list[tuple[str | None, Place | None, tuple[Server, ...]]] = [
            (django.wsgi, django.wsgi_place, SERVERS["django_wsgi"]),
            (django.asgi, django.asgi_place, ASGI),
        ]
        if django.asgi_declared:
            choices.insert(0, (django.asgi, django.asgi_place, asgi))
        for target, place, servers in choices:
            server = self._server(servers)
            if target is None or place is None or server is None:
                continue
            module, _, name = target.partition(":")
            return _found(
                "web",
                command_line(fill(server.command, module=module, name=name)),
                place=place,
                because=f"the Django application {target}, served by {server.name}",
                what=f"the Django project of {manage}",
                working_dir=self._folder(django.folder),
                warning=server.warning,
            )
        return _found(
            "web",
            command_line(RUNSERVER.command),
            place=Place(path=manage, line=1),
            because="a Django project, and no server for it is installed",
            what=f"the Django project of {manage}",
            working_dir=self._folder(django.folder),
            warning=RUNSERVER.warning,
        )

    def _dash(self) -> Iterator[_Found]:
        objects = self._code.of("dash")
        if not objects or self._missing("dash", "the Dash object", objects[0].place):
            return
        each = objects[0]
        server = self._server(SERVERS["dash"])
        name = next((name for module, name in self._code.dash_servers if module == each.module), None)
        if server is not None and name and not each.factory:
            yield self._serve(each, server, name=name)
            return
        if server is not None:
            self._notes.append(
                f"{each.place.path} binds no name to the Dash object's server, which {server.name} could serve: "
                f"add a line such as  server = {each.name}.server"
            )
        yield self._file(each.place, PYTHON, "a Dash application, served by itself", variables=DASH_VARIABLES)

    def _streamlit(self) -> Iterator[_Found]:
        yield from self._script(self._code.streamlit, "streamlit", STREAMLIT, "a Streamlit application")

    def _panel(self) -> Iterator[_Found]:
        yield from self._script(self._code.panel, "panel", PANEL, "a Panel application")

    def _marimo(self) -> Iterator[_Found]:
        places = tuple(each.place for each in self._code.of("marimo") if not each.factory)
        yield from self._script(places, "marimo", MARIMO, "a marimo notebook")

    def _gradio(self) -> Iterator[_Found]:
        # What is launched decides, wherever the object was made.
        yield from self._script(self._code.gradio, "gradio", PYTHON, "a Gradio application", variables=GRADIO_VARIABLES)

    def _script(
        self,
        places: tuple[Place, ...],
        distribution: str,
        words: tuple[str, ...],
        what: str,
        *,
        variables: tuple[tuple[str, str], ...] = (),
    ) -> Iterator[_Found]:
        if not places or self._missing(distribution, what, places[0]):
            return
        if len(places) > 1:
            self._notes.append(f"{places[0].path} is taken before {_listed(each.path for each in places[1:])}")
        yield self._file(places[0], words, what, variables=variables)

    def _file(
        self, place: Place, words: tuple[str, ...], what: str, *, variables: tuple[tuple[str, str], ...] = ()
    ) -> _Found:
        command = command_line(fill(words, path=place.path), variables=variables)
        return _found("web", command, place=place, because=what, what=f"{what} ({place.path})")

    def _celery(self) -> Iterator[_Found]:
        objects = self._code.of("celery")
        if not objects or self._missing("celery", "the Celery object", objects[0].place):
            return
        ready = [each for each in objects if not each.factory]
        if not ready:
            self._notes.append(f"{objects[0].place} makes a Celery object in a function, which no worker can import")
            return
        each = ready[0]
        root, folder = self._importable(each.place)

        def process(kind: str, options: tuple[str, ...], because: str) -> _Found:
            words = ("celery", "--app", each.target, kind, "--loglevel", "INFO", *options)
            return _found(
                kind,
                command_line(words, root=root),
                place=each.place,
                because=because,
                what=because,
                working_dir=self._folder(folder),
            )

        yield process("worker", (), f"the Celery object {each.name}")
        if "django-celery-beat" in self._installed:
            scheduler = ("--scheduler", "django_celery_beat.schedulers:DatabaseScheduler")
            yield process("beat", scheduler, "django-celery-beat is installed; run it once, not once per container")
        elif self._code.periodic is not None:
            # The application's folder needn't be writable.
            schedule = ("--schedule", "/tmp/celerybeat-schedule")  # noqa: S108
            because = f"{self._code.periodic} has periodic tasks; run it once, not once per container"
            yield process("beat", schedule, because)

    def _rq(self) -> Iterator[_Found]:
        kind = "rq-worker" if self._code.of("celery") and "celery" in self._installed else "worker"
        if self._code.django_rq and self._code.django and "django-rq" in self._installed:
            words = ("python", "manage.py", "rqworker", *(self._code.django_queues or ("default",)))
            yield _found(
                kind,
                words,
                place=self._code.django_rq[0],
                because="jobs of django-rq",
                what="jobs of django-rq",
                working_dir=self._folder(self._code.django[0].folder),
            )
            return
        places = self._code.rq
        if not places or self._missing("rq", "an RQ queue", places[0]):
            return
        queues = self._code.queues or ("default",)
        own = self._code.redis if self._code.redis not in _REDIS_VARIABLES else None
        names = [f"${name}" for name in (_REDIS_VARIABLES[0], *((own,) if own else ()), _REDIS_VARIABLES[1])]
        root, folder = self._importable(places[0])
        yield _found(
            kind,
            command_line(("rq", "worker", "--url", f"{{redis:{own}}}" if own else "{redis}", *queues), root=root),
            place=places[0],
            because=f"RQ's queues, at {', '.join(names[:-1])} or {names[-1]}",
            what="RQ's queues",
            working_dir=self._folder(folder),
        )

    def _program(self) -> Iterator[_Found]:
        scripts = self._project.scripts
        own = normalise_name(self._project.name) if self._project.name else ""
        if scripts and own not in self._installed:
            what = count(len(scripts), "console script")
            self._notes.append(f"{what} of {PYPROJECT} passed over: the project itself isn't installed")
        elif len(scripts) > 1:
            names = _listed(each.name for each in scripts)
            self._notes.append(f"{PYPROJECT} has several console scripts ({names}): a Procfile could choose one")
        elif scripts:
            yield _found(
                "app",
                (scripts[0].name,),
                place=None,
                because=f"the project's only console script, {scripts[0].target}",
                what="",
            )
            return
        if self._code.programs:
            first, *others = self._code.programs
            if others:
                self._notes.append(f"{first} is taken before {_listed(others)}")
            because = "it does something when it is run; whether it listens on $PORT is up to it"
            yield _found("app", ("python", first), place=Place(path=first, line=1), because=because, what="")
            return
        if self._code.packages:
            (name, place), *more = self._code.packages
            if more:
                self._notes.append(f"{place.path} is taken before {_listed(other.path for _, other in more)}")
            path, folder = self._importable(place)
            words = ("python", "-m", name) if name else ("python", "__main__.py")
            yield _found(
                "app",
                command_line(words, root=path),
                place=place,
                because="the package runs as a program",
                what="",
                working_dir=self._folder(folder),
            )
            return
        yield from self._inner_program()

    def _apart(self) -> Iterator[str]:
        """A bot, say, beside the small web application that keeps it alive."""
        scripts = {each.path for each in (*self._code.streamlit, *self._code.gradio, *self._code.panel)}
        for path in self._code.apart:
            if path not in scripts:
                yield (
                    f"{path} is a program, too, and isn't started: "
                    f"a Procfile or [tool.lamina.processes] of {PYPROJECT} could choose it"
                )

    def _inner_program(self) -> Iterator[_Found]:
        """The only program in a folder of the root; of several nobody knows which one is the application."""
        programs = self._code.inner_programs
        if len(programs) > 1:
            places = _listed(each.path for _, each in programs)
            self._notes.append(f"there are several programs ({places}): a Procfile could choose one")
        elif programs:
            (module, place), *_ = programs
            # A program that imports its neighbours by their own names is started as the file that it is.
            words = ("python", place.path) if place.root else ("python", "-m", module)
            because = "it is a program, the only one of that kind; whether it listens on $PORT is up to it"
            yield _found("app", words, place=place, because=because, what="")


def _found(
    kind: str,
    command: tuple[str, ...],
    *,
    place: Place | None,
    because: str,
    what: str,
    working_dir: str = "",
    warning: str = "",
) -> _Found:
    source = Source(file=PYPROJECT) if place is None else Source(file=place.path, line=place.line)
    return _Found(
        process=Process(
            type=kind, command=command, default=False, source=source, because=because, working_dir=working_dir
        ),
        what=what,
        warning=warning,
    )


def _listed(items: Iterable[str]) -> str:
    known = list(items)
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return f"{', '.join(known[:_SHOWN])}{more}"


def _few(notes: tuple[str, ...]) -> tuple[str, ...]:
    kept = 5
    return (*notes[:kept], f"and {count(len(notes) - kept, 'more note')}") if len(notes) > kept else notes
