"""Reads what ``pyproject.toml`` says about starting the project: its name, its console scripts, its declared processes.

The processes stand in a table of ours::

    [tool.lamina.processes]
    web = "gunicorn --bind 0.0.0.0:${PORT:-8000} shop:app"
    worker = ["celery", "--app", "shop.tasks", "worker"]
    clock = { command = "python -m shop.clock", default = true }

A string is executed directly where no word of it needs a shell, as a ``Procfile``'s line is; an array always is.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import msgspec

from pure.outcome import Failure, Outcome, Success
from pure.project.document import Document

PYPROJECT: Final = "pyproject.toml"
TABLE: Final = "tool.lamina.processes"


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """A console script: the command's name and the function behind it."""

    name: str
    target: str


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """A process of the table: words, or one line for a shell; ``default`` if the table says that it is."""

    type: str
    line: str | None = None
    words: tuple[str, ...] = ()
    default: bool = False


class Startup(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says about starting the project."""

    name: str | None = None
    """The project's."""
    scripts: tuple[Script, ...] = ()
    declared: tuple[Declared, ...] | None = None
    """``None`` without a table of processes."""
    note: str | None = None
    """Why the file says nothing."""


class PyprojectUnreadable(msgspec.Struct, frozen=True, kw_only=True):
    """The file isn't TOML, and it mentions this buildpack, so it may declare processes."""

    detail: str


class NotATable(msgspec.Struct, frozen=True, kw_only=True):
    """``tool.lamina.processes`` is something else than a table."""

    found: str


class NotACommand(msgspec.Struct, frozen=True, kw_only=True):
    """A process is declared by something else than a string, an array of strings, or a table with ``command``."""

    type: str
    found: str


class TypeNotAllowed(msgspec.Struct, frozen=True, kw_only=True):
    """A process type with characters that the specification doesn't allow."""

    type: str


class NothingToExecute(msgspec.Struct, frozen=True, kw_only=True):
    """A process whose command is empty."""

    type: str


class SeveralDefaults(msgspec.Struct, frozen=True, kw_only=True):
    """More than one process claims to be the default."""

    types: tuple[str, ...]


DeclarationError: TypeAlias = (
    PyprojectUnreadable | NotATable | NotACommand | TypeNotAllowed | NothingToExecute | SeveralDefaults
)
_TYPE_CHARACTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


def read_startup(pyproject: Document | None) -> Outcome[Startup, DeclarationError]:
    """Read the file; ``None`` is a project without one. Any bytes give a value or an error."""
    if pyproject is None:
        return Success(Startup())
    parsed = pyproject.toml
    if isinstance(parsed, Failure):
        detail = _printable(parsed.failure().placed)
        if b"lamina" in pyproject.raw:
            return Failure(PyprojectUnreadable(detail=detail))
        return Success(Startup(note=f"{PYPROJECT} was skipped: it isn't TOML ({detail})"))
    document = parsed.unwrap()
    declared = _declared(document)
    if isinstance(declared, Failure):
        return declared
    project = _table(document, "project")
    poetry = _table(_table(document, "tool"), "poetry")
    name = project.get("name") or poetry.get("name")
    return Success(
        Startup(
            name=_printable(name) if isinstance(name, str) else None,
            scripts=_scripts(_table(project, "scripts")) or _scripts(_table(poetry, "scripts")),
            declared=declared.unwrap(),
        )
    )


def _declared(document: Mapping[str, Any]) -> Outcome[tuple[Declared, ...] | None, DeclarationError]:
    lamina = _table(_table(document, "tool"), "lamina")
    if "processes" not in lamina:
        return Success(None)
    table = lamina["processes"]
    if not isinstance(table, dict):
        return Failure(NotATable(found=_kind(table)))
    processes: list[Declared] = []
    for kind, value in table.items():
        read = _process(kind, value)
        if isinstance(read, Failure):
            return read
        processes.append(read.unwrap())
    defaults = tuple(each.type for each in processes if each.default)
    if len(defaults) > 1:
        return Failure(SeveralDefaults(types=defaults))
    return Success(tuple(processes))


def _process(kind: str, value: object) -> Outcome[Declared, DeclarationError]:
    if not kind or not set(kind) <= _TYPE_CHARACTERS or not kind[0].isalnum():
        return Failure(TypeNotAllowed(type=_printable(kind)[:60]))
    default = False
    if isinstance(value, dict):
        default = value.get("default", False)
        if set(value) - {"command", "default"} or "command" not in value or not isinstance(default, bool):
            return Failure(
                NotACommand(type=kind, found=f"a table with {', '.join(map(_printable, value)) or 'nothing'}")
            )
        value = value["command"]
    if isinstance(value, str):
        line = value.strip()
        return (
            Success(Declared(type=kind, line=line, default=default)) if line else Failure(NothingToExecute(type=kind))
        )
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        words = tuple(value)
        if not words or not words[0].strip():
            return Failure(NothingToExecute(type=kind))
        return Success(Declared(type=kind, words=words, default=default))
    return Failure(NotACommand(type=kind, found=_kind(value)))


def _scripts(table: Mapping[str, Any]) -> tuple[Script, ...]:
    return tuple(
        Script(name=_printable(name), target=_printable(target))
        for name, target in table.items()
        if isinstance(target, str) and name
    )


def _table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def _kind(value: object) -> str:
    names = {
        str: "a string",
        int: "a number",
        float: "a number",
        bool: "true or false",
        list: "an array",
        dict: "a table",
    }
    return names.get(type(value), "a date or time")


def _printable(text: str) -> str:
    return " ".join(text.split())[:200]
