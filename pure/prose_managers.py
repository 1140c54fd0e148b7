"""Says in words what is wrong with the choice of a package manager, its lock, or its tool."""

from pathlib import PurePosixPath
from typing import Final, TypeAlias, assert_never

import msgspec

from pure.locks.facts import LockUnreadable
from pure.managed import UnknownSelection
from pure.manager_choice import (
    MANAGER_VARIABLE,
    PYLOCK_VARIABLE,
    REQUIREMENTS_VARIABLE,
    ManagerWithoutFile,
    MissingLock,
    NothingToInstall,
    SeveralLocks,
    UnknownManager,
)
from pure.managers import MANAGERS
from pure.message import Message
from pure.project import FOLDER_VARIABLE, BadProjectFolder, BadSelection
from pure.prose_recognised import describe_installer
from pure.run_errors import LockOutOfDate, ToolFailed
from pure.tool_choice import BadToolVersion, ToolRefused, ToolTooOld

_Choice: TypeAlias = SeveralLocks | UnknownManager | ManagerWithoutFile | MissingLock | NothingToInstall
_Project: TypeAlias = BadProjectFolder | BadSelection | UnknownSelection | LockUnreadable
_Tool: TypeAlias = BadToolVersion | ToolTooOld | ToolRefused | ToolFailed | LockOutOfDate

SETUP: Final = "setup.py"

ManagersError: TypeAlias = _Choice | _Project | _Tool
ManagersFamily: Final = (
    SeveralLocks, UnknownManager, ManagerWithoutFile, MissingLock, NothingToInstall, BadProjectFolder, BadSelection,
    UnknownSelection, LockUnreadable, BadToolVersion, ToolTooOld, ToolRefused, ToolFailed, LockOutOfDate,
)  # fmt: skip


def describe_managers(error: ManagersError) -> Message:
    """The message for an error of this family."""
    match error:
        case SeveralLocks() | UnknownManager() | ManagerWithoutFile() | MissingLock() | NothingToInstall():
            return _choice(error)
        case BadProjectFolder() | BadSelection() | UnknownSelection() | LockUnreadable():
            return _project(error)
        case BadToolVersion() | ToolTooOld() | ToolRefused() | ToolFailed() | LockOutOfDate():
            return _tool(error)
        case _:
            assert_never(error)


def _choice(error: _Choice) -> Message:
    match error:
        case SeveralLocks(found=found):
            return Message(
                happened="Several files say what to install",
                found=tuple(f"{file}  ({MANAGERS[name].title})" for file, name in found),
                means=("They may disagree, and only one of them can be followed.",),
                do=(
                    "Delete those that you don't use, or name the one that counts:",
                    f"  {MANAGER_VARIABLE}={found[0][1]}    (or {', '.join(name for _, name in found[1:])})",
                ),
            )
        case UnknownManager(value=value, known=known):
            return Message(
                happened=f"${MANAGER_VARIABLE} names no package manager",
                found=(f"{MANAGER_VARIABLE}={value}",),
                do=(f"Name one of {', '.join(known)}.",),
            )
        case ManagerWithoutFile(variable=variable, value=value, file=file, candidates=candidates):
            return Message(
                happened=f"There is no {file}, and ${variable} asks for it",
                found=(f"{variable}={value}", *((f"found {', '.join(candidates)}",) if candidates else ())),
                do=(f"Commit {file}, or unset {variable}.",),
            )
        case MissingLock(declared_in=declared_in, manager=manager, lock=lock, command=command):
            return Message(
                happened=f"There is a {declared_in} for {MANAGERS[manager].title}, and no {lock}",
                means=(f"{MANAGERS[manager].title} installs what its lock names, so that each build gives the same.",),
                do=(f"Make the lock and commit it:  {command}",),
            )
        case NothingToInstall():
            return _nothing(error)
        case _:
            assert_never(error)


def folder_choice(nested: tuple[str, ...], *, below: str = "") -> str:
    """How to name the folder of one of these files."""
    folders = [str(PurePosixPath(below, file).parent) for file in nested]
    others = list(dict.fromkeys(folder for folder in folders if folder != folders[0]))
    more = f"    (or {', '.join(others[:4])}{', …' if len(others) > 4 else ''})" if others else ""
    return f"{FOLDER_VARIABLE}={folders[0]}{more}"


