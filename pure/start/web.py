"""Decides how a web application is started: by which framework, which of its objects, and which server.

The order of the frameworks, and within one framework that of its servers (``servers``) and of the objects
(``code_search``), decides.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from pure.start.code_facts import AppObject, Django, Kind, Place
from pure.start.found import Found, Ground, Search, found, listed
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


def web_applications(ground: Ground) -> Search:
    """Every web application that can be started, the best first."""
    yield from _django(ground)
    for kind in _FRAMEWORKS:
        yield from _served(ground, kind)
    yield from _dash(ground)
    yield from _streamlit(ground)
    yield from _gradio(ground)
    yield from _panel(ground)
    yield from _marimo(ground)


def _django(ground: Ground) -> Search:
    if not ground.code.django:
        # Without manage.py, the object that servers import is all there is.
        yield from _served(ground, "django_wsgi")
        if not ground.code.of("django_wsgi"):
            yield from _served(ground, "django_asgi")
        return
    first, *others = ground.code.django
    manage = f"{first.folder}/manage.py".lstrip("/")
    if "django" not in ground.installed:
        yield f"{manage} is passed over: django isn't installed"
        return
    if others:
        yield f"{manage} is taken before {listed(f'{each.folder}/manage.py' for each in others)}"
    yield _django_project(ground, first, manage)


def _django_project(ground: Ground, django: Django, manage: str) -> Found:
    asgi = tuple(server for server in ASGI if server is not GUNICORN_ASGI)
    choices: list[tuple[str | None, Place | None, tuple[Server, ...]]] = [
        (django.wsgi, django.wsgi_place, SERVERS["django_wsgi"]),
        (django.asgi, django.asgi_place, ASGI),
    ]
    if django.asgi_declared:
        choices.insert(0, (django.asgi, django.asgi_place, asgi))
    for target, place, servers in choices:
        server = _server(ground, servers)
        if target is None or place is None or server is None:
            continue
        module, _, name = target.partition(":")
        return found(
            "web",
            command_line(fill(server.command, module=module, name=name)),
            place=place,
            because=f"the Django application {target}, served by {server.name}",
            what=f"the Django project of {manage}",
            working_dir=ground.folder(django.folder),
            warning=server.warning,
        )
    return found(
        "web",
        command_line(RUNSERVER.command),
        place=Place(path=manage, line=1),
        because="a Django project, and no server for it is installed",
        what=f"the Django project of {manage}",
        working_dir=ground.folder(django.folder),
        warning=RUNSERVER.warning,
    )


def _served(ground: Ground, kind: Kind) -> Search:
    """An object that a server imports."""
    objects = ground.code.of(kind)
    if not objects:
        return
    if missing := ground.absent(_DISTRIBUTIONS.get(kind, kind), f"the {_TITLES[kind]} object", objects[0].place):
        yield missing
        return
    servers = SERVERS[kind]
    for each in objects:
        server = _server(ground, servers, factory=each.factory)
        if server is not None:
            others = [f"{other.target} ({other.place})" for other in objects if other is not each]
            if others:
                yield f"{each.target} is taken before {listed(others)}"
            yield _serve(ground, each, server)
            return
    yield (
        f"{objects[0].place} has a {_TITLES[kind]} application, and no server for it is installed: "
        f"add {'gunicorn' if kind == 'django_wsgi' else 'uvicorn'} to the requirements"
    )


def _server(ground: Ground, servers: Iterable[Server], *, factory: bool = False) -> Server | None:
    return next((each for each in servers if usable(each, ground.installed, factory=factory)), None)


def _serve(ground: Ground, each: AppObject, server: Server, *, name: str | None = None) -> Found:
    words = server.factory if each.factory else server.command
    root, folder = ground.importable(each.place)
    kind = f"{_TITLES[each.kind]} {'factory' if each.factory else 'object'} {each.name}"
    return found(
        "web",
        command_line(fill(words, module=each.module, name=name or each.name), root=root),
        place=each.place,
        because=f"the {kind}, served by {server.name}",
        what=f"the {kind} in {each.place}",
        working_dir=ground.folder(folder),
        warning=server.warning,
    )


def _dash(ground: Ground) -> Search:
    objects = ground.code.of("dash")
    if not objects:
        return
    if missing := ground.absent("dash", "the Dash object", objects[0].place):
        yield missing
        return
    each = objects[0]
    server = _server(ground, SERVERS["dash"])
    name = next((name for module, name in ground.code.dash_servers if module == each.module), None)
    if server is not None and name and not each.factory:
        yield _serve(ground, each, server, name=name)
        return
    if server is not None:
        yield (
            f"{each.place.path} binds no name to the Dash object's server, which {server.name} could serve: "
            f"add a line such as  server = {each.name}.server"
        )
    yield _file(ground, each.place, PYTHON, "a Dash application, served by itself", variables=DASH_VARIABLES)


def _streamlit(ground: Ground) -> Search:
    yield from _script(ground, ground.code.streamlit, "streamlit", STREAMLIT, "a Streamlit application")


def _gradio(ground: Ground) -> Search:
    # What is launched decides, wherever the object was made.
    yield from _script(ground, ground.code.gradio, "gradio", PYTHON, "a Gradio application", variables=GRADIO_VARIABLES)


def _panel(ground: Ground) -> Search:
    yield from _script(ground, ground.code.panel, "panel", PANEL, "a Panel application")


def _marimo(ground: Ground) -> Search:
    places = tuple(each.place for each in ground.code.of("marimo") if not each.factory)
    yield from _script(ground, places, "marimo", MARIMO, "a marimo notebook")


def _script(
    ground: Ground,
    places: tuple[Place, ...],
    distribution: str,
    words: tuple[str, ...],
    what: str,
    *,
    variables: tuple[tuple[str, str], ...] = (),
) -> Search:
    if not places:
        return
    if missing := ground.absent(distribution, what, places[0]):
        yield missing
        return
    if len(places) > 1:
        yield f"{places[0].path} is taken before {listed(each.path for each in places[1:])}"
    yield _file(ground, places[0], words, what, variables=variables)


def _file(
    ground: Ground, place: Place, words: tuple[str, ...], what: str, *, variables: tuple[tuple[str, str], ...] = ()
) -> Found:
    command = command_line(fill(words, path=place.path), variables=variables)
    return found("web", command, place=place, because=what, what=f"{what} ({place.path})")
