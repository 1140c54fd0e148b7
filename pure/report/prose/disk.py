"""Says in words what a disk refused."""

from typing import assert_never

from pure.build.errors import (
    DiskError,
    NotReadable,
    NotWritable,
)
from pure.message import Message


def describe_disk(error: DiskError) -> Message:
    """The message for a file that cannot be read or written."""
    match error:
        case NotReadable(path=path, detail=detail):
            return Message(
                happened="A file cannot be read",
                found=(f"{path}: {detail}",),
                do=("Check that it exists and that the build's user may read it.",),
            )
        case NotWritable(path=path, detail=detail, full=full):
            return Message(
                happened="The disk is full" if full else "A file cannot be written",
                found=(f"{path}: {detail}",),
                means=("Nothing of this build is kept; the layers of the last successful build are untouched.",),
                do=("Free some space, or give the build a larger disk, then build again.",)
                if full
                else ("Check that the build's user may write there.",),
            )
        case _:
            assert_never(error)
