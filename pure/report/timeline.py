"""Makes a timeline of a local build's events, and says how it is kept: no image has any of it, since times differ."""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

import msgspec

from pure.image.manifest import LAMINA
from pure.lifecycle.events import LifecycleEvent, OutputLine, PhaseEnded
from pure.lifecycle.image import LABEL_LIFECYCLE
from pure.report.ending import TIME

_PART: Final = re.compile(r"(?P<name>[^,0-9]+) (?:(?P<minutes>\d+) min )?(?P<seconds>\d+(?:\.\d)?) s")


class PartOfBuild(msgspec.Struct, frozen=True, kw_only=True):
    """What something of a build took."""

    name: str
    seconds: float


class PhaseOfBuild(msgspec.Struct, frozen=True, kw_only=True):
    """A phase of the lifecycle, of one buildpack where it runs one, with what that tells of its parts."""

    phase: str
    buildpack: str = ""
    seconds: float
    parts: tuple[PartOfBuild, ...] = ()


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """What the build of an image took; ``image`` tells it from others."""

    image: str
    phases: tuple[PhaseOfBuild, ...]


def timeline(events: Iterable[LifecycleEvent], labels: Mapping[str, str]) -> Timeline:
    """What a build took that made an image with these labels."""
    phases: list[PhaseOfBuild] = []
    parts: dict[str, tuple[PartOfBuild, ...]] = {}
    for event in events:
        match event:
            case OutputLine(buildpack=buildpack, line=line) if buildpack == LAMINA and line.startswith(TIME):
                parts[buildpack] = parts_told(line)
            case PhaseEnded(phase=phase, buildpack=buildpack, seconds=seconds):
                # To the millisecond: nobody reads more.
                ended = PhaseOfBuild(phase=phase, buildpack=buildpack or "", seconds=round(seconds, 3))
                told = parts.pop(buildpack or "", ()) if phase == "build" else ()
                phases.append(msgspec.structs.replace(ended, parts=told))
            case _:
                pass
    return Timeline(image=identity(labels), phases=tuple(phases))


def parts_told(line: str) -> tuple[PartOfBuild, ...]:
    """The parts in the line that a build of ours ends with (``pure.report.ending``)."""
    found = (_PART.fullmatch(each) for each in line.removeprefix(TIME).split(", "))
    return tuple(
        PartOfBuild(name=each["name"], seconds=60 * int(each["minutes"] or 0) + float(each["seconds"]))
        for each in found
        if each
    )


def identity(labels: Mapping[str, str]) -> str:
    """What an image has in common with its copy in a layout, upon a run image or not, and with no other's."""
    return sha256(labels.get(LABEL_LIFECYCLE, "").encode()).hexdigest()


def encode_timeline(kept: Timeline) -> bytes:
    """A document for ``decode_timeline``."""
    return msgspec.json.encode(kept)


def decode_timeline(document: bytes | None, labels: Mapping[str, str]) -> Timeline | None:
    """What was kept, if it is of the image with these labels."""
    try:
        kept = msgspec.json.decode(document or b"", type=Timeline)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    return kept if kept.image == identity(labels) else None
