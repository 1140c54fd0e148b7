"""Turns the texts of a project's Python files into facts about what can be started: objects, scripts and settings.

Names are followed across the project's own files: ``from shop.web import create_app`` and ``app = create_app()`` give a
Flask object if that function returns one. Nothing is ever imported. Only files that mention a framework, or what such
functions are called, are parsed, so the work is bounded by their number and size, which the shell bounds again.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from typing import Final, Literal, TypeAlias

import msgspec

from pure.start.code_module import Module, Unparsed, parse_module

Kind: TypeAlias = Literal[
    "fastapi", "starlette", "litestar", "quart", "flask", "dash", "marimo", "celery", "django_wsgi", "django_asgi",
]  # fmt: skip

# The calls whose result can be started, by their dotted names.
CALLS: Final[Mapping[str, Kind]] = {
    "fastapi.FastAPI": "fastapi",
    "fastapi.applications.FastAPI": "fastapi",
    "starlette.applications.Starlette": "starlette",
    "litestar.Litestar": "litestar",
    "litestar.app.Litestar": "litestar",
    "quart.Quart": "quart",
    "quart.app.Quart": "quart",
    "flask.Flask": "flask",
    "flask.app.Flask": "flask",
    "apiflask.APIFlask": "flask",
    "flask_openapi3.OpenAPI": "flask",
    "dash.Dash": "dash",
    "dash.dash.Dash": "dash",
    "marimo.App": "marimo",
    "celery.Celery": "celery",
    "celery.app.Celery": "celery",
    "django.core.wsgi.get_wsgi_application": "django_wsgi",
    "django.core.asgi.get_asgi_application": "django_asgi",
    "channels.routing.ProtocolTypeRouter": "django_asgi",
}

# What a file has to mention to be parsed. Substrings, so that no import is missed; the syntax tree decides.
_WORDS: Final = tuple(
    word.encode()
    for word in (
        *("fastapi", "starlette", "litestar", "quart", "flask", "dash", "gradio", "marimo", "celery", "django"),
        *("streamlit", "panel", "rq", "redis", "WSGI_APPLICATION", "ASGI_APPLICATION", "beat_schedule", "channels"),
        # create_app, build_app, make_application: a file that calls one needn't mention the framework.
        "_app",
    )
)

# Folders with code that isn't the application's own, or isn't meant to be started.
IGNORED_FOLDERS: Final = frozenset({
    "tests", "test", "testing", "docs", "doc", "examples", "example", "samples", "node_modules", "site-packages",
    "migrations", "alembic", "versions", "venv", "env", "virtualenv", "build", "dist", "staticfiles", "static",
    "__pycache__", "__pypackages__", "vendor", "third_party", "benchmarks", "notebooks", "e2e",
})  # fmt: skip
_TEST_FILE: Final = re.compile(r"(?:test_.*|.*_test|tests?|conftest|setup|noxfile|fabfile)\.py\Z")

# How a manage.py speaks of Django, apart from comments that compare it with Django's.
_DJANGOS: Final = re.compile(rb"DJANGO_|\bdjango\.|\b(?:from|import) django\b")
PROGRAMS: Final = ("main.py", "app.py", "bot.py", "server.py", "run.py")
MANAGE: Final = "manage.py"
_SOURCE_ROOT: Final = "src"
# Names that mean a distribution or the standard library wherever they are imported, and that people give to modules.
_FOREIGN: Final = frozenset(name.partition(".")[0] for name in CALLS) | {
    *("streamlit", "gradio", "panel", "rq", "redis", "sqlalchemy", "requests", "pydantic", "jinja2"),
    *("asyncio", "calendar", "code", "collections", "copy", "dataclasses", "datetime", "email", "enum", "html", "http"),
    *("io", "json", "logging", "math", "operator", "os", "pathlib", "platform", "queue", "random", "re", "secrets"),
    *("select", "signal", "site", "statistics", "string", "subprocess", "sys", "test", "time", "token", "types"),
    *("typing", "uuid"),
}
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_DJANGO_QUEUES: Final = (
    "django_rq.get_queue",
    "django_rq.queues.get_queue",
    "django_rq.job",
    "django_rq.decorators.job",
)
_QUEUE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}\Z")
_MODULE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)+\Z")


class SourceFile(msgspec.Struct, frozen=True, kw_only=True):
    """A Python file's contents, at its path from the project's root, with ``/``."""

    path: str
    raw: bytes


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """The project's Python files, sorted by path; ``left_out`` says in words which weren't read, and why."""

    files: tuple[SourceFile, ...] = ()
    left_out: tuple[str, ...] = ()


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a file; ``root`` is the folder that has to be importable for it, empty for the project's root."""

    path: str
    line: int
    root: str = ""

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}"


