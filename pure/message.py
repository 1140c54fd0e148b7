"""Gives every error the same shape: what happened, what it means, what to do."""

import msgspec


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """An error as a user reads it; each field is one or more whole lines without colour or indentation.

    ``happened`` is a one-line title, ``found`` the offending text or place (may be empty), ``means`` the
    explanation, ``do`` what to write or run.
    """

    happened: str
    found: tuple[str, ...] = ()
    means: tuple[str, ...] = ()
    do: tuple[str, ...] = ()
