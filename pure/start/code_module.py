"""Names what one Python file says, as far as a start command can depend on it."""

from typing import Final

import msgspec

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


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """A module-level function."""

    name: str
    returns: tuple[str, ...]
    """The calls whose result it may return."""
    line: int
    needs: bool = False
    """It can't be called without arguments."""


class Class(msgspec.Struct, frozen=True, kw_only=True):
    """A module-level class, and what it is derived from, as dotted names."""

    name: str
    bases: tuple[str, ...]


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
    """It does something when it is run."""
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
