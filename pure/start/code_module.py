"""Names what one Python file says, as far as a start command can depend on it."""

from typing import Final

import msgspec

from pure.start.code_facts import OfferKind
from pure.start.listening import Listening

# What a program imports that serves an application itself.
_SERVING: Final = frozenset(
    {"uvicorn", "hypercorn", "granian", "gunicorn", "waitress", "werkzeug", "gevent", "eventlet"}
)


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """A name that an import binds, and what it stands for as a dotted name."""

    name: str
    target: str


class Called(msgspec.Struct, frozen=True, kw_only=True):
    """A module-level name bound to the result of a call: what is called, as a dotted name."""

    name: str
    callee: str
    line: int
    around: tuple[str, ...] = ()
    """What its arguments name or call in turn, as dotted names; a call ends in ``()``."""


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """A module-level function."""

    name: str
    returns: tuple[str, ...]
    """The calls whose result it may return."""
    line: int
    needs: bool = False
    """It can't be called without arguments."""
    awaited: bool = False
    """Calling it gives what has to be awaited."""


class Class(msgspec.Struct, frozen=True, kw_only=True):
    """A module-level class, and what it is derived from, as dotted names."""

    name: str
    bases: tuple[str, ...]


class Decorated(msgspec.Struct, frozen=True, kw_only=True):
    """A module-level function that a decorator takes up, as a dotted name."""

    decorator: str
    function: str
    line: int


class Shaped(msgspec.Struct, frozen=True, kw_only=True):
    """A module-level function or class that is called as an interface prescribes (PEP 3333, ASGI), by its arguments."""

    name: str
    interface: OfferKind
    line: int
    instances: bool = False
    """It is a class, whose instances are."""


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A module-level name bound to a string."""

    name: str
    value: str
    line: int


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """What one file says, at module level unless stated otherwise; dotted names are absolute."""

    path: str
    name: str
    packages: frozenset[str] = frozenset()
    """The top-level names of absolute imports anywhere in the file."""
    imported: tuple[Imported, ...] = ()
    stars: tuple[str, ...] = ()
    """The modules of which everything is imported."""
    called: tuple[Called, ...] = ()
    functions: tuple[Function, ...] = ()
    classes: tuple[Class, ...] = ()
    texts: tuple[Text, ...] = ()
    names: tuple[Text, ...] = ()
    """Names bound to other names."""
    mounted: frozenset[str] = frozenset()
    """Names that are mounted on others."""
    calls: tuple[tuple[str, int, str | None], ...] = ()
    """What is called anywhere in the file, its line, and the string that it names something by: empty without one,
    ``None`` where it isn't known."""
    configured: tuple[tuple[str, str], ...] = ()
    """Calls whose first argument is a variable of the environment: what is called, and the variable's name."""
    settings: str | None = None
    """The module of Django's settings that it names."""
    periodic: int | None = None
    """The line that defines Celery's periodic tasks."""
    acts: bool = False
    """Something is done at its module level when it is run."""
    runs: bool = False
    """It is a program: it does its work when it is run."""
    decorated: tuple[Decorated, ...] = ()
    shaped: tuple[Shaped, ...] = ()
    listening: tuple[Listening, ...] = ()
    """Where it listens, anywhere in the file."""
    streams: int | None = None
    """The line that names the content of server-sent events."""
    websockets: int | None = None
    """The line that speaks of WebSockets as ASGI frameworks do."""
    async_mode: str = ""
    """How Socket.IO is told to run."""
    blocking: tuple[str, ...] = ()
    """What is called on import, as statements of their own."""
    plain: tuple[str, ...] = ()
    """Classes that derive from nothing, and whose instances aren't called as an interface prescribes."""
    guarded: bool = False
    """It does so only then."""

    @property
    def serves(self) -> bool:
        """Whether it imports what serves an application."""
        return bool(self.packages & _SERVING)

    def uses(self, module: str, name: str) -> bool:
        """Whether it imports something of this name, from wherever it is handed on, or calls it by its module."""
        called = f"{module}.{name}."
        return any(each.target.rpartition(".")[2] == name for each in self.imported) or any(
            f"{callee}.".startswith(called) for callee, _, _ in self.calls
        )
