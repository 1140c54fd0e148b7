"""Decides for which minor version everything locked has wheels, where the default would build some of it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec

from pure.outcome import Failure, Success
from pure.project.document import Document
from pure.project.locks.kinds import LOCKS, LockName
from pure.project.locks.markers import MACHINES, holds, marker_environment
from pure.project.locks.wheels import LockedWheels
from pure.python.catalogue import version_of
from pure.python.resolution import ChosenRuntime

PREFER_WHEELS_VARIABLE: Final = "BP_PYTHON_PREFER_WHEELS"


class Lacking(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution that is locked and needed, with wheels for other minor versions than this."""

    name: str
    version: str


def locked_wheels(row: str, lock: Document) -> tuple[LockedWheels, ...]:
    """What a lock names; ``row`` is its kind's name."""
    kind = LOCKS[row]
    match kind.parsed(lock):
        case Success(parsed):
            return kind.wheels(parsed)
        case Failure():
            return ()


def instead(
    lock: tuple[str, LockName, Document],
    chosen: ChosenRuntime,
    minors: tuple[str, ...],
    *,
    arch: str,
    of: Callable[[str], ChosenRuntime | None],
) -> tuple[ChosenRuntime, tuple[str, ...]] | None:
    """The newest of the older minor versions that everything locked has wheels for, and the reasons for it.

    ``minors`` are those on offer, newest first; ``of`` gives what the bounds allow of one. ``None`` where the chosen
    one has all, or none of the others has.
    """
    name, row, document = lock
    minor = chosen.runtime.minor
    older = tuple(each for each in minors if version_of(each) < version_of(minor))
    locked = locked_wheels(row, document)
    missing = lacking(locked, minor, older, arch=arch)
    if not missing:
        return None
    for each in older:
        better = None if lacking(locked, each, (minor, *older), arch=arch) else of(each)
        if better is not None:
            listed = ", ".join(f"{one.name} {one.version}".strip() for one in missing[:_SHOWN])
            more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
            version, off = better.runtime.version, f"{PREFER_WHEELS_VARIABLE}=false would take {minor} all the same"
            return better, (
                f"{name} has no wheels for Python {minor} of {listed}{more}, which would be built from source",
                f"{version} is the newest version that it has wheels of everything for ({off})",
            )
    return None


_SHOWN: Final = 3


def lacking(locked: tuple[LockedWheels, ...], minor: str, others: Iterable[str], *, arch: str) -> tuple[Lacking, ...]:
    """What has no wheel for a minor version, and one for any of the others; in the lock's order, each name once."""
    rest = tuple(others)
    environment = marker_environment(f"{minor}.0", arch)
    needed: dict[str, list[LockedWheels]] = {}
    for each in locked:
        needed.setdefault(each.name, []).append(each)
    found = []
    for name, versions in needed.items():
        if any(_fits(each, minor, arch) for each in versions):
            continue
        wanted = [each for each in versions if _is_needed(each, environment)]
        if wanted and any(_fits(each, other, arch) for each in versions for other in rest):
            found.append(Lacking(name=name, version=wanted[0].version))
    return tuple(found)


def fitting(
    locked: Iterable[LockedWheels], minor: str, *, arch: str
) -> tuple[tuple[LockedWheels, tuple[str, ...]], ...]:
    """What is needed with a minor version, each with those of its wheels that are for it."""
    environment = marker_environment(f"{minor}.0", arch)
    return tuple(
        (each, tuple(wheel for wheel in each.wheels if fits(wheel, minor, arch=arch)))
        for each in locked
        if _is_needed(each, environment)
    )


def _is_needed(locked: LockedWheels, environment: Mapping[str, str]) -> bool:
    return not locked.markers or any(holds(marker, environment) is not False for marker in locked.markers)


def _fits(locked: LockedWheels, minor: str, arch: str) -> bool:
    return any(fits(wheel, minor, arch=arch) for wheel in locked.wheels)


def fits(wheel: str, minor: str, *, arch: str) -> bool:
    """Whether a wheel is one for CPython of this minor version on Linux, as its name tells (PyPA, platform tags)."""
    *_, pythons, abis, platforms = ("", "", "", *wheel.removesuffix(".whl").split("-"))
    machine = f"_{MACHINES.get(arch, arch)}"
    return any(
        _runs(python, abi, minor)
        and ((platform == "any" and abi == "none") or (platform.startswith(_LINUX) and platform.endswith(machine)))
        for platform in platforms.split(".")
        for python in pythons.split(".")
        for abi in abis.split(".")
    )


_LINUX: Final = ("manylinux", "linux_")


def _runs(python: str, abi: str, minor: str) -> bool:
    major, _, number = minor.partition(".")
    kind, version, since = python[:2], python[2:3], python[3:]
    if version != major or (since and not (since.isascii() and since.isdecimal())):
        return False
    if kind == "py":
        return abi == "none" and (not since or int(since[:4]) <= int(number))
    if kind != "cp" or not since:
        return False
    return (abi == "abi3" and int(since[:4]) <= int(number)) or (since == number and abi in (python, "none"))
