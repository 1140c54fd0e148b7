"""Knows a full disk: the one value for it, and the words by which a program that failed says it."""

from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

import msgspec

Task: TypeAlias = Literal["download", "unpack", "compile", "pack", "install", "build"]


class DiskFull(msgspec.Struct, frozen=True, kw_only=True):
    """A disk, a quota or a limit on file sizes was exhausted."""

    task: Task
    """What could not be finished."""
    path: str
    detail: str
    """The system's word, or the line in which a program passes it on."""


# What the C library says for ENOSPC, EDQUOT and EFBIG; our steps run in the C locale's words.
_NO_ROOM: Final = ("No space left on device", "Disk quota exceeded", "File too large")


def complaint_of_no_room(output: Iterable[str]) -> str | None:
    """The last line in which a program that failed says that the disk is full, if there is one."""
    lines = [line.strip() for line in output]
    found = [line for line in lines if any(words in line for words in _NO_ROOM)]
    if found:
        return found[-1]
    # Pipenv breaks its lines in the middle of a sentence.
    text = " ".join(lines)
    return next((words for words in _NO_ROOM if words in text), None)
