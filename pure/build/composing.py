"""Decides what of all that other buildpacks require this build gives them, and what it leaves to another provider."""

from collections.abc import Iterator
from typing import Final

import msgspec
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from pure.manager.decision import PackageManagerDecision
from pure.manager.table import TOOLS
from pure.project.detection import PYTHON_NAMES, SITE_PACKAGES
from pure.python.requirers import RequiredName, Requirers

_NOTHING_INSTALLED: Final = "nothing is installed"
_BUILD_ONLY: Final = "no package manager reaches the run image"


class Unmet(msgspec.Struct, frozen=True, kw_only=True):
    """What is required and can't be given; ``because`` says why."""

    name: str
    because: str


class Composition(msgspec.Struct, frozen=True, kw_only=True):
    """What other buildpacks get of this build."""

    required: tuple[RequiredName, ...] = ()
    unmet: tuple[Unmet, ...] = ()
    """What of it isn't given: the next buildpack that provides such a name gets its requirements."""

    @property
    def given(self) -> tuple[RequiredName, ...]:
        """What of it is given."""
        names = {each.name for each in self.unmet}
        return tuple(each for each in self.required if each.name not in names)

    @property
    def build(self) -> bool:
        """Whether another buildpack works with what is given during the build."""
        return any(each.build for each in self.given)


def compose(requirers: Requirers, manager: PackageManagerDecision | None) -> Composition:
    """What is given and what isn't, where this manager installs; ``None`` where nothing is installed."""
    return Composition(required=requirers.names, unmet=tuple(_unmet(requirers, manager)))


def composed(requirers: Requirers, composition: Composition) -> Requirers:
    """The requirers, of whom it is known whether the build has to have all at hand for any of them."""
    return msgspec.structs.replace(requirers, build=composition.build)


def _unmet(requirers: Requirers, manager: PackageManagerDecision | None) -> Iterator[Unmet]:
    for each in requirers.names:
        because = _why_not(each, manager)
        if because:
            yield Unmet(name=each.name, because=because)


def _why_not(wanted: RequiredName, manager: PackageManagerDecision | None) -> str:
    """Why something can't be given; empty where it can."""
    if wanted.name in PYTHON_NAMES:
        return ""
    if manager is None:
        return _NOTHING_INSTALLED
    if wanted.name == SITE_PACKAGES:
        return ""
    tool = manager.manager.tool
    if wanted.name != tool.name:
        return f"{tool.title} installs the dependencies, and {TOOLS[wanted.name].title} isn't there"
    if wanted.launch:
        return f"it is required at launch, and {_BUILD_ONLY}"
    other = next((version for version in wanted.versions if not _fits(manager.version, version)), "")
    return f"version {other} is required, and this build has {manager.version}" if other else ""


def _fits(version: str, wanted: str) -> bool:
    """Whether a tool's version is one that is asked for: ``26``, ``26.1`` and ``>=25`` all ask for 26.1.2 too."""
    text = wanted.strip()
    if text[:1].isdigit():
        text = f"=={text}" if text.endswith("*") else f"=={text}.*"
    try:
        return SpecifierSet(text).contains(version, prereleases=True)
    except InvalidSpecifier:
        return False
