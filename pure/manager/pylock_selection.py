"""Decides whether what is asked for can be installed here from a standard lock file.

By the rules of the specification's section "Installation" (PyPA specification "pylock.toml", PEP 751), as far as they
need no network and no disk: its environments, the Python versions of its packages, and that each name stands for one
package. Whatever can't be evaluated passes: uv, which reads the whole file, has the last word.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec

from pure.names import normalise_name
from pure.outcome import Failure
from pure.project.document import Document, words
from pure.project.locks.markers import Environment, holds, marker_environment
from pure.project.selection import Selection
from pure.target import Target

# What a marker knows of the kernel can't be known here: the image will run on another one.
_UNKNOWN = ("platform_release", "platform_version")


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


def check(lock: Document, file: str, *, selection: Selection, python: str, target: Target) -> PylockProblem | None:
    """What prevents this installation; ``None`` where nothing does. ``python`` is the exact version."""
    loaded = lock.toml
    if isinstance(loaded, Failure):
        return None
    found = loaded.unwrap()
    plain = marker_environment(python, target.arch)
    environments = words(found.get("environments"))
    if environments and all(_applies(each, plain, "requirement") is False for each in environments):
        return LockForOtherEnvironment(file=file, environments=environments, python=python, target=str(target))
    groups = (*words(found.get("default-groups")), *selection.groups)
    chosen: Environment = plain | {
        "extras": frozenset(map(normalise_name, selection.extras)),
        "dependency_groups": frozenset(map(normalise_name, groups)),
    }
    taken: dict[str, list[str]] = {}
    for package in _tables(found.get("packages")):
        if _applies(package.get("marker"), chosen, "lock_file") is not True:
            continue
        requires = package.get("requires-python")
        if isinstance(requires, str) and _allows(requires, python) is False:
            return LockedForOtherPython(file=file, name=_name(package), requires=requires[:80], python=python)
        taken.setdefault(normalise_name(_name(package)), []).append(_version(package))
    for name, versions in taken.items():
        if len(versions) > 1:
            return LockedTwice(file=file, name=name, versions=tuple(versions), selection=selection)
    return None


def _tables(value: object) -> tuple[Mapping[str, Any], ...]:
    return tuple(each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()


def _name(package: Mapping[str, Any]) -> str:
    name = package.get("name")
    return name[:100] if isinstance(name, str) else "a package without a name"


def _version(package: Mapping[str, Any]) -> str:
    version = package.get("version")
    return version[:60] if isinstance(version, str) else "no version"


def _applies(marker: object, environment: Environment, context: str) -> bool | None:
    """Whether a marker holds, as it does where there is none; ``None`` where that isn't known."""
    if marker is None:
        return True
    if not isinstance(marker, str) or any(word in marker for word in _UNKNOWN):
        return None
    return holds(marker, environment, context)


def _allows(requires: str, python: str) -> bool | None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(requires).contains(python, prereleases=True)
    except InvalidSpecifier:
        return None
