"""Says what is wrong with the file of a golden plan."""

from collections.abc import Sequence
from typing import TypeAlias, assert_never

from pure.message import Message
from pure.review.golden import (
    SCHEMA,
    GoldenMissing,
    GoldenNotWritten,
    GoldenOfAnotherSchema,
    GoldenUnreadable,
)
from pure.wording import command

GoldenError: TypeAlias = GoldenMissing | GoldenUnreadable | GoldenOfAnotherSchema | GoldenNotWritten


def describe_golden(error: GoldenError, *, renew: Sequence[str]) -> Message:
    """The message for a file that can't be compared with, or written; ``renew`` is the command that would write it."""
    again = f"  {command(*renew)}"
    match error:
        case GoldenMissing(file=file):
            return Message(
                happened="There is no golden plan to check against",
                found=(file,),
                do=("Write it, and commit it:", again),
            )
        case GoldenUnreadable(file=file, reason=reason):
            return Message(
                happened="The golden plan can't be read",
                found=(f"{file}: {reason}",),
                means=("It may be the mark of a merge that wasn't finished, or another file was named.",),
                do=("Write it anew, and look at the difference:", again),
            )
        case GoldenOfAnotherSchema(file=file, schema=schema):
            return Message(
                happened="The golden plan was written by another version of Lamina",
                found=(f"{file} has schema {schema}; this version knows schema {SCHEMA}",),
                do=("Check it by the version that wrote it, or write it anew, and look at the difference:", again),
            )
        case GoldenNotWritten(file=file, reason=reason):
            return Message(
                happened="The golden plan can't be written",
                found=(f"{file}: {reason}",),
                do=("Name a file in a folder that you may write to.",),
            )
        case _:
            assert_never(error)
