"""Names what can be wrong with pip's requirements files, as data."""

from typing import Literal, TypeAlias

import msgspec


class RequirementsUndecodable(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes are not text in the file's encoding, first on line ``line`` (``None`` if lines cannot be told)."""

    file: str
    encoding: str
    line: int | None


class RequirementsEncodingUnknown(msgspec.Struct, frozen=True, kw_only=True):
    """The file's coding line (PEP 263) names an encoding that Python does not know."""

    file: str
    encoding: str


class IncludeMissing(msgspec.Struct, frozen=True, kw_only=True):
    """A file that another one includes is not there; ``file`` is empty if a setting asked for it."""

    path: str
    kind: Literal["requirement", "constraint"]
    file: str = ""
    line: int = 0


class RequirementsUnmarkedUtf16(msgspec.Struct, frozen=True, kw_only=True):
    """The file is UTF-16 without the mark at its begin that says so, which pip takes for UTF-8."""

    file: str


class TooManyFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Files name files that name files: ``file`` is the first of those, ``most`` how many are read."""

    file: str
    most: int


class ForeignLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line that shows what its file was written for; ``text`` is fit to be shown."""

    line: int
    text: str


class CondaList(msgspec.Struct, frozen=True, kw_only=True):
    """``number`` lines of the file are conda's ``name=version=build``; ``lines`` are the first of them."""

    file: str
    lines: tuple[ForeignLine, ...]
    number: int


class ForeignPaths(msgspec.Struct, frozen=True, kw_only=True):
    """``number`` lines of the file name folders of the machine it was written on; ``lines`` are the first of them."""

    file: str
    lines: tuple[ForeignLine, ...]
    number: int


System: TypeAlias = Literal["debian", "windows", "macos"]


class SystemLine(msgspec.Struct, frozen=True, kw_only=True):
    """A requirement that only a certain system has; ``instead`` is what does the same on Linux, if something does."""

    file: str
    line: int
    text: str
    system: System
    instead: str = ""


class OtherSystems(msgspec.Struct, frozen=True, kw_only=True):
    """Requirements that only other systems have, all that there are."""

    found: tuple[SystemLine, ...]


RequirementsError: TypeAlias = (
    CondaList
    | ForeignPaths
    | IncludeMissing
    | OtherSystems
    | RequirementsEncodingUnknown
    | RequirementsUndecodable
    | RequirementsUnmarkedUtf16
    | TooManyFiles
)


def placed(error: RequirementsError, folder: str) -> RequirementsError:
    """The error with its paths from the application's root, for a project in a folder."""
    if not folder:
        return error
    if isinstance(error, OtherSystems):
        found = (msgspec.structs.replace(each, file=f"{folder}/{each.file}") for each in error.found)
        return OtherSystems(found=tuple(found))
    named = {"file": error.file, "path": error.path} if isinstance(error, IncludeMissing) else {"file": error.file}
    moved = {key: f"{folder}/{name}" for key, name in named.items() if name and not name.startswith("/")}
    return msgspec.structs.replace(error, **moved)
