"""Defines a piece of an environment: a distribution whose files lie in a layer of their own (``pure.layers.division``).

All paths are relative to the environment's root, with ``/`` between their parts.
"""

from collections.abc import Iterator

import msgspec


class Piece(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A distribution in a layer of its own."""

    name: str  # normalised
    version: str
    nbytes: int  # of its files, by its RECORD
    key: str  # a digest that says what the layer holds
    # The paths of the environment that lead into the layer: directories, or files where a directory is shared.
    links: tuple[str, ...]
    # Modules among those of others, and files that others have too: they lie in the layer and in the environment.
    copies: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Whether a path of the environment leads into the layer."""
        return path in self.links or any(parent in self.links for parent in parents(path))


def parents(path: str) -> Iterator[str]:
    """The directories above a path, the deepest first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
