"""States which folders an application declares as those that its distributions lie in.

A folder counts only where something says that it does: ``BP_PIP_FIND_LINKS``, or ``pyproject.toml``::

    [tool.lamina]
    find-links = ["vendor"]

Its name says nothing: other languages call theirs ``vendor`` too, and whoever can add a file to a folder that counts
can replace any distribution.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Final

import msgspec

from pure.outcome import Failure, Outcome, Success
from pure.project.document import Document, at
from pure.source import Source

FOLDERS_VARIABLE: Final = "BP_PIP_FIND_LINKS"
KEY: Final = ("tool", "lamina", "find-links")
USUAL: Final = ("vendor", "wheels")
"""What such folders are called where nothing declares them."""

_FILE: Final = "pyproject.toml"
_SOURCES: Final = (".tar.gz", ".zip", ".tar.bz2", ".tgz")
# pip separates its settings' words by blanks, and uv by commas.
_SEPARATORS: Final = re.compile(r"[\s,]")


class Vendored(msgspec.Struct, frozen=True, kw_only=True):
    """The folders, from the project's or absolute, and who declares them."""

    folders: tuple[str, ...]
    source: Source


class BadVendorFolder(msgspec.Struct, frozen=True, kw_only=True):
    """What is declared is no such folder; ``because`` completes "it …"."""

    value: str
    source: Source
    because: str


class Wheelhouse(msgspec.Struct, frozen=True, kw_only=True):
    """How many wheels and other archives lie in a folder."""

    wheels: int
    sources: int


def vendored(variables: Mapping[str, str], pyproject: Document | None) -> Outcome[Vendored | None, BadVendorFolder]:
    """The declared folders; ``None`` where there are none. The variable comes first."""
    words = [word for word in _SEPARATORS.split(variables.get(FOLDERS_VARIABLE, "")) if word]
    source = Source(variable=FOLDERS_VARIABLE)
    if not words:
        parsed = pyproject.toml if pyproject else None
        stated = at(parsed.unwrap(), KEY) if isinstance(parsed, Success) else None
        source = Source(file=f"{_FILE}, [{'.'.join(KEY[:-1])}] {KEY[-1]}")
        listed = [stated] if isinstance(stated, str) else stated
        if listed is None or listed == []:
            return Success(None)
        if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
            because = "is neither a string nor an array of strings"
            return Failure(BadVendorFolder(value=str(stated)[:100], source=source, because=because))
        words = listed
    folders: list[str] = []
    for word in words:
        folder = word.removeprefix("file://")
        path = PurePosixPath(folder)
        because = ""
        if not folder or "\0" in folder:
            because = "is no path"
        elif "://" in folder:
            because = "is an address, where a folder is meant"
        elif ".." in path.parts:
            because = "leaves the application's folder"
        elif _SEPARATORS.search(folder):
            because = "has a blank or a comma in its name, which separate folders from each other"
        if because:
            return Failure(BadVendorFolder(value=word[:100], source=source, because=because))
        folders.append(str(path))
    return Success(Vendored(folders=tuple(dict.fromkeys(folders)), source=source))


def looked_at(variables: Mapping[str, str], pyproject: Document | None, folders: Iterable[str]) -> tuple[str, ...]:
    """The folders of a project that are looked into: declared ones, and of those there are the ones called so."""
    found = vendored(variables, pyproject)
    declared = found.unwrap() if isinstance(found, Success) else None
    own = (each for each in (declared.folders if declared else ()) if not each.startswith("/"))
    present = frozenset(folders)
    return tuple(dict.fromkeys((*own, *(name for name in USUAL if name in present))))


def counted(names: Iterable[str]) -> Wheelhouse:
    """What of it installs something."""
    files = [name.lower() for name in names]
    return Wheelhouse(
        wheels=sum(name.endswith(".whl") for name in files), sources=sum(name.endswith(_SOURCES) for name in files)
    )
