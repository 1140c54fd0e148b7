"""Says what is wrong with the file of a golden plan."""

from typing import TypeAlias, assert_never

from pure.message import Message
from pure.review.golden import (
    SCHEMA,
    GoldenMissing,
    GoldenNotWritten,
    GoldenOfAnotherSchema,
    GoldenUnreadable,
)

GoldenError: TypeAlias = GoldenMissing | GoldenUnreadable | GoldenOfAnotherSchema | GoldenNotWritten


def describe_golden(error: GoldenError) -> Message:
    """The message for a file that can't be compared with, or written."""
    match error:
        case GoldenMissing(file=file):
            return Message(
                happened="There is no golden plan to check against",
                found=(file,),
                do=("Write it, and commit it:", f"  lamina plan APP --write {file}"),
            )
        case GoldenUnreadable(file=file, reason=reason):
            return Message(
                happened="The golden plan can't be read",
                found=(f"{file}: {reason}",),
                means=("It may be the mark of a merge that wasn't finished, or another file was named.",),
                do=("Write it anew, and look at the difference:", f"  lamina plan APP --write {file}"),
            )
        case GoldenOfAnotherSchema(file=file, schema=schema):
            return Message(
                happened="The golden plan was written by another version of Lamina",
                found=(f"{file} has schema {schema}; this version knows schema {SCHEMA}",),
                do=(
                    "Check it by the version that wrote it, or write it anew, and look at the difference:",
                    f"  lamina plan APP --write {file}",
                ),
            )
        case GoldenNotWritten(file=file, reason=reason):
            return Message(
                happened="The golden plan can't be written",
                found=(f"{file}: {reason}",),
                do=("Name a file in a folder that you may write to.",),
            )
        case _:
            assert_never(error)
