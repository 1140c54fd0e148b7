"""What a local build took, kept beside its image."""

from pathlib import Path

from pure.image.manifest import LAMINA
from pure.lifecycle.events import LifecycleEvent, OutputLine, PhaseEnded, PhaseStarted
from pure.lifecycle.image import LABEL_LIFECYCLE
from shell.command.timing import Timing, kept_timeline

LABELS = {LABEL_LIFECYCLE: "{}"}
EVENTS: tuple[LifecycleEvent, ...] = (
    PhaseStarted(phase="build", buildpack=LAMINA),
    OutputLine(buildpack=LAMINA, line="Time: pip 1.5 s"),
    PhaseEnded(phase="build", buildpack=LAMINA, seconds=2.0),
)


def test_events_are_handed_on_and_times_kept(tmp_path: Path) -> None:
    seen: list[LifecycleEvent] = []
    timing = Timing(seen.append)
    for event in EVENTS:
        timing.hear(event)
    assert tuple(seen) == EVENTS
    timing.keep(tmp_path, LABELS)
    found = kept_timeline(tmp_path, LABELS)
    assert found is not None
    assert [(each.phase, each.seconds, len(each.parts)) for each in found.phases] == [("build", 2.0, 1)]
    assert kept_timeline(tmp_path, {}) is None


def test_where_nothing_can_be_kept_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    Timing(lambda _: None).keep(tmp_path / "cache", LABELS)
    assert kept_timeline(tmp_path / "cache", LABELS) is None
