"""Says what a build needs to know of a lock, whatever its kind."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec
import tomli

from pure.outcome import Failure, Outcome, Success


class LockFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a lock says.

    ``names`` are all that it locks, whatever group they belong to. ``local`` names what is installed from a folder or a
    file of this machine, whose contents the lock doesn't fix; ``moving`` names what comes from a place that may change,
    such as a branch, or has no hash; ``unfixed`` says in words what else can make a difference. ``groups`` and
    ``extras`` are those that it knows, ``None`` where it doesn't say.
    """

    names: tuple[str, ...] = ()
    local: tuple[str, ...] = ()
    moving: tuple[str, ...] = ()
    unfixed: tuple[str, ...] = ()
    groups: tuple[str, ...] | None = None
    extras: tuple[str, ...] | None = None


class LockUnreadable(msgspec.Struct, frozen=True, kw_only=True):
    """The lock is not what its name says; ``because`` completes "it …", ``conflict`` says that git left its marks."""

    file: str
    because: str
    conflict: bool = False


LockOutcome: TypeAlias = Outcome[LockFacts, LockUnreadable]


def document(raw: bytes, file: str) -> Outcome[Mapping[str, Any], LockUnreadable]:
    """The TOML document in ``raw``; any bytes give a document or a ``LockUnreadable``."""
    try:
        return Success(tomli.loads(raw.decode("utf-8-sig")))
    except UnicodeDecodeError:
        return Failure(LockUnreadable(file=file, because="is not UTF-8 text"))
    except (tomli.TOMLDecodeError, RecursionError, ValueError):
        return Failure(LockUnreadable(file=file, because="is not valid TOML", conflict=b"\n<<<<<<< " in b"\n" + raw))


def tables(value: object) -> tuple[Mapping[str, Any], ...]:
    """The tables of an array of tables; whatever else stands there is left out."""
    return tuple(each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()


def table(value: object) -> Mapping[str, Any]:
    """The table, or an empty one where there is something else."""
    return value if isinstance(value, dict) else {}


def words(value: object) -> tuple[str, ...]:
    """The strings of an array."""
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def name_of(value: Mapping[str, Any]) -> str:
    """The name of a locked package, fit to be shown."""
    name = value.get("name")
    return name[:100] if isinstance(name, str) else "a package without a name"


def in_order(names: list[str]) -> tuple[str, ...]:
    """The names sorted, each once."""
    return tuple(sorted(set(names)))
