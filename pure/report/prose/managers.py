"""Says in words what is wrong with the choice of a package manager, its lock, or its tool."""

from typing import Final, TypeAlias, assert_never

from pure.build.errors import ToolFailed
from pure.manager.choice import (
    MANAGER_VARIABLE,
    PYLOCK_VARIABLE,
    REQUIREMENTS_VARIABLE,
    ChoiceError,
    LockWithoutDeclaration,
    ManagerWithoutFile,
    MissingLock,
    NoProjectTable,
    NothingToInstall,
    SeveralLocks,
    UnknownManager,
)
from pure.manager.managed import BrokenLock, ManagedError, UnknownSelection
from pure.manager.table import MANAGERS, PIP, PYLOCK
from pure.manager.terms import relock, terms
from pure.manager.tool_version import BadPin, BadToolVersion, ToolError, ToolRefused, ToolTooOld
from pure.message import BUG, Message
from pure.project.detection import FOLDER_VARIABLE
from pure.project.document import FileUnreadable
from pure.project.files import BadProjectFolder
from pure.project.locks.pylock import NAME as PYLOCK_NAME
from pure.project.selection import BadSelection
from pure.report.prose.nothing import describe_nothing
from pure.report.prose.recognised import describe_installer

_CONFLICT: Final = ("It holds the marks of a merge conflict.",)

_Project: TypeAlias = BadProjectFolder | BadSelection | UnknownSelection | FileUnreadable | BrokenLock
ManagersError: TypeAlias = BadProjectFolder | ManagedError | ToolError | ToolFailed


def describe_managers(error: ManagersError) -> Message:
    """The message for an error of this family."""
    if isinstance(error, ToolFailed):
        return describe_installer(
            error.source, error.version, error.recognised, returncode=error.returncode, signal=error.signal
        )
    if isinstance(error, ChoiceError):
        return _choice(error)
    return _tool(error) if isinstance(error, ToolError) else _project(error)


def _choice(error: ChoiceError) -> Message:
    match error:
        case SeveralLocks(found=found):
            # A lock says more than a requirements file, which may be made from it.
            names = sorted(dict.fromkeys(name for _, name in found), key=lambda name: name == PIP.name)
            exporters = [MANAGERS[name] for name in names if MANAGERS[name].exporter]
            return Message(
                happened="Several files say what to install",
                found=tuple(f"{file}  ({MANAGERS[name].title})" for file, name in found),
                means=(
                    "They may disagree, and only one of them can be followed.",
                    *(
                        f"A requirements file that {each.title} exported from its lock says so in its header, "
                        "which this one doesn't."
                        for each in exporters
                        if PIP.name in names and len(names) == 2
                    ),
                ),
                do=(
                    "Delete those that you don't use, or name the one that counts:",
                    f"  {MANAGER_VARIABLE}={names[0]}    (or {', '.join(names[1:])})",
                ),
            )
        case UnknownManager(value=value, known=known, meant=meant):
            return Message(
                happened=f"${MANAGER_VARIABLE} names no package manager",
                found=(f"{MANAGER_VARIABLE}={value}",),
                do=(
                    *((f"Did you mean {meant}?",) if meant else ()),
                    f"Name one of {', '.join(known)}, or unset it: a lock file chooses its manager.",
                ),
            )
        case ManagerWithoutFile():
            return _without_file(error)
        case NoProjectTable(variable=variable, value=value, file=file):
            return Message(
                happened=f"{file} has no [project] table, and ${variable} asks for it",
                found=(f"{variable}={value}",),
                do=(f"Declare the project in {file}, or unset {variable}.",),
            )
        case MissingLock(declared_in=declared_in, manager=manager, lock=lock, command=command):
            return Message(
                happened=f"{declared_in} is written for {MANAGERS[manager].title}, and there is no {lock}",
                means=(f"{MANAGERS[manager].title} installs what its lock names, so that each build gives the same.",),
                do=(f"Make the lock and commit it:  {command}",),
            )
        case LockWithoutDeclaration(lock=lock, manager=manager, declared_in=declared_in):
            return Message(
                happened=f"There is {lock}, and no {declared_in}",
                means=(f"{MANAGERS[manager].title} needs the file that its lock was made from.",),
                do=(
                    f"Commit {declared_in}, or delete {lock} if you don't use it.",
                    f"If {declared_in} exists on your machine, look into .gitignore and the build tool's exclusions.",
                ),
            )
        case NothingToInstall():
            return describe_nothing(error)
        case _:
            assert_never(error)


