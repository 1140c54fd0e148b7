"""What a local build took."""

from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.build.states import Done, Part
from pure.image.manifest import LAMINA
from pure.lifecycle.events import LifecycleEvent, OutputLine, PhaseEnded, PhaseStarted
from pure.lifecycle.image import LABEL_LIFECYCLE
from pure.report.ending import TIME, ending
from pure.report.timeline import (
    PartOfBuild,
    PhaseOfBuild,
    Timeline,
    decode_timeline,
    encode_timeline,
    parts_told,
    timeline,
)

from tests.strategies_locked import FIRST, locked
from tests.strategies_plan import planned

LABELS = {LABEL_LIFECYCLE: "{}", "other": "1"}
DONE = Done(plan=planned(locked(FIRST, "uv")), resolved=None, record=None, said=(), moved=(), spent={})


def test_phases_with_the_parts_that_our_own_build_tells() -> None:
    events: list[LifecycleEvent] = [
        PhaseStarted(phase="detect"),
        PhaseEnded(phase="detect", seconds=0.12345),
        OutputLine(buildpack="acme/other", line="Time: theirs 3.0 s"),
        PhaseEnded(phase="build", buildpack="acme/other", seconds=3.1),
        OutputLine(buildpack=LAMINA, line="Installing"),
        OutputLine(buildpack=LAMINA, line="Time: uv 1.5 s, trying imports 1 min 02 s"),
        PhaseEnded(phase="build", buildpack=LAMINA, seconds=64.0),
        PhaseEnded(phase="export", seconds=2.0),
    ]
    found = timeline(events, LABELS)
    assert found.phases == (
        PhaseOfBuild(phase="detect", seconds=0.123),
        PhaseOfBuild(phase="build", buildpack="acme/other", seconds=3.1),
        PhaseOfBuild(
            phase="build",
            buildpack=LAMINA,
            seconds=64.0,
            parts=(PartOfBuild(name="uv", seconds=1.5), PartOfBuild(name="trying imports", seconds=62.0)),
        ),
        PhaseOfBuild(phase="export", seconds=2.0),
    )


@given(st.dictionaries(st.sampled_from(get_args(Part)), st.floats(0.1, 5000), min_size=1))
def test_what_a_build_ends_with_is_read_again(spent: dict[Part, float]) -> None:
    (line,) = (each for each in ending(msgspec.structs.replace(DONE, spent=spent), 1.0) if each.startswith(TIME))
    found = parts_told(line)
    assert sorted(each.seconds for each in found) == pytest.approx(sorted(spent.values()), abs=1)
    assert len({each.name for each in found}) == len(spent)


def test_what_is_kept_is_of_one_image() -> None:
    kept = timeline([PhaseEnded(phase="detect", seconds=0.1)], LABELS)
    document = encode_timeline(kept)
    assert decode_timeline(document, LABELS) == kept
    assert decode_timeline(document, {LABEL_LIFECYCLE: "{}"}) == kept
    assert decode_timeline(document, {LABEL_LIFECYCLE: '{"app":[]}'}) is None


@pytest.mark.parametrize("document", [None, b"", b"[]", b"{}", b"[" * 5000, b"\xff", b'{"image": "\xff"}'])
def test_what_cannot_be_read_is_nothing(document: bytes | None) -> None:
    assert decode_timeline(document, LABELS) is None


def test_other_lines_have_no_parts() -> None:
    assert parts_told("Time: a lot, and more") == ()
    assert timeline([], {}) == Timeline(image=timeline([], {}).image, phases=())
