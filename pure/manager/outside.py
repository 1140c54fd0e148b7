"""Finds what an application is to be installed from and that lies outside of what was uploaded: ``../shared``.

Absolute paths are left to the tools: a platform may mount what they name.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from pure.manager.managed import Managed
from pure.manager.table import PROJECT, UV
from pure.manager.terms import InstalledFrom, path
from pure.project.files import ProjectFiles
from pure.project.requirements.collection import RequirementsSet
from pure.project.requirements.systems import tells_systems

_FILE: Final = re.compile(r"@\s?file:")


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
    named = _required(requirements, project.folder) if managed.manager.by_requirements else locked
    named = _declared(managed, project.folder) if managed.manager is PROJECT else named
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
            yield f"{path(folder, line.file)}, line {line.line}", _path_in(line.text)
    options = [option for each in requirements.files for option in each.content.options] if requirements else []
    # Without an index whatever isn't found there is missing; with one, pip passes over a folder that isn't there.
    if any(option.name == "--no-index" for option in options):
        for option in options:
            if option.name == "--find-links":
                yield f"{path(folder, option.file)}, line {option.line}", option.value.removeprefix("file:")


def _declared(managed: Managed, folder: str) -> Iterator[tuple[str, str]]:
    for text in managed.declared.dependencies:
        if _FILE.search(text):
            yield f"dependencies in {path(folder, PROJECT.lock)}", _path_in(text)


def _path_in(requirement: str) -> str:
    """The path of a requirement that is one, whether it has a name before it or not."""
    named = requirement.rpartition(" @ ")[2].rpartition("@file:")[2]
    return named.partition(";")[0].partition("#")[0].strip().removeprefix("file:").partition("[")[0].strip()


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