def _nothing(error: NothingToInstall) -> Message:
    place = f"/{error.folder}" if error.folder else "the application's root"
    if error.misspelled:
        wrong, right = error.misspelled[0]
        return Message(
            happened=f"There is no {right}",
            found=(f"but there is: {', '.join(name for name, _ in error.misspelled)}",),
            means=("The file has to have exactly that name.",),
            do=(f"Rename it:  git mv {wrong} {right}",),
        )
    if error.named_pylocks:
        name = error.named_pylocks[0].split(".")[1]
        return Message(
            happened="There are named standard lock files, and none of them is chosen",
            found=(f"found {', '.join(error.named_pylocks[:6])}",),
            means=("pylock.toml is taken by itself; any other has to be named.",),
            do=(f"Name one:  {PYLOCK_VARIABLE}={name}",),
        )
    if error.requirement_files:
        file = error.requirement_files[0]
        return Message(
            happened="There is no requirements.txt",
            found=(f"but there is: {', '.join(error.requirement_files[:6])}",),
            means=("Another file has to be named, for nobody can tell which of them the image needs.",),
            do=(
                f"Name it:  {REQUIREMENTS_VARIABLE}={file}    (several are separated by spaces)",
                f"Or write a requirements.txt with the line:  -r {file}",
            ),
        )
    if SETUP in error.markers:
        return Message(
            happened=f"There is a {SETUP}, and no requirements.txt",
            means=("pip can install the project itself, with the dependencies that it declares there.",),
            do=("Write a requirements.txt with the line  .  (a full stop: the project in this folder).",),
        )
    if error.nested:
        return Message(
            happened=f"Nothing in {place} says what to install",
            found=(f"but there is: {', '.join(error.nested[:6])}",),
            means=("A project in a folder of its own has to be pointed at.",),
            do=(
                f"Name its folder:  {folder_choice(error.nested, below=error.folder)}",
                "Or move its files to the application's root.",
            ),
        )
    return Message(
        happened="There is no requirements.txt, no lock file and no [project] table in a pyproject.toml",
        found=(f"found {', '.join(error.markers[:6])}",) if error.markers else (),
        means=("Lamina recognised a Python project and found nothing that says what to install.",),
        do=(
            "Write the dependencies into a requirements.txt in the application's root, a line each: flask==3.1.2",
            "Or declare them in pyproject.toml and lock them:  uv lock",
            "For an application without dependencies, an empty file will do:  touch requirements.txt",
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
        case UnknownSelection(variable=variable, value=value, what="", manager=manager):
            return Message(
                happened=f"${variable} asks for {value}, and {MANAGERS[manager].title} knows nothing like it here",
                found=(f"the dependencies are declared in {MANAGERS[manager].lock}",),
                do=(f"Unset {variable}.",),
            )
        case UnknownSelection(variable=variable, value=value, what=what, known=known):
            return Message(
                happened=f"${variable} asks for {value}, and the project has no such one among its {what}",
                found=(f"it has {', '.join(known)}" if known else "it has none",),
                do=(f"Correct {variable}, or add it to the project and lock again.",),
            )
        case LockUnreadable(file=file, because=because, conflict=conflict):
            return Message(
                happened=f"{file} {because}",
                means=("It holds the marks of a merge conflict.",) if conflict else (),
                do=("Resolve the conflict, make the lock again and commit it.",)
                if conflict
                else (f"Restore it or make it again:  {_lock_command(file)}",),
            )
        case _:
            assert_never(error)


def _tool(error: _Tool) -> Message:
    match error:
        case BadToolVersion(variable=variable, title=title, value=value):
            return Message(
                happened=f"${variable} is not a version number",
                found=(f"{variable}={value}",),
                do=(f"Write a release of {title}, or unset it to get the pinned one.",),
            )
        case ToolTooOld(variable=variable, title=title, version=version, oldest=oldest):
            return Message(
                happened=f"{title} {version} is too old for this buildpack",
                do=(f"Set {variable} to {oldest} or newer, or unset it to get the pinned one.",),
            )
        case ToolRefused(variable=variable, title=title, version=version, place=place, constraint=text, asked=asked):
            who = f"${variable} asks for {version}" if asked else f"this buildpack pins {title} {version}"
            return Message(
                happened=f"The project asks for another version of {title}",
                found=(f"{text}  ({place})", who),
                do=(f"Set {variable} to a version that satisfies it, or relax {place}.",),
            )
        case ToolFailed(manager=manager, version=version, returncode=returncode, signal=signal, recognised=recognised):
            tool = MANAGERS[manager].tool
            message = describe_installer(tool.name, version, recognised, returncode=returncode, signal=signal)
            words = (line.replace(f"{tool.name} ended", f"{tool.title} ended") for line in message.found)
            happened = f"{tool.title}{message.happened.removeprefix(tool.name)}"
            return msgspec.structs.replace(message, happened=happened, found=tuple(words))
        case LockOutOfDate(manager=manager, file=file):
            return Message(
                happened=f"{file} is out of date",
                means=("The project's declarations have changed since it was made.",),
                do=(f"Make it again and commit it:  {MANAGERS[manager].lock_command}",),
            )
        case _:
            assert_never(error)


def _lock_command(file: str) -> str:
    found = next((each for each in MANAGERS.values() if each.lock == file and each.lock_command), None)
    if found is not None:
        return found.lock_command
    return "git checkout -- pyproject.toml" if file == "pyproject.toml" else MANAGERS["pylock"].lock_command
