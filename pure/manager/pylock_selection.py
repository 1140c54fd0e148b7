"""Decides whether what is asked for can be installed here from a standard lock file.

``packaging.pylock`` selects, by the rules of the specification's section "Installation" (PyPA specification
"pylock.toml", PEP 751). It says in a sentence of its own why it refuses; what stands here finds out which of the rules
it was, so that the user reads what to do. Only a refusal that is explained counts, and uv, which reads the whole file,
has the last word on all others:

- a file that isn't valid for ``packaging``, which uv may understand;
- markers that ask for the kernel of the machine, since the image will run on another one;
- wheels: which ones fit follows from the image's C library, which nobody knows here, and uv chooses among them;
- a pre-release of Python, which ``packaging`` says satisfies no ``requires-python``: whoever asks for one wants it to.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import msgspec

from pure.names import normalise_name
from pure.outcome import Failure
from pure.project.document import Document, words
from pure.project.locks.markers import Environment, holds, marker_environment
from pure.project.selection import Selection
from pure.target import Target

if TYPE_CHECKING:
    from packaging.markers import Environment as PackagingEnvironment
    from packaging.markers import Marker
    from packaging.pylock import Package, Pylock
    from packaging.specifiers import SpecifierSet

# What markers call the kernel's.
_UNKNOWN: Final = ("platform_release", "platform_version")


class LockForOtherEnvironment(msgspec.Struct, frozen=True, kw_only=True):
    """None of the ``environments`` that the lock is made for is this one."""

    file: str
    environments: tuple[str, ...]
    python: str
    target: str


class LockedForOtherPython(msgspec.Struct, frozen=True, kw_only=True):
    """A package of the lock that is to be installed ``requires`` another Python."""

    file: str
    name: str
    requires: str
    python: str


class LockedTwice(msgspec.Struct, frozen=True, kw_only=True):
    """Several entries for one package apply; ``versions`` are theirs, and ``selection`` is what was asked for."""

    file: str
    name: str
    versions: tuple[str, ...]
    selection: Selection


PylockProblem: TypeAlias = LockForOtherEnvironment | LockedForOtherPython | LockedTwice


def check(document: Document, file: str, *, selection: Selection, python: str, target: Target) -> PylockProblem | None:
    """What prevents this installation; ``None`` where nothing does. ``python`` is the exact version."""
    loaded = document.toml
    if isinstance(loaded, Failure):
        return None
    lock = _valid(loaded.unwrap())
    if lock is None:
        return None
    plain = marker_environment(python, target.arch)
    chosen: Environment = plain | {
        "extras": frozenset(map(normalise_name, selection.extras)),
        "dependency_groups": frozenset(map(normalise_name, selection.groups_beside(lock.default_groups or ()))),
    }
    if not _refused(lock, plain, chosen):
        return None
    if lock.environments and all(_applies(each, plain, "requirement") is False for each in lock.environments):
        as_written = words(loaded.unwrap().get("environments"))
        return LockForOtherEnvironment(file=file, environments=as_written, python=python, target=str(target))
    return _wrong_package(lock, file, chosen, selection)


def _valid(found: Mapping[str, Any]) -> "Pylock | None":
    from packaging.pylock import Pylock, PylockValidationError

    try:
        # Of a minor version that it doesn't know packaging writes to the log; which versions are understood is decided
        # where the lock is read.
        return Pylock.from_dict({**found, "lock-version": "1.0"})
    except (PylockValidationError, RecursionError):
        return None


def _refused(lock: "Pylock", plain: Mapping[str, str], chosen: Environment) -> bool:
    from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
    from packaging.pylock import PylockSelectError

    selected = lock.select(
        environment=cast("PackagingEnvironment", plain),
        tags=(),
        extras=cast("frozenset[str]", chosen["extras"]),
        dependency_groups=cast("frozenset[str]", chosen["dependency_groups"]),
    )
    try:
        # Every rule that is explained here is applied before the first package is given out.
        next(selected, None)
    except PylockSelectError:
        return True
    except (UndefinedComparison, UndefinedEnvironmentName, RecursionError):
        return False
    return False


def _contains(specifiers: "SpecifierSet", python: str) -> bool:
    try:
        return specifiers.contains(python, prereleases=True)
    except ValueError:
        # A number of more digits than Python reads.
        return False


def _wrong_package(
    lock: "Pylock", file: str, chosen: Environment, selection: Selection
) -> LockedForOtherPython | LockedTwice | None:
    python = str(chosen["python_full_version"])
    taken: dict[str, list[str]] = {}
    for package in lock.packages:
        if _applies(package.marker, chosen, "lock_file") is not True:
            continue
        if package.requires_python is not None and not _contains(package.requires_python, python):
            requires = str(package.requires_python)[:80]
            return LockedForOtherPython(file=file, name=package.name[:100], requires=requires, python=python)
        taken.setdefault(package.name, []).append(_version(package))
    twice = next(((name, versions) for name, versions in taken.items() if len(versions) > 1), None)
    if twice is None:
        return None
    return LockedTwice(file=file, name=twice[0][:100], versions=tuple(twice[1]), selection=selection)


def _version(package: "Package") -> str:
    return str(package.version)[:60] if package.version is not None else "no version"


def _applies(marker: "Marker | None", environment: Environment, context: str) -> bool | None:
    """Whether a marker holds, as it does where there is none; ``None`` where that isn't known."""
    if marker is None:
        return True
    text = str(marker)
    return None if any(word in text for word in _UNKNOWN) else holds(text, environment, context)
