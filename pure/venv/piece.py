"""Defines a piece of an environment: a distribution whose files lie in a layer of their own (``pure.layers.division``).

All paths are relative to the environment's root, with ``/`` between their parts.
"""

from collections.abc import Collection, Iterator

import msgspec


class Piece(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A distribution in a layer of its own."""

    name: str  # normalised
    version: str
    nbytes: int  # of its files, by its RECORD
    key: str  # a digest of what its RECORD says of that which the layer holds
    # The paths of the environment that lead into the layer: directories, or files where a directory is shared.
    links: tuple[str, ...]
    # A digest of what the layer really holds, modes included: no installer compares a RECORD with the files. Empty
    # until that was looked at.
    contents: str = ""
    # Its libraries with what each needs that no file of the distribution is, where that is anything.
    needs: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def holds(self, path: str) -> bool:
        """Whether a path of the environment leads into the layer."""
        return holds(self.links, path)


def holds(links: Collection[str], path: str) -> bool:
    """Whether a path is one of the links, or leads through one."""
    return path in links or any(parent in links for parent in parents(path))


def parents(path: str) -> Iterator[str]:
    """The directories above a path, the deepest first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
