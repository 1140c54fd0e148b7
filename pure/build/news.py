"""Says what a build has to tell while it goes on, as data; ``pure.report.build_log`` has the words."""

from typing import TypeAlias

import msgspec

from pure.build.finding import Finding
from pure.build.plan import Plan
from pure.build.steps import Compiled, RuntimeInstalled
from pure.project.build_commands import BuildCommands
from pure.start.django import Collected, NotEnabled
from pure.venv.accelerators import AcceleratedTorch
from pure.venv.difference import Changes, Kept
from pure.venv.piece import Piece
from pure.venv.resolved import ResolvedSet


class PythonChosen(msgspec.Struct, frozen=True, kw_only=True):
    """A build begins: its target, and which Python."""

    version: str  # of the buildpack
    plan: Plan


class RuntimeArrived(msgspec.Struct, frozen=True, kw_only=True):
    """The runtime is unpacked."""

    installed: RuntimeInstalled
    local: bool  # its archive lay on this machine
    borrowed: bool = False  # for this build alone: the image has it already


class BytecodeCompiled(msgspec.Struct, frozen=True, kw_only=True):
    """Bytecode is up to date."""

    compiled: Compiled


class ManagerChosen(msgspec.Struct, frozen=True, kw_only=True):
    """Which package manager installs."""

    plan: Plan


class ToolInstalled(msgspec.Struct, frozen=True, kw_only=True):
    """The package manager's tool is in its layer."""

    title: str
    wheel: str  # the file name of pip's wheel that installed it
    seconds: float


class LayersDropped(msgspec.Struct, frozen=True, kw_only=True):
    """Layers of an earlier build are left out."""

    plan: Plan


class DependenciesBegun(msgspec.Struct, frozen=True, kw_only=True):
    """What is to become of the dependencies' layer."""

    plan: Plan


class InstalledFresh(msgspec.Struct, frozen=True, kw_only=True):
    """All distributions were installed into an empty environment."""

    resolved: ResolvedSet
    seconds: float


class StartedOver(msgspec.Struct, frozen=True, kw_only=True):
    """The environment can't be changed in place after all, and is made anew."""

    because: tuple[str, ...]


class ChangesDecided(msgspec.Struct, frozen=True, kw_only=True):
    """What reconciling will do."""

    changes: Changes


def all_kept(resolved: ResolvedSet) -> ChangesDecided:
    """The news that everything stays as it is."""
    kept = tuple(Kept(name=each.name, version=each.version) for each in resolved.distributions)
    return ChangesDecided(changes=Changes(keep=kept))


class Reconciled(msgspec.Struct, frozen=True, kw_only=True):
    """Reconciling is done."""

    changes: Changes
    seconds: float


class Synchronised(msgspec.Struct, frozen=True, kw_only=True):
    """What a tool did to the environment."""

    title: str  # the tool's
    changes: Changes


class AcceleratedFound(msgspec.Struct, frozen=True, kw_only=True):
    """A build of torch for graphics cards is installed."""

    torch: AcceleratedTorch


class FindingsMade(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with the finished environment, and is no error."""

    findings: tuple[Finding, ...]


class Divided(msgspec.Struct, frozen=True, kw_only=True):
    """An environment lies in its layers."""

    plan: Plan
    pieces: tuple[Piece, ...]  # what lies in layers of its own


class NotTried(msgspec.Struct, frozen=True, kw_only=True):
    """What starts the application was imported in vain, since it needs what this build doesn't have."""

    names: tuple[str, ...]  # the programs
    away: tuple[str, ...]  # the distributions whose contents it needs


class CommandsPlanned(msgspec.Struct, frozen=True, kw_only=True):
    """The application has commands run in its build."""

    commands: BuildCommands
    hidden: tuple[str, ...]  # the variables of the build that they don't get


class CommandBegun(msgspec.Struct, frozen=True, kw_only=True):
    """A build command is run."""

    line: str


class CommandDone(msgspec.Struct, frozen=True, kw_only=True):
    """A build command has ended well."""

    seconds: float


class StaticFilesPlanned(msgspec.Struct, frozen=True, kw_only=True):
    """Django is installed; static files are collected, or not."""

    django: str  # its version
    collect: bool
    because: str
    again: str = ""  # why those of the previous build won't do


class StaticFilesCollected(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the static files."""

    judgement: Collected | NotEnabled
    seconds: float
    unlike: str = ""  # why the next build has to collect them whatever has changed


class StaticFilesKept(msgspec.Struct, frozen=True, kw_only=True):
    """Static files are those of the previous build."""

    django: str  # its version
    enabled: bool  # there are any
    read: int  # files that were looked at


class ProgramSaid(msgspec.Struct, frozen=True, kw_only=True):
    """All that a program said which failed."""

    lines: tuple[str, ...]


class ProcessesDecided(msgspec.Struct, frozen=True, kw_only=True):
    """The image's processes."""

    plan: Plan


News: TypeAlias = (
    PythonChosen
    | RuntimeArrived
    | BytecodeCompiled
    | ManagerChosen
    | ToolInstalled
    | LayersDropped
    | DependenciesBegun
    | InstalledFresh
    | StartedOver
    | ChangesDecided
    | Reconciled
    | Synchronised
    | AcceleratedFound
    | FindingsMade
    | Divided
    | NotTried
    | CommandsPlanned
    | CommandBegun
    | CommandDone
    | StaticFilesPlanned
    | StaticFilesCollected
    | StaticFilesKept
    | ProgramSaid
    | ProcessesDecided
)
