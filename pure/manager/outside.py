"""Finds what an application is to be installed from and that lies outside of what was uploaded: ``../shared``.

Absolute paths are left to the tools: a platform may mount what they name.
"""

from collections.abc import Iterable, Iterator

import msgspec

from pure.manager.managed import Managed
from pure.manager.table import PIP, UV
from pure.manager.terms import InstalledFrom, path
from pure.project.files import ProjectFiles
from pure.project.requirements.collection import RequirementsSet
from pure.project.requirements.systems import tells_systems


class OutsideUpload(msgspec.Struct, frozen=True, kw_only=True):
    """Paths that lead out of the application's folder; ``up`` is by how many folders at most."""

    source: InstalledFrom
    # Each with the place that names it, a file's line or a distribution of the lock.
    found: tuple[tuple[str, str], ...]
    up: int


def outside_upload(
    managed: Managed, project: ProjectFiles, requirements: RequirementsSet | None
) -> OutsideUpload | None:
    """What lies outside of the upload; ``None`` where nothing does."""
    folder = managed.source.folder if managed.manager is UV else project.folder
    lock = path(managed.source.folder, managed.source.files[0])
    locked = ((f"{name} in {lock}", place) for name, place in managed.lock.paths)
    named = _required(requirements, project.folder) if managed.manager is PIP else locked
    outside = tuple((place, named_path, up) for place, named_path in named if (up := _above(folder, named_path)) > 0)
    if not outside:
        return None
    return OutsideUpload(
        source=managed.source,
        found=tuple((place, shared) for place, shared, _ in outside),
        up=max(up for _, _, up in outside),
    )


def _required(requirements: RequirementsSet | None, folder: str) -> Iterator[tuple[str, str]]:
    for line in requirements.requirements if requirements else ():
        if line.kind in ("local_path", "local_archive", "editable") and not tells_systems(line):
            named = (line.url or line.text).partition(";")[0].partition("#")[0].removeprefix("file:").strip()
            yield f"{path(folder, line.file)}, line {line.line}", named.partition("[")[0].strip()


def _above(folder: str, place: str) -> int:
    """By how many folders a path, relative to a folder of the application, leaves the application."""
    if place.startswith(("/", "~")) or ":" in place.partition("/")[0]:
        return 0
    return max(0, -_highest((*_parts(folder), *_parts(place))))


def _parts(place: str) -> tuple[str, ...]:
    return tuple(part for part in place.replace("\\", "/").split("/") if part not in ("", "."))


def _highest(parts: Iterable[str]) -> int:
    """How deep a path is at its highest point, below zero outside."""
    depth = lowest = 0
    for part in parts:
        depth += -1 if part == ".." else 1
        lowest = min(lowest, depth)
    return lowest
