"""Names what an environment lacks: libraries of the system, and what its distributions demand of each other."""

from typing import Final

import msgspec

CHECK_VARIABLE: Final = "BP_PYTHON_CHECK_DEPENDENCIES"


class ForeignLibraries(msgspec.Struct, frozen=True, kw_only=True):
    """Libraries that a distribution needs and the environment doesn't have."""

    distribution: str
    """Empty where a file belongs to none."""
    path: str
    """The first file that needs them; empty where they are loaded by names that begin like this."""
    libraries: tuple[str, ...]


class MissingLibraries(msgspec.Struct, frozen=True, kw_only=True):
    """Libraries that a distribution needs and nobody has."""

    distribution: str
    """Empty where a file belongs to none."""
    path: str
    """One of the files that need them; empty where they are loaded by name."""
    libraries: tuple[str, ...]
    packages: tuple[str, ...]
    """Debian's packages that have them, as far as they are known."""
    instead: tuple[str, ...]
    """What can be required instead."""


class Contradiction(msgspec.Struct, frozen=True, kw_only=True):
    """A demand of one distribution that another, or its absence, doesn't satisfy."""

    distribution: str
    version: str
    demand: str
    """The name and the versions that it demands."""
    name: str
    found: str
    """The other's version; empty where it isn't installed."""


class DependenciesContradict(msgspec.Struct, frozen=True, kw_only=True):
    """What is installed contradicts itself, and the platform asked for that to be an error."""

    variable: str
    found: tuple[Contradiction, ...]
