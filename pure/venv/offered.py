"""Holds what a finished environment offers to the commands that a project declares."""

import msgspec


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """What a finished environment offers to commands."""

    programs: frozenset[str]
    """The names in the folders ``bin`` of the environment and of Python."""
    modules: frozenset[str]
    """The names of what can be imported, in site-packages and the standard library."""