class AppObject(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a server or a worker can start: ``name`` in ``module``, or what calling it gives (a factory)."""

    kind: Kind
    module: str
    name: str
    place: Place
    factory: bool = False

    @property
    def target(self) -> str:
        """``module:name``, as most servers take it."""
        return f"{self.module}:{self.name}"


class Django(msgspec.Struct, frozen=True, kw_only=True):
    """A ``manage.py``: its folder (empty for the root), the settings that it names, and the applications to serve.

    ``asgi_declared`` says that the settings name the ASGI application, which they only do where it is meant.
    """

    folder: str
    settings: str | None = None
    wsgi: str | None = None
    asgi: str | None = None
    wsgi_place: Place | None = None
    asgi_place: Place | None = None
    asgi_declared: bool = False


class CodeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the project's code offers to start; every tuple in the order of preference.

    ``redis`` is the variable that holds the URL of the Redis, if the code names one and only one. ``inner_programs``
    are programs in a folder of the root, with the names of their modules. ``apart`` are programs that have
    nothing to do with the objects.
    """

    objects: tuple[AppObject, ...] = ()
    streamlit: tuple[Place, ...] = ()
    panel: tuple[Place, ...] = ()
    gradio: tuple[Place, ...] = ()
    dash_servers: tuple[tuple[str, str], ...] = ()
    rq: tuple[Place, ...] = ()
    django_rq: tuple[Place, ...] = ()
    queues: tuple[str, ...] = ()
    django_queues: tuple[str, ...] = ()
    redis: str | None = None
    periodic: Place | None = None
    django: tuple[Django, ...] = ()
    programs: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    inner_programs: tuple[tuple[str, Place], ...] = ()
    packages: tuple[tuple[str, Place], ...] = ()
    notes: tuple[str, ...] = ()

    def of(self, *kinds: Kind) -> tuple[AppObject, ...]:
        """The objects of these kinds."""
        return tuple(each for each in self.objects if each.kind in kinds)


def is_ignored(path: str) -> bool:
    """Whether a file isn't the application's own code, or isn't meant to be started."""
    *folders, name = path.split("/")
    return bool(_TEST_FILE.match(name)) or any(each in IGNORED_FOLDERS or each.startswith(".") for each in folders)


def code_facts(sources: Sources) -> CodeFacts:
    """The facts in the given files. Any contents whatever give a value."""
    files = [each for each in sources.files if not is_ignored(each.path)]
    # What lies beside or below a manage.py is imported from there, as manage.py itself does it.
    manage = {each.path.rpartition("/")[0] for each in files if is_manage(each)}
    tree = _Tree(frozenset(each.path for each in files))
    modules: dict[str, tuple[Module, str]] = {}
    notes = list(sources.left_out)
    for each in sorted(files, key=lambda file: file.path):
        if not _worth_parsing(each):
            continue
        parsed = parse_module(each.raw, path=each.path, name=_module_name(each.path, ""))
        if isinstance(parsed, Unparsed):
            notes.append(f"{parsed.path} was skipped: it isn't Python that this buildpack can read ({parsed.detail})")
            continue
        root = next((folder for folder in _folders(each.path) if folder in manage), None)
        root = tree.root_of(parsed) if root is None else root
        if root:
            again = parse_module(each.raw, path=each.path, name=_module_name(each.path, root))
            parsed = again if isinstance(again, Module) else parsed
        modules[each.path] = (parsed, root)
    return _Project(tree, modules, manage).facts(tuple(notes))


def _worth_parsing(file: SourceFile) -> bool:
    return (
        # In UTF-16 the words don't show; then the file isn't Python (language reference, "Encoding"), which is said.
        file.raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        or any(word in file.raw for word in _WORDS)
        or (_is_program(file.path) and file.path.count("/") <= 1)
        or file.path.rpartition("/")[2] in (MANAGE, "__main__.py")
        or _stem(file.path) in _FILES
        or b"import *" in file.raw
        or "settings" in file.path
    )


def is_manage(file: SourceFile) -> bool:
    """Whether this is Django's ``manage.py``: others give that name to a program of their own."""
    return file.path.rpartition("/")[2] == MANAGE and _DJANGOS.search(file.raw) is not None


def _is_program(path: str) -> bool:
    return path.rpartition("/")[2] in PROGRAMS


def _folders(path: str) -> Iterator[str]:
    """The folders that hold a file, the innermost first; the root is empty."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def _module_name(path: str, root: str) -> str:
    inner = path.removeprefix(f"{root}/") if root else path
    return inner.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


class _Tree:
    """The names of all files, from which follows which folder has to be importable for a file."""

    def __init__(self, paths: frozenset[str]) -> None:
        self.paths = paths
        self._tops: dict[str, set[str]] = {}
        for path in paths:
            parts = path.split("/")
            for depth, part in enumerate(parts):
                # A folder with a `src` of its own is a project, such as a workspace's member, and no package: it often
                # has its package's name, but nothing is imported from it.
                if depth + 1 < len(parts) and self._is_source_root(parts[: depth + 2]):
                    continue
                self._tops.setdefault("/".join(parts[:depth]), set()).add(part.removesuffix(".py"))

    def _is_source_root(self, folders: list[str]) -> bool:
        return folders[-1] == _SOURCE_ROOT and f"{'/'.join(folders)}/__init__.py" not in self.paths

    def root_of(self, module: Module) -> str:
        """The outermost folder from which the file's own imports of project files work.

        Without any: the innermost ``src`` if it is a folder of packages, else the root. Folders that no import could
        name (``my-service``) are always left.
        """
        folders = module.path.split("/")[:-1]
        first = max((depth + 1 for depth, name in enumerate(folders) if not name.isidentifier()), default=0)
        candidates = ["/".join(folders[:depth]) for depth in range(first, len(folders) + 1)]
        # `shop/celery.py` beside `from celery import Celery` isn't a reason to make `shop` importable.
        foreign = _FOREIGN | {module.path.rpartition("/")[2].removesuffix(".py")}
        for candidate in candidates:
            if (self._tops.get(candidate, frozenset()) & module.packages) - foreign:
                return candidate
        sources = (folders[:depth] for depth in range(len(folders), 0, -1) if self._is_source_root(folders[:depth]))
        return "/".join(next(sources, [])) or candidates[0]


class _Project:
    """All modules together: names are followed from one to the next."""

    def __init__(self, tree: _Tree, modules: Mapping[str, tuple[Module, str]], manage: Set[str] = frozenset()) -> None:
        self._tree = tree
        self._modules = modules
        self._manage = manage
        self._by_name = {module.name: module for module, _ in modules.values()}
        self._kinds: dict[str, Kind | None] = {}

    def facts(self, notes: tuple[str, ...]) -> CodeFacts:
        objects = sorted(self._objects(), key=_preference)
        scripts = sorted(self._modules.values(), key=lambda each: _file_preference(each[0].path))
        calls = [(module, root, call) for module, root in scripts for call in module.calls]
        rq = [
            (Place(path=module.path, line=line, root=root), text)
            for module, root, (callee, line, text) in calls
            if callee in ("rq.Queue", "rq.queue.Queue", "rq.job", "rq.decorators.job")
        ]
        django_queues = {
            "default" if callee == "django_rq.enqueue" else text or "default"
            for _, _, (callee, _, text) in calls
            if callee == "django_rq.enqueue" or (callee in _DJANGO_QUEUES and text is not None)
        }
        # A queue without a name is RQ's "default".
        queues = {text or "default" for _, text in rq if text is not None}
        return CodeFacts(
            objects=tuple(objects),
            streamlit=tuple(
                Place(path=module.path, line=1, root=root)
                for module, root in scripts
                if "streamlit" in module.packages and "pages" not in module.path.split("/")[:-1] and module.acts
            ),
            panel=tuple(self._first(calls, "panel", lambda callee: callee.endswith("servable"))),
            gradio=tuple(self._first(calls, "gradio", lambda callee: callee.endswith("launch"))),
            dash_servers=tuple(
                (module.name, name.name)
                for module, _ in scripts
                for name in module.names
                if name.value.endswith(".server") and "dash" in module.packages
            ),
            rq=tuple(place for place, _ in rq),
            django_rq=tuple(self._first(calls, "django_rq", lambda callee: callee.startswith("django_rq."))),
            queues=tuple(sorted(name for name in queues if _QUEUE.match(name))),
            django_queues=tuple(sorted(name for name in django_queues if _QUEUE.match(name))),
            redis=self._redis(),
            periodic=next(
                (
                    Place(path=module.path, line=module.periodic, root=root)
                    for module, root in scripts
                    if module.periodic is not None
                ),
                None,
            ),
            django=tuple(self._django()),
            programs=tuple(self._programs()),
            apart=tuple(
                path
                for path in self._programs()
                if not self._modules[path][0].serves
                and not any(
                    each.place.path == path or self._modules[path][0].uses(each.module, each.name) for each in objects
                )
            ),
            inner_programs=tuple(self._inner_programs()),
            packages=tuple(self._packages()),
            notes=notes,
        )

    def _redis(self) -> str | None:
        """The one variable whose URL connects to Redis in the files with queues, or else in any."""
        for package in ("rq", "redis"):
            found = {
                variable
                for module, _ in self._modules.values()
                if package in module.packages
                for callee, variable in module.configured
                if callee.startswith("redis.") and callee.endswith("from_url") and _VARIABLE.match(variable)
            }
            if found:
                return found.pop() if len(found) == 1 else None
        return None

    def _objects(self) -> Iterator[AppObject]:
        for module, root in self._modules.values():
            bound: dict[str, AppObject] = {}
            for each in module.called:
                kind = self._kind_of(each.callee)
                # `app = Middleware(app)` leaves it the application that it was.
                if kind and each.name not in module.mounted and each.name not in bound:
                    place = Place(path=module.path, line=each.line, root=root)
                    bound[each.name] = AppObject(kind=kind, module=module.name, name=each.name, place=place)
            if module.path.rpartition("/")[2] in ("wsgi.py", "asgi.py"):
                bound |= dict(self._handed_on(module, root, bound))
            yield from bound.values()
            for function in module.functions:
                # A server calls a factory without arguments; the application's own code may give it some.
                if function.needs:
                    continue
                kinds = [kind for callee in function.returns if (kind := self._kind_of(callee))]
                if kinds:
                    place = Place(path=module.path, line=function.line, root=root)
                    yield AppObject(kind=kinds[0], module=module.name, name=function.name, place=place, factory=True)

    def _handed_on(self, module: Module, root: str, bound: Mapping[str, AppObject]) -> Iterator[tuple[str, AppObject]]:
        """``from shop import app as application`` in a file that exists to be served."""
        for each in module.imported:
            origin, _, name = each.target.rpartition(".")
            source = self._by_name.get(origin)
            callee = next((call.callee for call in source.called if call.name == name), None) if source else None
            kind = self._kind_of(callee) if callee else None
            if kind and each.name not in bound:
                place = Place(path=module.path, line=1, root=root)
                yield each.name, AppObject(kind=kind, module=module.name, name=each.name, place=place)

    def _kind_of(self, callee: str) -> Kind | None:
        """What calling this gives, followed through the project's own functions and classes; else ``None``."""
        seen: set[str] = set()
        pending = [callee]
        while pending:
            name = pending.pop()
            if name in CALLS:
                return CALLS[name]
            if name in seen:
                continue
            seen.add(name)
            origin, _, last = name.rpartition(".")
            module = self._by_name.get(origin)
            if module is None:
                continue
            pending += [each.target for each in module.imported if each.name == last]
            pending += [each for function in module.functions if function.name == last for each in function.returns]
            pending += [base for each in module.classes if each.name == last for base in each.bases]
        return None

    def _first(
        self,
        calls: Iterable[tuple[Module, str, tuple[str, int, str | None]]],
        package: str,
        wanted: Callable[[str], bool],
    ) -> Iterator[Place]:
        """The first matching call of each file that imports a package."""
        seen: set[str] = set()
        for module, root, (callee, line, _) in calls:
            if package in module.packages and wanted(callee) and module.path not in seen:
                seen.add(module.path)
                yield Place(path=module.path, line=line, root=root)

    def _django(self) -> Iterator[Django]:
        for folder in sorted(self._manage, key=lambda each: (each.count("/") + bool(each), each)):
            path = f"{folder}/{MANAGE}".lstrip("/")
            if path not in self._modules:
                continue
            module, _ = self._modules[path]
            declared = self._setting(folder, module.settings, "ASGI")
            wsgi = self._setting(folder, module.settings, "WSGI") or self._application(folder, "django_wsgi")
            asgi = declared or self._application(folder, "django_asgi")
            yield Django(
                folder=folder,
                settings=module.settings,
                wsgi=wsgi[0] if wsgi else None,
                asgi=asgi[0] if asgi else None,
                wsgi_place=wsgi[1] if wsgi else None,
                asgi_place=asgi[1] if asgi else None,
                asgi_declared=declared is not None,
            )

    def _application(self, folder: str, kind: Kind) -> tuple[str, Place] | None:
        """The object in a ``wsgi.py`` or ``asgi.py`` where the settings don't say which one it is."""
        inside = [
            each
            for each in self._objects()
            if each.kind == kind and not each.factory and (not folder or each.place.path.startswith(f"{folder}/"))
        ]
        best = min(inside, key=_preference, default=None)
        return (best.target, best.place) if best else None

    def _setting(self, folder: str, settings: str | None, prefix: str) -> tuple[str, Place] | None:
        """``WSGI_APPLICATION`` as ``module:object`` from the settings module or one that it takes everything from."""
        pending = [settings] if settings else []
        seen: set[str] = set()
        while pending:
            name = pending.pop()
            path = self._path_of(folder, name)
            if path is None or path in seen:
                continue
            seen.add(path)
            # Imports are named from the folder of manage.py, so the file is read under that name.
            module = msgspec.structs.replace(self._modules[path][0], name=name)
            for text in reversed(module.texts):
                if text.name == f"{prefix}_APPLICATION" and _MODULE.match(text.value):
                    origin, _, last = text.value.rpartition(".")
                    return f"{origin}:{last}", Place(path=path, line=text.line)
            pending += module.stars
        return None

    def _path_of(self, folder: str, name: str) -> str | None:
        inner = name.replace(".", "/")
        for base in dict.fromkeys((folder, "", _SOURCE_ROOT)):
            for ending in (".py", "/__init__.py"):
                path = f"{base}/{inner}{ending}".lstrip("/")
                if path in self._modules:
                    return path
        return None

    def _programs(self) -> Iterator[str]:
        for folder in ("", f"{_SOURCE_ROOT}/"):
            for name in PROGRAMS:
                path = f"{folder}{name}"
                if path in self._modules and self._modules[path][0].acts:
                    yield path

    def _inner_programs(self) -> Iterator[tuple[str, Place]]:
        """``bot/main.py``: only with the line that makes it a program, for modules of such names are common."""
        for path, (module, root) in sorted(self._modules.items()):
            if path.count("/") == 1 and _is_program(path) and module.guarded:
                yield module.name, Place(path=path, line=1, root=root)

    def _packages(self) -> Iterator[tuple[str, Place]]:
        """Folders that run by ``python -m``; the name of the project's own root is empty."""
        found = [each for each in self._modules.values() if each[0].path.rpartition("/")[2] == "__main__.py"]
        for module, root in sorted(found, key=lambda each: (each[0].path.count("/"), each[0].path)):
            name = module.name.removesuffix("__main__").removesuffix(".")
            yield name, Place(path=module.path, line=1, root=root)


_FILES: Final = ("main", "app", "wsgi", "asgi", "application", "server", "run", "api", "web", "__init__")
_NAMES: Final = ("app", "application", "api", "server", "demo", "create_app", "make_app", "get_app")


def _preference(each: AppObject) -> tuple[int, bool, int, int, str, int]:
    """Which of several objects comes first: nearer to the root, ready made, by the file's name, by its own name."""
    depth, name, path = _file_preference(each.place.path)
    own = _NAMES.index(each.name) if each.name in _NAMES else len(_NAMES)
    return depth, each.factory, name, own, path, each.place.line


def _file_preference(path: str) -> tuple[int, int, str]:
    inner = path.removeprefix(f"{_SOURCE_ROOT}/")
    stem = _stem(path)
    if stem in ("streamlit_app", "Home", "home"):
        return inner.count("/"), -1, path
    return inner.count("/"), _FILES.index(stem) if stem in _FILES else len(_FILES), path


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".py")
