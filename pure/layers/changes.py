"""Says what a lock or pins change of the distributions in layers of their own, before anything is installed.

Of what is left open nothing is said: only a package manager tells what it resolves to.
"""

from collections.abc import Iterator, Mapping
from typing import Final, Literal

import msgspec

from pure.layers.decision import Action
from pure.layers.packing import Stored, recorded_pins
from pure.manager.decision import PackageManagerDecision
from pure.manager.terms import path
from pure.names import normalise_name
from pure.venv.pins import Pin, comparable
from pure.venv.state import VenvState

_ANOTHER: Final = "the requirements fix {new} instead of {old}"
_CHANGED: Final = "what is said of it in {} has changed"
_ELSEWHERE: Final = "{} takes it from a place whose contents it doesn't fix"
_GONE: Final = "it is no longer in {}"


class KnownChange(msgspec.Struct, frozen=True, kw_only=True):
    """What a lock or pins say of a distribution that doesn't stay as it is."""

    action: Literal[Action.RECREATE, Action.RECONCILE, Action.DROP]
    """Another version is installed; it is installed again, or taken from elsewhere; it goes."""
    because: str


def known_changes(
    decided: PackageManagerDecision, state: VenvState, pins: tuple[Pin, ...] | None, stored: Stored
) -> Mapping[str, KnownChange]:
    """Those of an earlier build that don't stay as they are, by their names (normalised).

    ``pins`` are what pip's requirements fix, where they fix everything.
    """
    if pins is not None:
        return dict(_by_pins(state, pins, stored))
    # Where a tool has to resolve, nothing is known before it has.
    return dict(_by_lock(decided, state)) if decided.manager.synchronises and not decided.managed.resolves else {}


def _by_pins(state: VenvState, pins: tuple[Pin, ...], stored: Stored) -> Iterator[tuple[str, KnownChange]]:
    recorded = recorded_pins(stored)
    same, pinned = comparable(pins, state.resolved, recorded), {pin.name: pin for pin in pins}
    for piece in state.seen.pieces:
        pin = pinned.get(piece.name)
        if pin is None:
            yield piece.name, KnownChange(action=Action.DROP, because=_GONE.format("the requirements"))
        elif not _is(piece.version, pin.version):
            because = _ANOTHER.format(new=pin.version, old=piece.version)
            yield piece.name, KnownChange(action=Action.RECREATE, because=because)
        elif same and recorded.get(piece.name) != pin.digest:
            because = _CHANGED.format("the requirements")
            yield piece.name, KnownChange(action=Action.RECONCILE, because=because)


def _by_lock(decided: PackageManagerDecision, state: VenvState) -> Iterator[tuple[str, KnownChange]]:
    source, lock = decided.installed_from, decided.lock
    file, wanted, recorded = path(source.folder, source.files[0]), dict(lock.artefacts), dict(state.artefacts)
    unfixed = frozenset(map(normalise_name, (*lock.local, *lock.moving)))
    names = {*map(normalise_name, lock.names), *wanted}
    for piece in state.seen.pieces:
        if piece.name in unfixed:
            yield piece.name, KnownChange(action=Action.RECONCILE, because=_ELSEWHERE.format(file))
        elif piece.name in wanted and wanted[piece.name] != recorded.get(piece.name):
            yield piece.name, KnownChange(action=Action.RECONCILE, because=_CHANGED.format(file))
        elif piece.name not in names and piece.name in recorded:
            # What no lock has named, such as the project itself, isn't the lock's to say.
            yield piece.name, KnownChange(action=Action.DROP, because=_GONE.format(file))


def _is(version: str, pinned: str) -> bool:
    """Whether an installed version is the one that is pinned (PEP 440, version matching)."""
    if version == pinned:
        return True
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(f"=={pinned}").contains(version, prereleases=True)
    except InvalidSpecifier:
        return False
