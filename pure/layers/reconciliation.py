"""Decides whether an environment that could be kept is kept as it is, reconciled, or made anew after all.

It is only kept as it is where that is known to be right: where the fingerprint of what it was made from is known and
the same. Otherwise what is installed is compared with what is wanted, and the differences are made up for in place.
"""

from collections.abc import Collection, Mapping
from typing import Final

import msgspec

from pure.layers.decision import Action, LayerDecision, RestoredLayer
from pure.layers.metadata import decode_built_from
from pure.manager.terms import InstalledFrom, path
from pure.venv.requirements_fingerprint import Fingerprint, NotPinned, Pinning
from pure.venv.state import VenvState
from pure.wording import count

_NO_RECORD: Final = "its record of what was installed is missing or unreadable"
_OTHER_SETTINGS: Final = "settings that say whether and how distributions are built have changed"
_MAY_HAVE_CHANGED: Final = "what the requirements resolve to may have changed"
_OTHERWISE: Final = "it is divided over layers in another way now"
# So many distributions are named whose contents are lost.
_TOLD: Final = 5
_NONE_HAS_CHANGED: Final = "every requirement is pinned with hashes, and none has changed"
_UNCHANGED: Final = "lock, configuration, groups, Python and target are the same, and nothing local is involved"


def reconciled(
    venv: LayerDecision,
    restored: RestoredLayer | None,
    *,
    pinning: Pinning,
    state: VenvState | None,
    source: InstalledFrom,
    built_with: str,
    divide: bool,
    lost: Mapping[str, tuple[str, ...]],
    changes: Collection[str],
    pins: str,
) -> LayerDecision:
    """The decision over the environment, given the one by its metadata alone.

    ``state`` is the record inside the restored environment, ``built_with`` the digest of the settings of builds,
    ``divide`` says whether heavy distributions lie in layers of their own, and ``lost`` which of those that did have
    no contents any more, and why. That isn't told of those which the lock or the pins change anyway (``changes``).
    ``pins`` is what the distributions are pinned by, as it is recorded.
    """
    venv = msgspec.structs.replace(
        venv, built_from=pinning.digest if isinstance(pinning, Fingerprint) else "", pins=pins
    )
    if venv.action is not Action.KEEP:
        return venv
    if state is None:
        return msgspec.structs.replace(venv, action=Action.RECREATE, because=(_NO_RECORD,))
    if state.built_with != built_with:
        return msgspec.structs.replace(venv, action=Action.RECREATE, because=(_OTHER_SETTINGS,))
    built_from = decode_built_from(restored.toml) if restored else ""
    locked = source.row.by_lock
    reasons = _open(pinning, locked=locked) if isinstance(pinning, NotPinned) else (_changed(source),)
    if lost or state.divided is not divide:
        told = _lost({name: why for name, why in lost.items() if name not in changes})
        because = told or ((_OTHERWISE,) if state.divided is not divide else reasons)
        return msgspec.structs.replace(venv, action=Action.RECONCILE, because=because)
    if isinstance(pinning, Fingerprint) and pinning.digest == built_from:
        kept = f"{_UNCHANGED}, so {source.row.tool.title} isn't started" if locked else _NONE_HAS_CHANGED
        return msgspec.structs.replace(venv, because=(kept,))
    return msgspec.structs.replace(venv, action=Action.RECONCILE, because=reasons)


def _lost(lost: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    told = tuple(f"{name} has to be installed again: {', '.join(why)}" for name, why in sorted(lost.items()))
    more = len(told) - _TOLD
    return told if more <= 0 else (*told[:_TOLD], f"and {count(more, 'more distribution')}")


def _open(pinning: NotPinned, *, locked: bool) -> tuple[str, ...]:
    left_out = (f"and {count(pinning.more, 'more reason')}",) if pinning.more else ()
    first = "what the lock installs may have changed" if locked else _MAY_HAVE_CHANGED
    return (first, *pinning.because, *left_out)


def _changed(source: InstalledFrom) -> str:
    if source.row.by_lock:
        return f"{path(source.folder, source.files[0])}, the configuration, groups or settings have changed"
    return "the pinned requirements, or settings that count, have changed"
