"""Says in words what an application imports and declares nowhere."""

from pure.build.undeclared import UndeclaredImports
from pure.manager.table import PIP
from pure.manager.terms import path
from pure.message import Message

_MOST = 12


def describe_undeclared(error: UndeclaredImports) -> Message:
    """The message for an application that says nowhere what to install."""
    shown = error.found[:_MOST]
    more = (f"and {len(error.found) - _MOST} more",) if len(error.found) > _MOST else ()
    names = dict.fromkeys(each.distribution for each in error.found)
    file = path(error.folder, PIP.lock)
    return Message(
        happened="Nothing says what to install, and the application imports what Python itself doesn't have",
        found=(*(f"{each.module}: {'; '.join(each.places)}" for each in shown), *more),
        means=("An application that imports only Python's own modules and its own files needs no requirements.",),
        do=(
            f"Write into {file}, a line each, with the versions that you use:",
            *(f"  {name}" for name in names),
            "The names are those that the distributions of these modules probably have: check them.",
        ),
    )
