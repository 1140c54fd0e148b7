"""Says which build commands an application has, and how they get on."""

from typing import assert_never

from pure.build import news
from pure.build.plan import Plan
from pure.project.build_commands import BuildCommands
from pure.report.prose.commands import shown_line
from pure.wording import duration, listing


def command_lines(told: news.CommandsPlanned | news.CommandBegun | news.CommandDone, width: int) -> tuple[str, ...]:
    """What a build has to tell of them; what they say themselves comes between."""
    match told:
        case news.CommandsPlanned(commands=commands, hidden=hidden):
            kept = listing(hidden, width=width, indent="    ")
            return (*_heading(commands), *(("  They don't get these variables of the build:", *kept) if hidden else ()))
        case news.CommandBegun(line=line):
            return (f"  $ {shown_line(line)}",)
        case news.CommandDone(seconds=seconds):
            return (f"  Done in {duration(seconds)}",)
        case _:
            assert_never(told)


def command_lines_planned(plan: Plan) -> tuple[str, ...]:
    """Which ones are to be run."""
    if plan.commands is None:
        return ()
    return (*_heading(plan.commands), *(f"  $ {shown_line(line)}" for line in plan.commands.lines))


def _heading(commands: BuildCommands) -> tuple[str, ...]:
    return ("", "Build commands", f"  Run in every build, since nobody knows what they read: {commands.because}")
