"""Decides which processes an image has, which one is the default, and what a launch executes."""

from collections.abc import Iterable, Sequence

import msgspec

from pure.lifecycle.errors import NoCommand, ProcessTypeInvalid, ProcessUnknown
from pure.lifecycle.outputs import LaunchProcess
from pure.outcome import Failure, Outcome, Success

_FORBIDDEN = frozenset("/><:|&\\")


class ProcessTable(msgspec.Struct, frozen=True, kw_only=True):
    """The processes of an image sorted by type, and the type of the default one, empty if there is none."""

    processes: tuple[LaunchProcess, ...] = ()
    default: str = ""

    @property
    def types(self) -> tuple[str, ...]:
        """The process types in order."""
        return tuple(process.type for process in self.processes)

    def find(self, process_type: str) -> LaunchProcess | None:
        """The process of that type."""
        return next((process for process in self.processes if process.type == process_type), None)


class LaunchCommand(msgspec.Struct, frozen=True, kw_only=True):
    """What is executed: the fixed part, the part that user arguments replace, and where (empty: the app)."""

    fixed: tuple[str, ...]
    args: tuple[str, ...] = ()
    working_dir: str = ""
    process: str = ""
    direct: bool = True

    @property
    def argv(self) -> tuple[str, ...]:
        """The whole command line."""
        return (*self.fixed, *self.args)


def process_table(declared: Iterable[LaunchProcess]) -> tuple[ProcessTable, tuple[str, ...]]:
    """The table after all buildpacks' processes in order, and the types that lost their default mark on the way.

    A later process replaces an earlier one of its type. The last default wins; a process without the mark that
    replaces the default leaves the image without one.
    """
    by_type: dict[str, LaunchProcess] = {}
    default = ""
    lost: list[str] = []
    for process in declared:
        if process.default:
            default, lost = process.type, []
        elif process.type == default and default:
            default = ""
            lost.append(process.type)
        by_type[process.type] = process
    processes = tuple(by_type[name] for name in sorted(by_type))
    return ProcessTable(processes=processes, default=default), tuple(lost)


def choose_default(
    table: ProcessTable, wanted: str | None
) -> Outcome[ProcessTable, ProcessTypeInvalid | ProcessUnknown]:
    """The table as the image gets it, with the user's choice of a default; process types must be file names."""
    for process in table.processes:
        if not process.type or _FORBIDDEN & set(process.type):
            return Failure(ProcessTypeInvalid(process=process.type))
    if wanted is None:
        return Success(table)
    if table.find(wanted) is None:
        return Failure(ProcessUnknown(process=wanted, available=table.types))
    return Success(msgspec.structs.replace(table, default=wanted))


def command_of(process: LaunchProcess) -> LaunchCommand:
    """What a process executes without user arguments."""
    return LaunchCommand(
        fixed=process.command,
        args=process.args,
        working_dir=process.working_dir,
        process=process.type,
        direct=process.direct,
    )


def choose_command(
    table: ProcessTable, *, process: str | None, command: Sequence[str] | None
) -> Outcome[LaunchCommand, ProcessUnknown | NoCommand]:
    """What a launch executes.

    With ``process``, that one, and ``command`` replaces its arguments; without it ``command`` itself, else the default
    process.
    """
    if process is None and command:
        return Success(LaunchCommand(fixed=tuple(command)))
    wanted = table.default if process is None else process
    if not wanted:
        return Failure(NoCommand(available=table.types))
    found = table.find(wanted)
    if found is None:
        return Failure(ProcessUnknown(process=wanted, available=table.types))
    chosen = command_of(found)
    if not chosen.fixed:
        return Failure(NoCommand(available=table.types))
    return Success(msgspec.structs.replace(chosen, args=tuple(command)) if command else chosen)
