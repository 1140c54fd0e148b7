"""Says in words what a disk refused, a full one above all."""

from collections.abc import Mapping
from typing import Final, assert_never

from pure.build.errors import (
    DiskError,
    NotReadable,
    NotWritable,
)
from pure.disk import DiskFull, Task
from pure.message import Message

_UNFINISHED: Final[Mapping[Task, str]] = {
    "download": ": a download could not be stored",
    "unpack": ": Python could not be unpacked",
    "compile": ": bytecode could not be written",
    "pack": ": the archive could not be written",
    "install": "",
    "build": "",
}
_KEPT: Final = "Nothing of this build is kept; the layers of the last successful build are untouched."
_LARGE: Final = "What is large: PyTorch for graphics cards. Its build for CPUs is a tenth of that."
_ROOM: Final[Mapping[Task, str]] = {
    "download": "A runtime's archive takes about 35 MB.",
    "unpack": "An unpacked runtime takes about 100 MB.",
    "pack": "Packing takes up to 150 MB for a short time.",
    "install": _KEPT,
    "build": _KEPT,
}


def describe_disk(error: DiskError) -> Message:
    """The message for a file that cannot be read or written."""
    match error:
        case NotReadable(path=path, detail=detail, why="outside"):
            return Message(
                happened="A file that the application names lies outside of it",
                found=(f"{path}: {detail}",),
                means=("Only what lies in the application's own folder is read, whatever links lead to it.",),
                do=("Put the file itself into the application, or take the link or the line that names it out.",),
            )
        case NotReadable(path=path, detail=detail, why="large"):
            return Message(
                happened="A file is too large to be read",
                found=(f"{path}: {detail}",),
                do=("Look what it holds: what a build reads has seldom more than a few hundred kilobytes.",),
            )
        case NotReadable(path=path, detail=detail):
            return Message(
                happened="A file cannot be read",
                found=(f"{path}: {detail}",),
                do=("Check that it exists and that the build's user may read it.",),
            )
        case NotWritable(path=path, detail=detail):
            return Message(
                happened="A file cannot be written",
                found=(f"{path}: {detail}",),
                means=(_KEPT,),
                do=("Check that the build's user may write there.",),
            )
        case DiskFull():
            return describe_full_disk(error)
        case _:
            assert_never(error)


def describe_full_disk(error: DiskFull) -> Message:
    """The message for a full disk, whatever could not be finished for it."""
    return Message(
        happened=f"The disk is full{_UNFINISHED[error.task]}",
        found=(f"{error.path}: {error.detail}",),
        means=(_ROOM[error.task],) if error.task in _ROOM else (),
        do=(
            "Free some space, or give the build a larger disk, and build again.",
            *((_LARGE,) if error.task == "install" else ()),
        ),
    )


def full_disk_in_short(error: DiskFull) -> str:
    """A full disk, as part of a sentence."""
    return f"no space left for {error.path}"
