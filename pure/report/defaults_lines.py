"""Says what a process finds set at its start."""

from typing import Final

from pure.start.memory import MEGABYTE
from pure.start.processes import Default, Process
from pure.wording import listing

_LONGEST: Final = 24


def defaults_lines(process: Process, width: int) -> tuple[str, ...]:
    """The variables that nobody has to set; none where there are none."""
    if not process.defaults:
        return ()
    first, *more = listing(map(_told, process.defaults), width=width, indent="      ")
    return (f"    Where it isn't set: {first.lstrip()}", *more)


def _told(each: Default) -> str:
    if not each.value:
        known = f" ({each.memory // MEGABYTE} MB a worker)" if each.memory else ""
        return f"{each.variable} by the memory limit{known}"
    return f"{each.variable}={each.value}" if len(each.value) <= _LONGEST else each.variable
