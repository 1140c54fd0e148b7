"""Names what a project's code offers to start: objects, scripts, settings."""

from typing import Literal, TypeAlias

import msgspec

Kind: TypeAlias = Literal[
    "fastapi", "starlette", "litestar", "quart", "flask", "dash", "marimo", "celery", "django_wsgi", "django_asgi",
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


class Unparsed(msgspec.Struct, frozen=True, kw_only=True):
    """A file that isn't Python as the parser knows it, and why."""

    path: str
    detail: str


class CodeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the project's code offers to start; every tuple in the order of preference."""

    objects: tuple[AppObject, ...] = ()

    # Files that are run by a program of their framework's.
    streamlit: tuple[Place, ...] = ()
    panel: tuple[Place, ...] = ()
    gradio: tuple[Place, ...] = ()
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

    def of(self, *kinds: Kind) -> tuple[AppObject, ...]:
        """The objects of these kinds."""
        return tuple(each for each in self.objects if each.kind in kinds)
