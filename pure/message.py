"""Gives every error the same shape: what happened, what it means, what to do."""

from typing import Final

import msgspec

# What to do about what only we can cause.
BUG: Final = ("This is a bug in Lamina. Please report it with the build log.",)


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """An error as a user reads it; each field is one or more whole lines without colour or indentation."""

    happened: str
    """A title of one line."""
    found: tuple[str, ...] = ()
    """The offending text or place."""
    means: tuple[str, ...] = ()
    """The explanation."""
    do: tuple[str, ...] = ()
    """What to write or run."""
