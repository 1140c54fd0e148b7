"""Adds up what a build costs a platform: the bytes that it restores, moves, and pushes.

Restored is what comes out of the cache before a build, with its contents. Moved is what is read, archived and hashed
after it, for the image or for the cache. Pushed is what the registry doesn't have yet, and each node has to pull.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from pure.layers.moved import Moved, Work
from pure.layers.names import LayerName

_PUSHED: Final[frozenset[Work]] = frozenset({"changed", "again", "new", "reconciled"})
_MOVED: Final[frozenset[Work]] = _PUSHED | {"read", "cached"}

_SLIGHTLY: Final = 0.1
_FEW: Final = 1_000_000


class Amount(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of some layers, as far as those are known."""

    layers: tuple[LayerName, ...] = ()
    nbytes: int = 0
    # Those of the layers whose size nobody knows.
    unknown: tuple[LayerName, ...] = ()
    # Those that may turn out to be nothing, or otherwise by a little.
    uncertain: tuple[LayerName, ...] = ()

    @property
    def most(self) -> bool:
        """Whether it may be less."""
        return bool(self.uncertain)


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What a build costs."""

    restored: Amount
    moved: Amount
    pushed: Amount


def cost(moved: Iterable[Moved], restored: Mapping[LayerName, int | None]) -> Cost:
    """The cost of a build that does this to its layers, where these were restored with their contents."""
    moved = tuple(moved)
    return Cost(
        restored=_amount(restored.items()),
        moved=_amount((each.layer, each.nbytes) for each in moved if each.work in _MOVED),
        pushed=pushed(moved),
    )


def pushed(moved: Iterable[Moved]) -> Amount:
    """What is pushed. What is installed anew in place may come out as it was: then it isn't."""
    pushing = [each for each in moved if each.work in _PUSHED]
    amount = _amount((each.layer, each.nbytes) for each in pushing)
    return msgspec.structs.replace(amount, uncertain=tuple(e.layer for e in pushing if e.work == "reconciled"))


def otherwise(foreseen: Amount, came: Amount) -> bool:
    """Whether it came otherwise than was foreseen: other layers, or another amount by more than a little.

    Less than what may be nothing is as foreseen.
    """
    sure = set(foreseen.layers) - set(foreseen.uncertain)
    if not sure <= set(came.layers) <= set(foreseen.layers):
        return True
    if foreseen.unknown or came.unknown:
        return False
    more = came.nbytes - foreseen.nbytes
    return (more if foreseen.most else abs(more)) > max(_FEW, _SLIGHTLY * foreseen.nbytes)


def _amount(layers: Iterable[tuple[LayerName, int | None]]) -> Amount:
    found = tuple(layers)
    return Amount(
        layers=tuple(name for name, _ in found),
        nbytes=sum(nbytes or 0 for _, nbytes in found),
        unknown=tuple(name for name, nbytes in found if nbytes is None),
    )
