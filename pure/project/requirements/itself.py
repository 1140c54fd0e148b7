"""Tells the lines of requirements files by which an application asks for itself, from somewhere else.

``pip freeze`` writes them of whoever has installed the application from its folder: its repository, or a path of that
machine. In a build the application is there already.
"""

import re
from collections.abc import Container, Iterable
from typing import Final

import msgspec

from pure.names import normalise_name
from pure.project.requirements.file import RequirementLine

# From a repository, from a path of some machine.
_ELSEWHERE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+://|file:/|git\+|[/~]|[A-Za-z]:/")
_LAST: Final = re.compile(r"[^/\\]*\Z")
_USER: Final = re.compile(r"(?<=//)[^/@]*+@")
_KINDS: Final = frozenset({"vcs", "editable", "local_path"})


class AskedBy(msgspec.Struct, frozen=True, kw_only=True):
    """The line that asks for something by its address."""

    line: RequirementLine
    itself: bool
    """It is the application that is built, as far as its name tells."""


def address(line: RequirementLine) -> str:
    """Where a line says that something is."""
    return line.url or line.text.partition(";")[0].strip()


def asks_for_itself(line: RequirementLine, *, own: str, names: Container[str]) -> bool:
    """Whether a line asks for the application from elsewhere.

    ``own`` is its (normalised) name as it declares it, empty if it doesn't, ``names`` are those of its files.
    """
    if line.kind not in _KINDS or not _ELSEWHERE.match(address(line)):
        return False
    name = normalise_name(line.name or _last_name(address(line)))
    module = name.replace("-", "_")
    return bool(name) and (name == own or (not own and (module in names or f"{module}.py" in names)))


def asked_by(lines: Iterable[RequirementLine], place: str, *, own: str, names: Container[str]) -> AskedBy | None:
    """The only line whose address has this ``place`` in it; ``None`` where there is none, or several."""
    bare = _USER.sub("", place)
    found = [line for line in lines if bare and line.kind in _KINDS and bare in _USER.sub("", address(line))]
    return AskedBy(line=found[0], itself=asks_for_itself(found[0], own=own, names=names)) if len(found) == 1 else None


def _last_name(place: str) -> str:
    bare = place.partition("#")[0].rstrip("/\\")
    found = _LAST.search(bare)
    return found[0].partition("@")[0].removesuffix(".git") if found else ""
