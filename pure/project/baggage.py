"""Knows what lies among an application's files that no image needs."""

from typing import Final, Literal, TypeAlias

import msgspec

BaggageKind: TypeAlias = Literal["environment", "packages", "history"]
_NAMED: Final[dict[str, BaggageKind]] = {
    "node_modules": "packages",
    ".git": "history",
    ".hg": "history",
    ".svn": "history",
}
# What makes a folder a virtual environment: its configuration, or else its script, where the former was left out.
ENVIRONMENT_MARKS: Final = ("pyvenv.cfg", "bin/activate", "Scripts/activate", "conda-meta/history")


class Baggage(msgspec.Struct, frozen=True, kw_only=True):
    """A folder that goes into the image though nothing of it is used."""

    path: str
    kind: BaggageKind
    size: int
    """In bytes, of the files that were counted."""
    more: bool = False
    """There are more files than were counted."""


def kind_of(name: str, *, marked: bool) -> BaggageKind | None:
    """What kind of baggage a folder is, if it is any. ``marked``: it has the mark of an environment."""
    return "environment" if marked else _NAMED.get(name)
