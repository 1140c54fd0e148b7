"""Decides which package manager an application uses: exactly one lock file, or the one that a variable names.

A ``requirements.txt`` beside a lock is a second lock, unless its own header says that it was exported from that lock.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

import msgspec

from pure.declarations import Declarations
from pure.detection import misspelled_requirements, python_markers
from pure.locks.pylock import NAME as PYLOCK_NAME
from pure.managers import CHOSEN_BY_LOCK, MANAGERS, PIP, PIPENV, PROJECT, PYLOCK, Manager
from pure.outcome import Failure, Outcome, Success
from pure.project import ProjectFiles

MANAGER_VARIABLE: Final = "BP_PYTHON_PACKAGE_MANAGER"
PYLOCK_VARIABLE: Final = "BP_PYLOCK"
REQUIREMENTS_VARIABLE: Final = "BP_PIP_REQUIREMENTS"

# Where in a requirements file its maker may have left a note.
_HEADER_LINES: Final = 8
_PLAIN_LOCKS: Final = tuple(each.lock for each in CHOSEN_BY_LOCK if each not in (PIP, PYLOCK))


class SeveralLocks(msgspec.Struct, frozen=True, kw_only=True):
    """More than one file says what to install; ``found`` are (file, manager's name)."""

    found: tuple[tuple[str, str], ...]


class UnknownManager(msgspec.Struct, frozen=True, kw_only=True):
    """``BP_PYTHON_PACKAGE_MANAGER`` names none that there is."""

    value: str
    known: tuple[str, ...]


class ManagerWithoutFile(msgspec.Struct, frozen=True, kw_only=True):
    """``variable`` asks for something whose ``file`` isn't there; ``candidates`` are files that it may mean."""

    variable: str
    value: str
    file: str
    candidates: tuple[str, ...] = ()


class MissingLock(msgspec.Struct, frozen=True, kw_only=True):
    """A project declares its dependencies for one manager, whose lock is missing."""

    declared_in: str
    manager: str
    lock: str
    command: str


class NothingToInstall(msgspec.Struct, frozen=True, kw_only=True):
    """A Python project without anything that says what to install; the fields say what it has instead.

    ``misspelled`` are (file, the name that it should have), ``nested`` are lock files in folders below, and
    ``requirement_files`` are requirements files of other names.
    """

    folder: str
    misspelled: tuple[tuple[str, str], ...]
    nested: tuple[str, ...]
    named_pylocks: tuple[str, ...]
    markers: tuple[str, ...]
    requirement_files: tuple[str, ...] = ()


ChoiceError: TypeAlias = SeveralLocks | UnknownManager | ManagerWithoutFile | MissingLock | NothingToInstall


class ManagerChoice(msgspec.Struct, frozen=True, kw_only=True):
    """The manager, the file or files that it installs from (relative to the project), and why it is this one.

    ``folder`` is where the lock lies below the application's root; ``advice`` is what the user should know.
    """

    manager: Manager
    files: tuple[str, ...]
    folder: str
    because: tuple[str, ...]
    advice: tuple[str, ...] = ()


def choose_manager(
    project: ProjectFiles, declared: Declarations, variables: Mapping[str, str]
) -> Outcome[ManagerChoice, ChoiceError]:
    """The one manager of a project."""
    asked = variables.get(MANAGER_VARIABLE, "").strip().lower()
    if asked and asked not in MANAGERS:
        return Failure(UnknownManager(value=asked[:60], known=tuple(MANAGERS)))
    pylock = _pylock(project, variables)
    if isinstance(pylock, Failure):
        return pylock
    requirements = tuple(variables.get(REQUIREMENTS_VARIABLE, "").split())
    missing = next((name for name in requirements if name not in project.texts), None)
    if missing is not None:
        near = tuple(sorted(name for name in project.texts if name.endswith(".txt")))
        return Failure(
            ManagerWithoutFile(variable=REQUIREMENTS_VARIABLE, value=missing[:100], file=missing, candidates=near)
        )
    found = _found(project, requirements, pylock.unwrap())
    if asked:
        return _asked(MANAGERS[asked], found, project, declared)
    exported = _export(project, found) if not requirements else None
    if exported is not None:
        found = tuple(each for each in found if each.manager is not PIP)
    if len(found) > 1:
        listed = tuple((file, each.manager.name) for each in found for file in each.files)
        return Failure(SeveralLocks(found=listed))
    if len(found) == 1:
        note = (f"{PIP.lock} was exported from it, so it is not a second one",) if exported else ()
        return Success(msgspec.structs.replace(found[0], because=(*found[0].because, *note)))
    return _without_lock(project, declared)


def _found(project: ProjectFiles, requirements: tuple[str, ...], pylock: str | None) -> tuple[ManagerChoice, ...]:
    found = []
    for manager in CHOSEN_BY_LOCK:
        because, folder = f"the application has a {manager.lock}", project.folder
        files: tuple[str, ...] = (manager.lock,)
        if manager is PIP and requirements:
            files, because = requirements, f"${REQUIREMENTS_VARIABLE} names {', '.join(requirements)}"
        elif manager is PYLOCK:
            if pylock is None:
                continue
            files, because = (pylock,), f"the application has a {pylock}"
        elif manager.lock not in project.names:
            if project.workspace is None or manager.lock not in project.workspace_texts:
                continue
            folder = project.workspace
            place = f"/{folder}" if folder else "the application's root"
            because = f"the project is a member of the workspace in {place}, which has a {manager.lock}"
        found.append(ManagerChoice(manager=manager, files=files, folder=folder, because=(because,)))
    return tuple(found)


def _pylock(project: ProjectFiles, variables: Mapping[str, str]) -> Outcome[str | None, ManagerWithoutFile]:
    """The standard lock file: the one that is named, or ``pylock.toml``."""
    named = variables.get(PYLOCK_VARIABLE, "").strip()
    if not named:
        return Success(PYLOCK.lock if PYLOCK.lock in project.names else None)
    for name in (named, f"pylock.{named}.toml"):
        if PYLOCK_NAME.match(name) and name in project.names:
            return Success(name)
    file = named if PYLOCK_NAME.match(named) else f"pylock.{named}.toml"
    return Failure(
        ManagerWithoutFile(variable=PYLOCK_VARIABLE, value=named[:60], file=file[:80], candidates=_pylocks(project))
    )


def _pylocks(project: ProjectFiles) -> tuple[str, ...]:
    return tuple(sorted(name for name in project.names if PYLOCK_NAME.match(name)))


def _asked(
    manager: Manager, found: tuple[ManagerChoice, ...], project: ProjectFiles, declared: Declarations
) -> Outcome[ManagerChoice, ChoiceError]:
    why = f"${MANAGER_VARIABLE} asks for {manager.name}"
    for each in found:
        if each.manager is manager:
            return Success(msgspec.structs.replace(each, because=(why,)))
    if manager is PROJECT and declared.project:
        return Success(_project(project, why))
    candidates = _pylocks(project) if manager is PYLOCK else ()
    return Failure(
        ManagerWithoutFile(variable=MANAGER_VARIABLE, value=manager.name, file=manager.lock, candidates=candidates)
    )


def _export(project: ProjectFiles, found: tuple[ManagerChoice, ...]) -> Manager | None:
    """The one other manager that the requirements file says it was exported by."""
    others = [each.manager for each in found if each.manager is not PIP]
    if len(others) != 1 or len(others) == len(found):
        return None
    lines = project.texts.get(PIP.lock, b"").decode("utf-8", "replace").splitlines()[:_HEADER_LINES]
    comments = " ".join(line for line in lines if line.startswith("#"))
    mark = others[0].export_mark
    return others[0] if mark and mark in comments else None


def _without_lock(project: ProjectFiles, declared: Declarations) -> Outcome[ManagerChoice, ChoiceError]:
    if PIPENV.declared_in[0] in project.names:
        return Failure(_missing(PIPENV, PIPENV.declared_in[0]))
    if declared.project:
        meant = next((MANAGERS[tool] for tool in declared.tools), MANAGERS["uv"])
        advice = f"without a lock, each build takes the newest versions; lock them:  {meant.lock_command}"
        choice = _project(project, "pyproject.toml has a [project] table, and there is no lock file")
        return Success(msgspec.structs.replace(choice, advice=(advice,)))
    if "poetry" in declared.tools:
        return Failure(_missing(MANAGERS["poetry"], "pyproject.toml"))
    return Failure(
        NothingToInstall(
            folder=project.folder,
            misspelled=_misspelled(tuple(name for name in project.names if name not in project.folders)),
            nested=project.nested,
            named_pylocks=_pylocks(project),
            markers=python_markers(project.names),
            requirement_files=project.requirement_files,
        )
    )


def _project(project: ProjectFiles, why: str) -> ManagerChoice:
    return ManagerChoice(manager=PROJECT, files=(PROJECT.lock,), folder=project.folder, because=(why,))


def _missing(manager: Manager, declared_in: str) -> MissingLock:
    return MissingLock(declared_in=declared_in, manager=manager.name, lock=manager.lock, command=manager.lock_command)


def _misspelled(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Names that were probably meant to be a lock's, with the right ones."""
    from difflib import get_close_matches

    found = [(name, PIP.lock) for name in misspelled_requirements(names)]
    lowered = {lock.lower(): lock for lock in (*_PLAIN_LOCKS, PYLOCK.lock)}
    for name in sorted(names):
        if name in lowered.values() or PYLOCK_NAME.match(name):
            continue
        near = get_close_matches(name.lower().removesuffix(".txt"), lowered, n=1, cutoff=0.85)
        if near:
            found.append((name, lowered[near[0]]))
    return tuple(found)
