"""Gives the cause of a failed installation and its cure one shape."""

import msgspec


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """The cause in one or more lines, what it means, and what to do."""

    found: tuple[str, ...]
    means: tuple[str, ...] = ()
    do: tuple[str, ...] = ()
