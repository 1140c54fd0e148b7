"""Keeps what a local build took beside its image, for the page of that."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from pure.lifecycle.events import LifecycleEvent, OutputLine, PhaseEnded
from pure.report.ending import TIME
from pure.report.timeline import Timeline, decode_timeline, encode_timeline, timeline

from shell.files import optional
from shell.layer_store import write_atomically

_FILE: Final = "timeline.json"


class Timing:
    """Hears a build's events, and hands them on."""

    def __init__(self, show: Callable[[LifecycleEvent], None]) -> None:
        self._show = show
        self._heard: list[LifecycleEvent] = []

    def hear(self, event: LifecycleEvent) -> None:
        """Note an event if it says what something took."""
        if isinstance(event, PhaseEnded) or (isinstance(event, OutputLine) and event.line.startswith(TIME)):
            self._heard.append(event)
        self._show(event)

    def keep(self, cache: Path, labels: Mapping[str, str]) -> None:
        """Keep the times of the build that made an image with these labels."""
        with suppress(OSError):
            # The image is made: that nobody will know what it took is no failure.
            write_atomically(cache / _FILE, encode_timeline(timeline(self._heard, labels)))


def kept_timeline(cache: Path, labels: Mapping[str, str]) -> Timeline | None:
    """What the build of the image with these labels took, if it was the last one that used this folder."""
    return decode_timeline(optional(cache / _FILE), labels)
