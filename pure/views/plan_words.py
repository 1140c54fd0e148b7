"""Says in words why a plan that was written can't be compared."""

from pure.image.side import NotAPlan
from pure.message import Message


def describe_plan(name: str, error: NotAPlan) -> Message:
    """The message for a document that isn't a plan; ``name`` is what its user calls it."""
    return Message(
        happened=f"{name} is not a plan",
        found=(error.reason,),
        means=("A plan is what `lamina plan --json` prints.",),
        do=("Write it: lamina plan APP --json > FILE",),
    )


def describe_unread_plan(name: str, reason: str) -> Message:
    """The message for a plan's file that can't be read."""
    return Message(
        happened=f"{name} can't be read",
        found=(reason,),
        do=("Write it: lamina plan APP --json > FILE",),
    )
