"""Holds what was tried and read on a machine, for ``pure.machine.examination``."""

import msgspec

from pure.lifecycle.errors import LifecycleError
from pure.runtime.fetching import FetchFailure


class BuildPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A folder that builds write to, or the nearest one above it that is there."""

    path: str
    free: int
    """Bytes that this user may still write there."""
    refused: str = ""
    """Why nothing can be written there, in the system's words; empty where it can."""


class AskedIndex(msgspec.Struct, frozen=True, kw_only=True):
    """A package index that was asked for a page; ``url`` as it may be shown."""

    url: str
    failure: FetchFailure | None = None
    """Why it gave none."""
    named: bool = False
    """Whether a variable or pip's configuration names it; otherwise pip asks it by itself."""


class EngineFound(msgspec.Struct, frozen=True, kw_only=True):
    """A program on this machine that can take images; ``version`` is empty where it, or what it talks to, is silent."""

    name: str
    version: str


class MachineFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    system: str
    """``Linux``, and whatever others call themselves."""
    release: str
    machine: str
    python: str
    """The version of the interpreter that runs ``lamina``."""
    packable: bool
    """Whether that can be offered to builds: the wheel of pip is there which environments are made by."""
    namespace: LifecycleError | None = None
    """What prevents a namespace in which a build's paths are in place."""
    untried: str = ""
    """Why that couldn't be tried, in the system's words; empty where it was."""
    without_users: bool = False
    """It is entered by root, without a namespace of users."""
    paths: int = 0
    """The exit status of a program that wrote to a build's paths in there."""
    overlays: bool = True
    """Whether folders can be mounted over others in there."""
    cache: BuildPlace
    temporary: BuildPlace
    certificates: str = ""
    """The file or folder of certificates that is named; empty where the system's count."""
    certificates_refused: str = ""
    """Why those can't be used."""
    indexes: tuple[AskedIndex, ...] = ()
    """Empty where no index is to be asked."""
    git: str = ""
    """Its version; empty where there is none."""
    compiler: str = ""
    """The path of a C compiler; empty where there is none."""
    engines: tuple[EngineFound, ...] = ()
