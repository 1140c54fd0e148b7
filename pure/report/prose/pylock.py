"""Says in words why a standard lock file can't be installed here."""

from typing import Final, assert_never

from pure.manager.pylock_selection import LockedForOtherPython, LockedTwice, LockForOtherEnvironment, PylockProblem
from pure.message import Message

_SHOWN: Final = 6


def describe_pylock(error: PylockProblem) -> Message:
    """The message for an error of this family."""
    match error:
        case LockForOtherEnvironment(file=file, environments=environments, python=python, target=target):
            more = len(environments) - _SHOWN
            return Message(
                happened=f"{file} was made for other environments than this one",
                found=(
                    *(f"environments: {each}" for each in environments[:_SHOWN]),
                    *((f"and {more} more",) if more > 0 else ()),
                    f"the image is CPython {python} for {target}",
                ),
                means=("What it locks was chosen for those alone, and may be wrong or missing here.",),
                do=("Make the lock again for this environment too: it is its key `environments` that says which.",),
            )
        case LockedForOtherPython(file=file, name=name, requires=requires, python=python):
            return Message(
                happened=f"{name} isn't made for Python {python}",
                found=(f"{file} says that it requires Python {requires}",),
                do=(
                    "Choose a Python that it is made for (BP_PYTHON_VERSION or a file .python-version),",
                    "or make the lock again for this one.",
                ),
            )
        case LockedTwice(file=file, name=name, versions=versions, selection=selection):
            asked = str(selection)
            return Message(
                happened=f"{file} has several entries for {name} that apply here",
                found=(", ".join(versions), *((asked,) if asked else ())),
                means=("Each package has to come down to one entry when it is installed.",),
                do=("Ask for groups and extras that don't contradict each other, or make the lock again.",)
                if asked
                else ("Make the lock again; entries for one package need markers that exclude each other.",),
            )
        case _:
            assert_never(error)
