"""Names what can go wrong while steps are carried out, as data."""

from typing import Literal, TypeAlias

import msgspec

from pure.build.plan import PlanError
from pure.complaints.commands import CommandError
from pure.complaints.imports import ImportReason
from pure.complaints.reasons import Recognised
from pure.disk import DiskFull
from pure.manager.terms import InstalledFrom
from pure.runtime.endings import CompileError, UnpackError
from pure.runtime.fetching import FetchError
from pure.start.django import CollectStaticFailed
from pure.venv.installed import Mismatch
from pure.venv.lacks import DependenciesContradict
from pure.venv.resolved import ReportError


class PipFailed(msgspec.Struct, frozen=True, kw_only=True):
    """pip couldn't install the application's dependencies; its own words were printed above.

    ``recognised`` is the reason, where these words are known.
    """

    source: InstalledFrom
    returncode: int
    signal: str | None
    version: str
    recognised: Recognised | None = None


class ToolFailed(msgspec.Struct, frozen=True, kw_only=True):
    """A package manager's tool couldn't install the application's dependencies; its words were printed above."""

    source: InstalledFrom
    version: str
    returncode: int
    signal: str | None
    recognised: Recognised | None = None


class DoesNotImport(msgspec.Struct, frozen=True, kw_only=True):
    """What was chosen to start the application can't be imported in the finished environment."""

    names: tuple[str, ...]
    """The programs that were tried."""
    returncode: int
    signal: str | None
    output: tuple[str, ...]
    """Its last words."""
    reason: ImportReason | None = None


class PipNotInstalled(msgspec.Struct, frozen=True, kw_only=True):
    """pip, or the tool that ``title`` names, couldn't be installed; ``output`` are the last words."""

    version: str
    hashed: bool
    output: tuple[str, ...]
    title: str = "pip"
    variable: str = "BP_PIP_VERSION"


class NoPipWheel(msgspec.Struct, frozen=True, kw_only=True):
    """There is no pip to begin with: neither the runtime nor the cache nor the buildpack holds a pip wheel."""

    python: str


class NotAsResolved(msgspec.Struct, frozen=True, kw_only=True):
    """The installer reported success, and what it installed isn't what it said it would install."""

    mismatches: tuple[Mismatch, ...]


class NoEnvironment(msgspec.Struct, frozen=True, kw_only=True):
    """The virtual environment couldn't be created; ``output`` are the last words of the runtime's ``venv``."""

    returncode: int
    output: tuple[str, ...]


class RuntimeDoesNotStart(msgspec.Struct, frozen=True, kw_only=True):
    """The runtime was installed and doesn't start here."""

    version: str
    target: str
    output: tuple[str, ...]


class NotWritable(msgspec.Struct, frozen=True, kw_only=True):
    """A file or folder couldn't be written or removed; ``detail`` is the system's word."""

    path: str
    detail: str


class NotReadable(msgspec.Struct, frozen=True, kw_only=True):
    """A file couldn't be read, or isn't read."""

    path: str
    # The system's word; of one that lies outside of the application, where that is.
    detail: str
    why: Literal["refused", "outside", "large"] = "refused"


class MissingVariable(msgspec.Struct, frozen=True, kw_only=True):
    """The platform didn't state a path that the specification promises."""

    name: str


InstallationError: TypeAlias = (
    DependenciesContradict
    | DoesNotImport
    | NoEnvironment
    | NoPipWheel
    | NotAsResolved
    | PipFailed
    | PipNotInstalled
    | RuntimeDoesNotStart
)
DiskError: TypeAlias = DiskFull | NotReadable | NotWritable
BuildError: TypeAlias = (
    CollectStaticFailed
    | CommandError
    | CompileError
    | DiskError
    | FetchError
    | InstallationError
    | MissingVariable
    | PlanError
    | ReportError
    | ToolFailed
    | UnpackError
)
