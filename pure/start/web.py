"""Decides how a web application is started: by which framework, which of its objects, and which server.

The order of the frameworks, and within one framework that of its servers (``frameworks``) and of the objects
(``objects``), decides.
"""

from collections.abc import Iterable

from pure.start.code_facts import AppObject, Django, Kind, Place
from pure.start.files import files_after, files_before, program
from pure.start.found import Found, Ground, Search, found, listed
from pure.start.framework_commands import DASH_VARIABLES
from pure.start.frameworks import FRAMEWORKS, SERVED
from pure.start.holding import TITLES, advice, lacks, mode_of, servers_for
from pure.start.launching import command_line, fill
from pure.start.servers import (
    ASGI,
    FASTAPI_CLI,
    GUNICORN,
    GUNICORN_ASGI,
    GUNICORN_UVICORN,
    RUNSERVER,
    UVICORN,
    Server,
    usable,
    within,
)

_UVICORNS = (UVICORN, GUNICORN_UVICORN, FASTAPI_CLI)


def web_applications(ground: Ground) -> Search:
    """Every web application that can be started, the best first."""
    yield from _django(ground)
    yield from files_before(ground)
    served: set[Kind] = set()
    for kind in SERVED:
        for each in _served(ground, kind):
            if isinstance(each, Found):
                served.add(kind)
            yield each
    yield from _dash(ground)
    yield from files_after(ground, served)


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
    choices: list[tuple[str | None, Place | None, Kind, tuple[Server, ...]]] = [
        (django.wsgi, django.wsgi_place, "django_wsgi", FRAMEWORKS["django_wsgi"].servers),
        (django.asgi, django.asgi_place, "django_asgi", ASGI),
    ]
    if django.asgi_declared:
        asgi = tuple(server for server in ASGI if server is not GUNICORN_ASGI)
        choices.insert(0, (django.asgi, django.asgi_place, "django_asgi", asgi))
    for target, place, kind, servers in choices:
        if target is None or place is None:
            continue
        server, warnings = _picked(ground, servers)
        if server is None:
            continue
        module, _, name = target.partition(":")
        if kind == "django_wsgi" and django.asgi_declared and "channels" in ground.installed:
            channels = f"{server.name} can't serve what Channels needs ASGI for: add daphne to the requirements"
            warnings = (*warnings, channels)
        return found(
            "web",
            command_line(fill(server.command, module=module, name=name), args=server.args),
            place=place,
            because=f"the Django application {target}, served by {server.name}",
            what=f"the Django project of {manage}",
            working_dir=ground.folder(django.folder),
            warnings=(*warnings, server.warning, _settings(django, manage)),
        )
    because, warning = "a Django project, and no server for it is installed", RUNSERVER.warning
    server, _ = _picked(ground, (*FRAMEWORKS["django_wsgi"].servers, *ASGI))
    if django.wsgi is None and django.asgi is None and server is not None:
        because = f"a Django project in which no application was found that {server.name} could serve"
        warning = (
            "runserver is Django's development server, which isn't made for the public; add a wsgi.py beside the "
            "settings, with  application = get_wsgi_application(),  and name it in them as WSGI_APPLICATION"
        )
    return found(
        "web",
        command_line(RUNSERVER.command),
        place=Place(path=manage, line=1),
        because=because,
        what=f"the Django project of {manage}",
        working_dir=ground.folder(django.folder),
        warnings=(warning, _settings(django, manage)),
    )


def _settings(django: Django, manage: str) -> str:
    """The warning that nothing names the settings; empty if something does."""
    if django.settings or django.served_settings:
        return ""
    example = f", to {listed(django.candidates)} say" if django.candidates else ""
    return (
        f"neither {manage} nor what is served names the settings: "
        f"set DJANGO_SETTINGS_MODULE{example}, for the build and where the image runs"
    )


def _served(ground: Ground, kind: Kind) -> Search:
    """An object that a server imports."""
    framework = FRAMEWORKS[kind]
    objects = ground.code.of(kind)
    if not objects:
        return
    if framework.distribution and (
        missing := ground.absent(framework.distribution, f"the {framework.title} object", objects[0].place)
    ):
        yield missing
        return
    ready = [each for each in objects if not each.starts]
    if not ready:
        # Bottle's own command leaves such a call out.
        if kind != "bottle":
            yield _serving_itself(ground, objects[0])
        return
    version = ground.installed.get(framework.distribution, "")
    servers = framework.servers
    if framework.changed and not within(version, oldest=framework.changed):
        servers = framework.before
    for each in ready:
        server, warnings = _picked(ground, servers, factory=each.factory)
        if _by_itself(ground, kind, server):
            yield from _socketio(ground)
            return
        if server is not None:
            others = [f"{other.target} ({other.place})" for other in ready if other is not each]
            if others:
                yield f"{each.target} is taken before {listed(others)}"
            yield _serve(ground, each, server, warnings=warnings)
            for outer in ground.code.perhaps:
                if outer.around == each.target:
                    yield (
                        f"{outer.place} may put {outer.name} around {each.name}: if it does, "
                        f"a Procfile would serve it, with {outer.target} in place of {each.target}"
                    )
            return
    if any(each.kind == kind for each in ground.code.scripts):
        return
    yield (
        f"{ready[0].place} has a {framework.title} application, and no server for it is installed: "
        f"add {framework.add} to the requirements"
    )


