"""Names what a project's code offers to start: objects, scripts, settings."""

from typing import Literal, TypeAlias

import msgspec

Kind: TypeAlias = Literal[
    "fastapi", "starlette", "litestar", "quart", "flask", "dash", "marimo", "celery", "django_wsgi", "django_asgi",
    "falcon", "falcon_asgi", "bottle", "pyramid", "sanic", "aiohttp", "fasthtml", "connexion", "cherrypy", "blacksheep",
    "mcp", "fastmcp",
    "asgi", "wsgi",  # known by its interface alone
]  # fmt: skip
# Libraries whose clients stay connected, and what the code says in their place: a type of content.
HolderKind: TypeAlias = Literal["flask-socketio", "python-socketio", "flask-sock", "flask-sockets", "stream"]
# What calls an object as its arguments show: servers of an interface, functions-framework, or PasteDeploy.
OfferKind: TypeAlias = Literal["wsgi", "asgi", "function", "paste", ""]
# What runs a file of the project's, beside the framework's own command where it has one.
ScriptKind: TypeAlias = Literal[
    "streamlit", "gradio", "panel", "chainlit", "nicegui", "reflex", "functions", "bottle", "cherrypy", "tornado",
    "aiohttp", "robyn", "mcp", "fastmcp", "sanic", "socketio",
]  # fmt: skip


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a file."""

    path: str
    line: int
    root: str = ""
    """The folder that has to be importable for the file, empty for the project's root."""

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}"


class AppObject(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a server or a worker can start: ``name`` in ``module``."""

    kind: Kind
    module: str
    name: str
    place: Place
    factory: bool = False
    """It is what calling ``name`` gives."""
    around: str = ""
    """What it was put around, by its name or by what was called for it."""
    starts: str = ""
    """What the module calls on import that serves it and doesn't return, so that no server could import it."""

    @property
    def target(self) -> str:
        """``module:name``, as most servers take it."""
        return f"{self.module}:{self.name}"


class Django(msgspec.Struct, frozen=True, kw_only=True):
    """A ``manage.py``, and the applications that a server can serve."""

    folder: str
    """Its own, empty for the root."""
    settings: str | None = None
    """The settings' module, as it names it."""
    wsgi: str | None = None
    asgi: str | None = None
    wsgi_place: Place | None = None
    asgi_place: Place | None = None
    asgi_declared: bool = False
    """The settings name the ASGI application, which they only do where it is meant."""
    served_settings: str | None = None
    """The settings' module, as the WSGI application's module names it."""
    candidates: tuple[str, ...] = ()
    """Modules that look like settings, where ``manage.py`` names none."""


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """What keeps connections open: a library, or code that sends events."""

    kind: HolderKind
    place: Place
    mode: str = ""
    """How it was told to run, such as ``threading``; empty where that is left to what is installed."""


class ScriptFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a framework's own command runs, or that serves itself."""

    kind: ScriptKind
    place: Place
    module: str
    name: str = ""
    """The function or object that is meant, where the command needs one."""
    others: tuple[str, ...] = ()
    """More of them in the same file."""


class Loopback(msgspec.Struct, frozen=True, kw_only=True):
    """A call that listens where only the container itself can reach it."""

    place: Place
    callee: str
    host: str
    """What stands there; empty where nothing does, which means the same."""


class FixedPort(msgspec.Struct, frozen=True, kw_only=True):
    """A call that listens at one port, whatever $PORT says."""

    place: Place
    callee: str
    port: int
    stated: bool
    """It stands there; else it is what the call does by itself."""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What may be an application, though nobody knows the library that made it."""

    target: str
    place: Place
    interface: OfferKind
    """What its arguments show; empty where they show nothing."""


class Unparsed(msgspec.Struct, frozen=True, kw_only=True):
    """A file that isn't Python as the parser knows it, and why."""

    path: str
    detail: str


class CodeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the project's code offers to start; every tuple in the order of preference."""

    objects: tuple[AppObject, ...] = ()

    scripts: tuple[ScriptFile, ...] = ()
    """Files that serve themselves, or that a command of their framework's serves."""
    dash_servers: tuple[tuple[str, str], ...] = ()
    """Modules with a Dash object, and the name that they bind to its server."""

    rq: tuple[Place, ...] = ()
    queues: tuple[str, ...] = ()
    django_rq: tuple[Place, ...] = ()
    django_queues: tuple[str, ...] = ()
    redis: str | None = None
    """The variable that holds the URL of the Redis, if the code names one and only one."""
    periodic: Place | None = None
    """Where Celery's periodic tasks are defined."""

    django: tuple[Django, ...] = ()
    holders: tuple[Holder, ...] = ()
    """What keeps connections open, the most demanding first."""
    websockets: Place | None = None
    """Where an ASGI application speaks of WebSockets."""
    loopback: tuple[Loopback, ...] = ()
    fixed_ports: tuple[FixedPort, ...] = ()
    """Of calls that others can reach."""
    offers: tuple[Offer, ...] = ()

    perhaps: tuple[AppObject, ...] = ()
    """What may stand around an object, by a call of something that nobody knows; ``around`` says around which."""
    idle: tuple[str, ...] = ()
    """Files with objects that do nothing with them when they are run."""

    programs: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    """Programs that have nothing to do with the objects."""
    inner_programs: tuple[tuple[str, Place], ...] = ()
    """Programs in a folder of the root, with the names of their modules."""
    packages: tuple[tuple[str, Place], ...] = ()
    """Packages that run by ``python -m``."""

    notes: tuple[str, ...] = ()
    """Which files weren't read, and why."""
    unparsed: tuple[Unparsed, ...] = ()
    own_minor: str = ""
    """The minor version of the Python that parsed them, empty where nobody said."""

    def script(self, kind: ScriptKind) -> tuple[ScriptFile, ...]:
        """The files of this kind."""
        return tuple(each for each in self.scripts if each.kind == kind)

    def of(self, *kinds: Kind) -> tuple[AppObject, ...]:
        """The objects of these kinds."""
        return tuple(each for each in self.objects if each.kind in kinds)
