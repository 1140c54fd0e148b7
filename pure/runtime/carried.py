"""Holds what a packaged buildpack notes of the runtime that it carries: one tree with two views.

The tree runs the buildpack and is the application's runtime. Platforms copy a buildpack's folder with their own ideas
of links and modes, so the folder relies on neither: what the application's view has beside the files is noted.
"""

from typing import Final

import msgspec

from pure.outcome import Failure, Outcome, Success
from pure.runtime.endings import DamagedBuildpack

NOTE: Final = "runtime.json"
"""The note's name in the folder of the tree."""


class CarriedFile(msgspec.Struct, frozen=True, array_like=True):
    """A file of the application's runtime, and where it lies in the tree; the digest is in hexadecimal."""

    path: str
    at: str
    executable: bool
    sha256: str


class CarriedTree(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The application's view: files, and links with what they name."""

    files: tuple[CarriedFile, ...]
    links: tuple[tuple[str, str], ...]


def decode_tree(raw: bytes, *, origin: str) -> Outcome[CarriedTree, DamagedBuildpack]:
    """The note that ``raw`` (JSON) states; ``origin`` is what errors name."""
    try:
        return Success(msgspec.json.decode(raw, type=CarriedTree))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Failure(DamagedBuildpack(path=origin, detail=str(error)))


def encode_tree(tree: CarriedTree) -> bytes:
    """The note as JSON with one entry a line."""
    files = b",\n".join(msgspec.json.encode(each) for each in tree.files)
    return b'{"files": [\n' + files + b'\n],\n"links": ' + msgspec.json.encode(tree.links) + b"}\n"
