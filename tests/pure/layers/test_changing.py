"""What a lock or pins change, and what of that becomes of the layers of single distributions."""

import msgspec
import pytest
from pure.build.plan import decide
from pure.layers.changing import changing
from pure.layers.decision import RestoredLayer
from pure.layers.packing import Stored
from pure.venv.pins import Pin, encode_pins
from pure.venv.resolved import Distribution, Index, resolved_set
from pure.venv.state import VenvState

from tests.pure.build.test_conversation import first
from tests.strategies_locked import FIRST, locked, locking
from tests.strategies_plan import planned

NAMES = ("gone", "itself", "other", "same")
BEFORE = {"gone": "1-s", "other": "1-s", "same": "1-s"}
AFTER = {"new": "1-s", "other": "2-s", "same": "1-s"}


def state(recorded: dict[str, str]) -> VenvState:
    there = resolved_set(Distribution(name=name, version="1", origin=Index(file=""), requested=True) for name in NAMES)
    return VenvState(resolved=there, artefacts=tuple(recorded.items()))


@pytest.mark.parametrize("manager", ["uv", "poetry", "pipenv", "pdm", "pylock"])
def test_a_lock_tells_what_is_another_artefact_and_what_goes(manager: str) -> None:
    plan = planned(locked(FIRST, manager))
    decided = locking(plan.manager, names=("Same", "other", "new"), artefacts=tuple(AFTER.items()))
    found = changing(decided, state(BEFORE), None, Stored())
    file = decided.installed_from.files[0]
    # The project itself is in no lock of some managers: nothing is said of it.
    assert {name: (each.goes, each.because) for name, each in found.items()} == {
        "gone": (True, f"it is no longer in {file}"),
        "other": (False, f"another version of it, or another file, is fixed in {file}"),
    }


@pytest.mark.parametrize(("settings", "told"), [("s", {"gone": True, "other": False}), ("t", {})])
def test_pins_tell_it_where_they_are_of_the_same_settings(settings: str, told: dict[str, bool]) -> None:
    plan = decide(first()).unwrap()
    before = encode_pins(tuple(Pin(name=name, version="1", digest=digest) for name, digest in BEFORE.items()))
    stored = Stored(restored=RestoredLayer(toml=f'[metadata]\npins = "{before}"\n'.encode(), contents=True))
    pins = tuple(
        Pin(name=name, version="1", digest=f"{digest.partition('-')[0]}-{settings}") for name, digest in AFTER.items()
    )
    there = msgspec.structs.replace(state({}), resolved=resolved_set(
        each for each in state({}).resolved.distributions if each.name != "itself"
    ))  # fmt: skip
    found = changing(plan.manager, there, pins, stored)
    assert {name: each.goes for name, each in found.items()} == told


def test_of_what_is_left_open_nothing_is_said() -> None:
    assert changing(decide(first()).unwrap().manager, state(BEFORE), None, Stored()) == {}
