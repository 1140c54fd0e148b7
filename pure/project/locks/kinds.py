"""Holds the table of lock files: how each is told by its name, what it locks, and for which Pythons it is made."""

from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from pure.outcome import Outcome
from pure.project.document import Document, NotParsed
from pure.project.locks import pdm, pipfile, poetry, pylock, uv, wheels
from pure.project.locks.facts import LockOutcome
from pure.project.locks.wheels import LockedWheels
from pure.project.stated import PythonRange

LockName: TypeAlias = Literal["Pipfile.lock", "uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"]


class LockKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of lock file."""

    # As it is named unless somebody names it otherwise, which only a standard lock file may be.
    file: LockName
    language: Literal["TOML", "JSON"]
    # What it locks; the second argument is its name.
    facts: Callable[[Document, str], LockOutcome]
    # The Pythons that it is made for, all of which have to agree, as the parsed document and its text say it.
    pythons: Callable[[object, str], tuple[PythonRange, ...]]

    # The wheels that it names of what an image needs, as the parsed document says it.
    wheels: Callable[[object], tuple[LockedWheels, ...]]

    def parsed(self, lock: Document) -> Outcome[object, NotParsed]:
        """The document in its own language."""
        return lock.json if self.language == "JSON" else lock.toml


# In the order in which they are asked for a Python version.
_KINDS: Final = (
    LockKind(file="Pipfile.lock", language="JSON", facts=pipfile.read, pythons=pipfile.pythons, wheels=wheels.none),
    LockKind(file="uv.lock", language="TOML", facts=uv.read, pythons=uv.pythons, wheels=wheels.uv),
    LockKind(file="poetry.lock", language="TOML", facts=poetry.read, pythons=poetry.pythons, wheels=wheels.poetry),
    LockKind(file="pdm.lock", language="TOML", facts=pdm.read, pythons=pdm.pythons, wheels=wheels.pdm),
    LockKind(file="pylock.toml", language="TOML", facts=pylock.read, pythons=pylock.pythons, wheels=wheels.pylock),
)
LOCKS: Final[Mapping[str, LockKind]] = {kind.file: kind for kind in _KINDS}
