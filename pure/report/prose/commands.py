"""Says in words what is wrong with build commands: their declaration, how one ended, what they did to layers."""

from typing import assert_never

from pure.complaints.commands import (
    NODE,
    PACKAGES,
    BuildCommandFailed,
    CommandCause,
    CommandChangedLayers,
    CommandError,
    LeftInLayers,
)
from pure.complaints.imports import REMOVED
from pure.complaints.system_needs import IMPORT_NAMES
from pure.message import Message
from pure.names import normalise_name
from pure.project.build_commands import BUILD_VARIABLE, PLACE, BuildCommandsError, EmptyBuildCommand, NotCommands
from pure.wording import count

_FORM = (
    "Write one line for each command, into pyproject.toml:",
    "  [tool.lamina]",
    '  build = ["pybabel compile --directory locales", "python -m shop.fetch_model"]',
    f"Or give one line in {BUILD_VARIABLE}.",
)
_LINE = 100


def describe_commands(error: BuildCommandsError | CommandError) -> Message:
    """The message for build commands that can't be run, that failed, or that changed what is installed."""
    match error:
        case NotCommands(found=found):
            return Message(
                happened="The build commands are neither a string nor an array of strings",
                found=(f"{PLACE} is {found}",),
                do=_FORM,
            )
        case EmptyBuildCommand(number=number):
            return Message(
                happened="A build command is empty, or holds what no command can",
                found=(f"{PLACE}: command {number}",),
                do=_FORM,
            )
        case BuildCommandFailed():
            return _failed(error)
        case CommandChangedLayers(paths=paths, number=number):
            return Message(
                happened=f"Build commands changed {count(number, 'file')} of what is installed",
                found=_places(paths, number),
                means=(
                    "What is installed is what the locks and requirements say, so that every build gives the same.",
                    "This build is given up, since nobody can tell what these files held before.",
                ),
                do=(
                    "Have the commands write into the application's folder.",
                    "What has to be installed belongs into the requirements, also where it is patched: as a fork.",
                ),
            )
        case _:
            assert_never(error)


def left_lines(found: LeftInLayers) -> tuple[str, ...]:
    """The warning about files that commands wrote among what is installed."""
    return (
        f"Warning: build commands wrote {count(found.number, 'file')} among what is installed; they are removed again:",
        *(f"  {each}" for each in _places(found.paths, found.number)),
        "  What a command makes is part of the image where it lies in the application's folder.",
    )


def shown_line(line: str) -> str:
    """A command in one line of a log."""
    first, *more = line.splitlines() or [""]
    return f"{first[:_LINE]} […]" if more or len(first) > _LINE else first


def _places(paths: tuple[str, ...], number: int) -> tuple[str, ...]:
    more = number - len(paths)
    return (*paths, *((f"and {more} more",) if more > 0 else ()))


def _failed(error: BuildCommandFailed) -> Message:
    ending = f"was ended by {error.signal}" if error.signal else f"ended with status {error.returncode}"
    means, do = _explained(error.cause)
    return Message(
        happened="A build command failed",
        found=(
            f"{error.source}: {shown_line(error.line)}",
            f"It {ending}; its last words:",
            *(f"  {line}" for line in error.output),
        ),
        means=means,
        do=do or ("Correct what its last lines name, or take the command out.",),
    )


def _explained(cause: CommandCause | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if cause is None:
        return (), ()
    subject = cause.subject
    match cause.kind:
        case "memory":
            return ("SIGKILL usually means that the build ran out of memory.",), ("Give the build more memory.",)
        case "hidden":
            return (
                (
                    f"Build commands don't get the variable {subject}: what they write goes into the image, and it is",
                    "a package manager's, or its value or name says that it is secret.",
                ),
                (f"If any value will do, write one into the command:  {subject}=unused …",),
            )
        case "program":
            return (
                (f"There is no program {subject} in the environment, and none in the build image.",),
                (
                    "If a distribution has it, add that to the requirements; groups for development aren't installed.",
                    "If the system has it, it has to be in the build image.",
                ),
            )
        case "system":
            if subject in NODE:
                return (
                    (f"{subject} is no program of Python's, and not in the build image.",),
                    ("Put a buildpack for Node.js before this one.",),
                )
            return (
                (f"The program {subject} is not in the build image; in Debian it is in {PACKAGES[subject]}.",),
                ("Use a build image that has it, or an apt buildpack before this one.",),
            )
        case "permission":
            return (
                (f"{subject} may not be executed.",),
                (f"Mark it as executable (git update-index --chmod=+x), or name its program:  sh {subject}",),
            )
        case "import":
            return _not_imported(cause)
        case _:
            assert_never(cause.kind)


def _not_imported(cause: CommandCause) -> tuple[tuple[str, ...], tuple[str, ...]]:
    top = cause.subject.partition(".")[0]
    kind = cause.reason.kind if cause.reason else "module"
    if kind == "removed":
        means = f"It imports {cause.subject}, which Python has no longer since its version {REMOVED[top]}."
        return (means,), ("Change the code, or use an older Python: BP_PYTHON_VERSION, or a file .python-version.",)
    if kind in ("module", "pkg_resources"):
        # The first one without it is no help.
        provider = "setuptools<81" if kind == "pkg_resources" else IMPORT_NAMES.get(normalise_name(top), top)
        return (
            (f"It imports {cause.subject}, which is neither installed nor in the application's folder.",),
            (
                f"Add what provides it to the requirements, most likely {provider}.",
                "If it is the application's own, say in the command where it lies:  PYTHONPATH=src …",
            ),
        )
    return (), ()
