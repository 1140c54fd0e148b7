"""Says which distributions a lock or pins change, before anything is installed.

Of what is left open nothing is said: only a package manager tells what it resolves to.
"""

from collections.abc import Mapping
from typing import Final

from pure.layers.heavy import Changing
from pure.layers.metadata import decode_pins
from pure.layers.packing import Stored
from pure.manager.decision import PackageManagerDecision
from pure.manager.terms import path
from pure.names import normalise_name
from pure.venv.pins import Pin, comparable
from pure.venv.pins import decode_pins as digests
from pure.venv.state import VenvState

_OTHER: Final = "another version of it, or another file, is fixed in {}"
_GONE: Final = "it is no longer in {}"


def changing(
    decided: PackageManagerDecision, state: VenvState, pins: tuple[Pin, ...] | None, stored: Stored
) -> Mapping[str, Changing]:
    """The distributions of an earlier build that don't stay as they are, by their names (normalised)."""
    source = decided.installed_from
    if pins is not None:
        recorded = digests(decode_pins(stored.restored.toml) if stored.restored else "")
        if not comparable(pins, state.resolved, recorded):
            return {}
        names, wanted, what = {pin.name for pin in pins}, {pin.name: pin.digest for pin in pins}, "the requirements"
    elif source.row.by_lock:
        lock, recorded = decided.lock, dict(state.artefacts)
        names, wanted = {normalise_name(name) for name in lock.names}, dict(lock.artefacts)
        what = path(source.folder, source.files[0])
    else:
        return {}
    there = state.resolved.by_name().keys()
    other = {name for name in there & wanted.keys() if recorded.get(name) != wanted[name]}
    return {
        # What an earlier lock didn't name either, such as the project itself, isn't its to say.
        **{name: Changing(because=_GONE.format(what), goes=True) for name in (there & recorded.keys()) - names},
        **{name: Changing(because=_OTHER.format(what)) for name in other},
    }
