"""Gives the cause of a failed installation and its cure one shape."""

import msgspec


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """The cause in one or more lines, what it means, and what to do."""

    # A headline of its own, for a cause that says all.
    happened: str = ""
    found: tuple[str, ...] = ()
    means: tuple[str, ...] = ()
    do: tuple[str, ...] = ()