def _without_file(error: ManagerWithoutFile) -> Message:
    variable, file, candidates = error.variable, error.file, error.candidates
    pylocks = [name.rpartition("/")[2] for name in candidates if PYLOCK_NAME.match(name.rpartition("/")[2])]
    named = [name.split(".")[1] if name.count(".") == 2 else name for name in pylocks]
    alternatives = {
        MANAGER_VARIABLE: f"Or name the standard lock file:  {PYLOCK_VARIABLE}={named[0]}"
        if error.value == PYLOCK.name and named
        else f"Or name the requirements files:  {REQUIREMENTS_VARIABLE}=requirements/production.txt"
        if error.value == PIP.name
        else "",
        PYLOCK_VARIABLE: f"Or name one that is there:  {PYLOCK_VARIABLE}={named[0]}" if named else "",
    }
    alternative = alternatives.get(variable, "")
    return Message(
        happened=f"There is no {file}, and ${variable} asks for it",
        found=(
            f"{variable}={error.value}",
            *((f"but there is: {', '.join(candidates[:6])}",) if candidates else ()),
        ),
        do=(
            f"Make it and commit it:  {error.command}" if error.command else f"Commit {file}.",
            *((alternative,) if alternative else ()),
            f"Or correct {variable}, or unset it.",
        ),
    )


def _project(error: _Project) -> Message:
    match error:
        case BadProjectFolder(value=value, because=because):
            return Message(
                happened=f"${FOLDER_VARIABLE} {because}",
                found=(f"{FOLDER_VARIABLE}={value[:120]}",),
                do=("Give the project's folder relative to the application's root, such as services/api.",),
            )
        case BadSelection(variable=variable, value=value):
            return Message(
                happened=f"${variable} holds something that can't be a name",
                found=(value,),
                do=("List the names, separated by spaces or commas.",),
            )
        case UnknownSelection(source=source, variable=variable, value=value, what=""):
            words = terms(source)
            return Message(
                happened=f"${variable} asks for {value}, and {words.title} knows nothing like it here",
                found=(f"the dependencies are those of {words.lock or words.declared}",),
                do=(f"Unset {variable}.",),
            )
        case UnknownSelection(source=source, variable=variable, value=value, what=what, known=known):
            words = terms(source)
            holder = "the lock" if source.manager == "pylock" else "the project"
            return Message(
                happened=f"${variable} asks for {value}, and {holder} has no such one among its {what}",
                found=(f"it has {', '.join(known)}" if known else "it has none",),
                do=(f"Correct {variable}, or add it to {words.declared}.", *words.after),
            )
        case BrokenLock(lock=FileUnreadable(because=because, detail=detail, conflict=conflict), source=source):
            again = f"{relock(source)}."
            return Message(
                happened=f"{terms(source).lock} {because}",
                found=(detail,) if detail else (),
                means=_CONFLICT if conflict else (),
                do=(f"Take one side of the conflict, then {again}" if conflict else f"Restore it, or {again}",),
            )
        case FileUnreadable(file=file, because=because, detail=detail, conflict=conflict):
            return Message(
                happened=f"{file} {because}",
                found=(detail,) if detail else (),
                means=_CONFLICT if conflict else (),
                do=("Take one side of the conflict, then commit it.",)
                if conflict
                else ("Correct it, or restore it from the last commit in which it was right.",),
            )
        case _:
            assert_never(error)


def _tool(error: ToolError) -> Message:
    match error:
        case BadPin(file=file, title=title):
            return Message(happened=f"The buildpack's {file} names no {title} version", do=BUG)
        case BadToolVersion(variable=variable, title=title, value=value, pinned=pinned):
            return Message(
                happened=f"${variable} is not a version number",
                found=(f"{variable}={value}",),
                do=(f"Write a release of {title}, such as {variable}={pinned}, or unset it to get the pinned one.",),
            )
        case ToolTooOld(variable=variable, title=title, version=version, oldest=oldest, place=place, since=since):
            return Message(
                happened=f"{title} {version} is too old for this buildpack",
                means=(f"From {oldest} on {title} can {since}.",) if since else (),
                do=(f"Ask for {oldest} or newer in {place}, or leave it out to get the pinned one.",)
                if place
                else (f"Set {variable} to {oldest} or newer, or unset it to get the pinned one.",),
            )
        case ToolRefused(
            variable=variable, title=title, version=version, place=place, constraint=text, asked=asked, oldest=oldest
        ):
            who = f"${variable} asks for {version}" if asked else f"this buildpack pins {title} {version}"
            return Message(
                happened=f"The project asks for another version of {title}",
                found=(f"{text}  ({place})", who),
                do=(f"Set {variable} to a version that satisfies it ({oldest} or newer), or relax {place}.",),
            )
        case _:
            assert_never(error)