def _picked(
    ground: Ground, servers: Iterable[Server], *, factory: bool = False
) -> tuple[Server | None, tuple[str, ...]]:
    """The server, and what is wrong with it for the connections that the application keeps open."""

    def first(choices: Iterable[Server]) -> Server | None:
        installed, programs = ground.installed, ground.circumstances.programs
        return next((each for each in choices if usable(each, installed, factory=factory, programs=programs)), None)

    choices = tuple(servers)
    if GUNICORN in choices and ground.code.holders:
        holder = ground.code.holders[0]
        server = first(servers_for(holder, ground.installed))
        if server is not None:
            return server, () if ground.circumstances.provisional else (lacks(holder, ground.installed),)
        return first(choices), (advice(holder, ground.installed),)
    server = first(choices)
    place = ground.code.websockets
    known = ground.circumstances.provisional or {"websockets", "wsproto"} & ground.installed.keys()
    if server not in _UVICORNS or place is None or known:
        return server, ()
    return server, (f"{place} needs WebSockets, for which uvicorn has no library: add websockets to the requirements",)


def _by_itself(ground: Ground, kind: Kind, server: Server | None) -> bool:
    """Whether Flask-SocketIO's own server is the better one: eventlet's or gevent's, where gunicorn can't use them."""
    holder = next(iter(ground.code.holders), None)
    if kind != "flask" or holder is None or holder.kind != "flask-socketio" or not ground.code.script("socketio"):
        return False
    own = mode_of(holder, ground.installed) in ("eventlet", "gevent")
    return own and server not in servers_for(holder, ground.installed)


def _socketio(ground: Ground) -> Search:
    each = ground.code.script("socketio")[0]
    yield program(ground, each.place, each.module, "a Flask-SocketIO application, served by itself")


def _serving_itself(ground: Ground, each: AppObject) -> Found:
    """What serves itself as soon as it is imported, so that no server can import it."""
    title = FRAMEWORKS[each.kind].title
    what = f"the {title} object {each.name} in {each.place}"
    because = f"the {title} object {each.name}, which serves itself as soon as it is imported"
    warning = (
        f"{each.place.path} calls {each.starts.rpartition('.')[2]}() when it is imported, so no server can import it: "
        f'put that call under  if __name__ == "__main__":'
    )
    return program(ground, each.place, each.module, because, what=what, warnings=(warning,))


def _serve(
    ground: Ground, each: AppObject, server: Server, *, name: str | None = None, warnings: tuple[str, ...] = ()
) -> Found:
    words = server.factory if each.factory else server.command
    root, folder = ground.importable(each.place)
    around = f" around {each.around}" if each.around else ""
    kind = f"{FRAMEWORKS[each.kind].title} {'factory' if each.factory else 'object'} {each.name}{around}"
    filling = {"module": each.module, "name": name or each.name, "path": each.place.path}
    target = f"{each.module}:{name or each.name}{'()' if each.factory else ''}"
    variables = tuple((variable, value.replace("{target}", target)) for variable, value in server.variables)
    holder = next((held for held in ground.code.holders if server in servers_for(held, ground.installed)), None)
    open_ = f", which holds the connections of {TITLES[holder.kind]} open" if holder else ""
    return found(
        "web",
        command_line(fill(words, **filling), args=server.args, root=root, variables=variables),
        place=each.place,
        because=f"the {kind}, served by {server.name}{open_}",
        what=f"the {kind} in {each.place}",
        working_dir=ground.folder(folder),
        warnings=(*warnings, server.warning),
    )


def _dash(ground: Ground) -> Search:
    objects = ground.code.of("dash")
    if not objects:
        return
    if missing := ground.absent("dash", "the Dash object", objects[0].place):
        yield missing
        return
    each = objects[0]
    server, warnings = _picked(ground, FRAMEWORKS["dash"].servers)
    name = next((name for module, name in ground.code.dash_servers if module == each.module), None)
    if server is not None and name and not each.factory:
        yield _serve(ground, each, server, name=name, warnings=warnings)
        return
    if server is not None:
        yield (
            f"{each.place.path} binds no name to the Dash object's server, which {server.name} could serve: "
            f"add a line such as  server = {each.name}.server"
        )
    because = "a Dash application, served by itself"
    yield program(ground, each.place, each.module, because, variables=DASH_VARIABLES)
