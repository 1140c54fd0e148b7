"""What a lock or pins change, and what of that becomes of the layers of single distributions."""

import pytest
from pure.build.plan import decide
from pure.layers.changes import known_changes
from pure.layers.decision import RestoredLayer
from pure.layers.packing import Stored
from pure.venv.piece import Piece
from pure.venv.pins import Pin
from pure.venv.resolved import Distribution, Index, resolved_set
from pure.venv.state import Insight, VenvState

from tests.pure.build.test_conversation import first
from tests.strategies_locked import FIRST, locked, locking
from tests.strategies_plan import planned

LONG = "x" * 120
NAMES = ("elsewhere", "gone", "itself", "other", "same", LONG)
BEFORE = {"elsewhere": "1", "gone": "1", "other": "1", "same": "1", LONG: "1"}


def state(recorded: dict[str, str], version: str = "1.0") -> VenvState:
    pieces = tuple(Piece(name=name, version=version, nbytes=9, key="k", links=(f"lib/{name}",)) for name in NAMES)
    there = (Distribution(name=name, version=version, origin=Index(file=""), requested=True) for name in NAMES)
    seen = Insight(pieces=pieces)
    return VenvState(resolved=resolved_set(there), artefacts=tuple(recorded.items()), seen=seen)


@pytest.mark.parametrize("manager", ["uv", "poetry", "pipenv", "pdm", "pylock"])
def test_a_lock_tells_what_has_changed_of_it(manager: str) -> None:
    plan = planned(locked(FIRST, manager))
    decided = locking(
        plan.manager,
        # Names in messages are cut.
        names=("Elsewhere", "Same", "other", "new", LONG[:100]),
        local=("Elsewhere",),
        artefacts=(("new", "1"), ("other", "2"), ("same", "1"), (LONG, "1")),
    )
    found = known_changes(decided, state(BEFORE), None, Stored())
    file = decided.installed_from.files[0]
    # The project itself is in no lock of some managers: nothing is said of it.
    assert {name: (str(each.action), each.because) for name, each in found.items()} == {
        "elsewhere": ("reconcile", f"{file} takes it from a place whose contents it doesn't fix"),
        "gone": ("drop", f"it is no longer in {file}"),
        "other": ("reconcile", f"what is said of it in {file} has changed"),
    }


@pytest.mark.parametrize(
    ("recorded", "of_other"),
    [
        (f"elsewhere=1-s gone=1-s itself=1-s other=1-s same=1-s {LONG}=1-s", "reconcile"),
        # Recorded under other settings, or not at all, digests tell nothing.
        ("elsewhere=1-t gone=1-t itself=1-t other=1-t same=1-t", None),
        ("", None),
    ],
)
def test_pins_tell_it_and_versions_whatever_was_recorded(recorded: str, of_other: str | None) -> None:
    stored = Stored(restored=RestoredLayer(toml=f'[metadata]\npins = "{recorded}"\n'.encode(), contents=True))
    pins = (
        Pin(name="elsewhere", version="1.1", digest="1-s"),
        Pin(name="itself", version="1", digest="1-s"),
        Pin(name="other", version="1.0", digest="2-s"),
        Pin(name="same", version="1.0", digest="1-s"),
        Pin(name=LONG, version="1.0+cpu", digest="1-s"),
    )
    found = known_changes(decide(first()).unwrap().manager, state({}), pins, stored)
    told = {name: (str(each.action), each.because) for name, each in found.items()}
    assert told.pop("other", (None,))[0] == of_other
    assert told == {
        "elsewhere": ("recreate", "the requirements fix 1.1 instead of 1.0"),
        "gone": ("drop", "it is no longer in the requirements"),
        LONG: ("recreate", "the requirements fix 1.0+cpu instead of 1.0"),
    }


def test_a_local_version_is_the_one_that_is_pinned() -> None:
    pins = tuple(Pin(name=name, version="1.0", digest="1-s") for name in NAMES)
    decided = decide(first()).unwrap().manager
    assert known_changes(decided, state({}, "1.0+cpu"), pins, Stored()) == {}


def test_of_what_is_left_open_nothing_is_said() -> None:
    assert known_changes(decide(first()).unwrap().manager, state(BEFORE), None, Stored()) == {}
