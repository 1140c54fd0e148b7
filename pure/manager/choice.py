"""Decides which package manager an application uses: exactly one lock file, or the one that a variable names.

A ``requirements.txt`` beside a lock is a second lock, unless its own header says that it was exported from that lock.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

import msgspec

from pure.manager.lock_command import header
from pure.manager.misspelled import misspelled, misspelled_locks
from pure.manager.table import (
    CHOSEN_BY_LOCK,
    MANAGERS,
    PIP,
    PIPENV,
    POETRY,
    PROJECT,
    PYLOCK,
    UV,
    UV_PIP,
    Manager,
    ManagerName,
)
from pure.manager.terms import InstalledFrom, path
from pure.outcome import Failure, Outcome, Success
from pure.project.declarations import Declarations
from pure.project.detection import FOLDER_VARIABLE, python_markers
from pure.project.files import ProjectFiles
from pure.project.locks.pylock import NAME as PYLOCK_NAME

MANAGER_VARIABLE: Final = "BP_PYTHON_PACKAGE_MANAGER"
PYLOCK_VARIABLE: Final = "BP_PYLOCK"
REQUIREMENTS_VARIABLE: Final = "BP_PIP_REQUIREMENTS"
PEER_REQUIREMENTS_VARIABLE: Final = "BP_PIP_REQUIREMENT"
"""Paketo's name for it, which counts where ours isn't set."""


def asked_requirements(variables: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The variable that names requirements files, and the files; none where the application's own file counts."""
    stated = (name for name in (REQUIREMENTS_VARIABLE, PEER_REQUIREMENTS_VARIABLE) if variables.get(name, "").strip())
    variable = next(stated, REQUIREMENTS_VARIABLE)
    return variable, tuple(variables.get(variable, "").split())


class SeveralLocks(msgspec.Struct, frozen=True, kw_only=True):
    """More than one file says what to install."""

    # Each with its manager's name.
    found: tuple[tuple[str, ManagerName], ...]


class UnknownManager(msgspec.Struct, frozen=True, kw_only=True):
    """``BP_PYTHON_PACKAGE_MANAGER`` names none that there is; ``meant`` is the one that it may mean."""

    value: str
    known: tuple[str, ...]
    meant: str = ""


class ManagerWithoutFile(msgspec.Struct, frozen=True, kw_only=True):
    """``variable`` asks for something whose ``file`` isn't there."""

    variable: str
    value: str
    file: str
    candidates: tuple[str, ...] = ()  # files that it may mean
    command: str = ""  # makes the file of what is there, if something does


class NoProjectTable(msgspec.Struct, frozen=True, kw_only=True):
    """``BP_PYTHON_PACKAGE_MANAGER`` asks for the project itself, and its ``file`` declares none."""

    variable: str
    value: str
    file: str


class MissingLock(msgspec.Struct, frozen=True, kw_only=True):
    """A project declares its dependencies for one manager, whose lock is missing."""

    declared_in: str
    manager: ManagerName
    lock: str
    command: str


class LockWithoutDeclaration(msgspec.Struct, frozen=True, kw_only=True):
    """A lock lies where the file isn't that it was made from, without which its tool does nothing."""

    lock: str
    manager: ManagerName
    declared_in: str


class NothingToInstall(msgspec.Struct, frozen=True, kw_only=True):
    """A Python project without anything that says what to install; the fields say what it has instead."""

    folder: str
    misspelled: tuple[tuple[str, str], ...]  # (file, the name that it should have)
    nested: tuple[str, ...]  # lock files in folders below
    named_pylocks: tuple[str, ...]  # standard lock files with a name of their own
    markers: tuple[str, ...]  # files that only Python projects have
    tools: tuple[str, ...] = ()  # those that a pyproject.toml without a project configures
    requirement_files: tuple[str, ...] = ()  # of other names
    requirement_inputs: tuple[str, ...] = ()  # what requirements files are compiled of
    scripts: tuple[str, ...] = ()  # programs with a block of dependencies
    conda: tuple[str, ...] = ()  # files of conda's and pixi's
    groups: tuple[str, ...] = ()  # dependency groups of a pyproject.toml without a project
    builds: str = ""  # the file by which pip can install the project itself, with what it declares there


_CONDA: Final = (
    "environment.yml", "environment.yaml", "conda.yml", "conda.yaml", "conda-lock.yml", "pixi.toml", "pixi.lock",
)  # fmt: skip

ChoiceError: TypeAlias = (
    SeveralLocks
    | UnknownManager
    | ManagerWithoutFile
    | NoProjectTable
    | MissingLock
    | LockWithoutDeclaration
    | NothingToInstall
)


class ManagerChoice(msgspec.Struct, frozen=True, kw_only=True):
    """What is installed from by which manager, and why it is this one."""

    source: InstalledFrom
    because: tuple[str, ...]
    # What the user should know.
    advice: tuple[str, ...] = ()
    # Whether the tool can tell if the lock is up to date.
    comparable: bool = True

    @property
    def manager(self) -> Manager:
        """Its row of the table."""
        return self.source.row


def choose_manager(
    project: ProjectFiles, declared: Declarations, variables: Mapping[str, str]
) -> Outcome[ManagerChoice, ChoiceError]:
    """The one manager of a project."""
    chosen = _choose(project, declared, variables)
    return chosen if isinstance(chosen, Failure) else _declared(chosen.unwrap(), project)


def _choose(
    project: ProjectFiles, declared: Declarations, variables: Mapping[str, str]
) -> Outcome[ManagerChoice, ChoiceError]:
    asked = variables.get(MANAGER_VARIABLE, "").strip().lower()
    manager = MANAGERS.get(asked)
    if asked and manager is None:
        return Failure(UnknownManager(value=asked[:60], known=tuple(MANAGERS), meant=_meant(asked)))
    pylock = _pylock(project, variables)
    if isinstance(pylock, Failure):
        return pylock
    asked_by, requirements = asked_requirements(variables)
    missing = next((name for name in requirements if name not in project.texts), None)
    if missing is not None:
        near = sorted({name for name in (*project.texts, *project.names, *project.nested) if name.endswith(".txt")})
        return Failure(
            ManagerWithoutFile(
                variable=asked_by,
                value=missing[:100],
                file=path(project.folder, missing[:100]),
                candidates=tuple(path(project.folder, name) for name in near),
            )
        )
    names = project.names
    found = _found(project, asked_by, requirements, pylock.unwrap())
    if manager is not None:
        return _asked(manager, found, project, declared)
    exported = _export(project, found) if not requirements else None
    if exported is not None:
        found = tuple(each for each in found if each.manager is not PIP)
    if len(found) > 1:
        sources = [each.source for each in found]
        listed = tuple((path(each.folder, file), each.manager) for each in sources for file in each.files)
        return Failure(SeveralLocks(found=listed))
    if len(found) == 1:
        note = (f"{PIP.lock} was exported from it, so it is not a second one",) if exported else ()
        advice = tuple(f"{wrong} is ignored; a lock would be named {right}" for wrong, right in misspelled_locks(names))
        return Success(msgspec.structs.replace(found[0], because=(*found[0].because, *note), advice=advice))
    return _without_lock(project, declared)


def _found(
    project: ProjectFiles, asked_by: str, requirements: tuple[str, ...], pylock: str | None
) -> tuple[ManagerChoice, ...]:
    found = []
    for manager in CHOSEN_BY_LOCK:
        because, folder = f"the application has a {manager.lock}", project.folder
        files: tuple[str, ...] = (manager.lock,)
        if manager is PIP and requirements:
            files, because = requirements, f"${asked_by} names {', '.join(requirements)}"
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
        source = InstalledFrom(manager=manager.name, files=files, folder=folder, home=project.folder)
        found.append(ManagerChoice(source=source, because=(because,)))
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
    near = (
        *_pylocks(project),
        *(wrong for wrong, right in misspelled_locks(project.files) if right.startswith("pylock")),
    )
    return Failure(
        ManagerWithoutFile(
            variable=PYLOCK_VARIABLE,
            value=named[:60],
            file=path(project.folder, file[:80]),
            candidates=tuple(path(project.folder, name) for name in near),
        )
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
    required = next((each for each in found if each.manager is PIP), None)
    if manager in (UV, UV_PIP) and required is not None:
        source = msgspec.structs.replace(required.source, manager=UV_PIP.name)
        without = f", and there is no {UV.lock}" if manager is UV else ""
        return Success(ManagerChoice(source=source, because=(f"{why}{without}", *required.because)))
    if manager is PROJECT and declared.project:
        advice = () if found else _unlocked(project, declared)
        return Success(msgspec.structs.replace(_project(project, why), advice=advice))
    if manager is PROJECT and PROJECT.lock in project.names:
        file = path(project.folder, PROJECT.lock)
        return Failure(NoProjectTable(variable=MANAGER_VARIABLE, value=manager.name, file=file))
    resembling = [wrong for wrong, right in misspelled(project.files) if right == manager.lock]
    others = [file for each in found for file in each.source.files]
    candidates = (*resembling, *(_pylocks(project) if manager is PYLOCK else ()), *others)
    declares = bool(manager.declared_in) and set(manager.declared_in) <= set(project.names)
    return Failure(
        ManagerWithoutFile(
            variable=MANAGER_VARIABLE,
            value=manager.name,
            file=path(project.folder, manager.lock),
            candidates=tuple(path(project.folder, name) for name in candidates),
            command=_in(project.folder, manager.lock_command) if declares and not resembling else "",
        )
    )


def _declared(choice: ManagerChoice, project: ProjectFiles) -> Outcome[ManagerChoice, ChoiceError]:
    """The choice, if what its lock was made from is there too."""
    missing = [name for name in choice.manager.declared_in if name not in project.names]
    if not missing:
        return Success(choice)
    if choice.manager is not PIPENV:
        lock, declared_in = path(choice.source.folder, choice.source.files[0]), path(project.folder, missing[0])
        return Failure(LockWithoutDeclaration(lock=lock, manager=choice.manager.name, declared_in=declared_in))
    # `pipenv sync` reads the lock alone; only `pipenv verify` needs both.
    lock = choice.source.files[0]
    advice = f"there is no {missing[0]}, so nobody can tell whether {lock} is up to date; commit it too"
    return Success(msgspec.structs.replace(choice, advice=(advice,), comparable=False))


def _export(project: ProjectFiles, found: tuple[ManagerChoice, ...]) -> Manager | None:
    """The one other manager that the requirements file says it was exported by."""
    others = [each.manager for each in found if each.manager is not PIP]
    if len(others) != 1 or len(others) == len(found):
        return None
    file = project.texts.get(PIP.lock)
    maker = header(file.raw).maker if file else ""
    # What `uv pip compile` and pip-compile make of a pyproject.toml is resolved anew, whatever the lock beside it says.
    return others[0] if maker and maker == others[0].exporter else None


def _without_lock(project: ProjectFiles, declared: Declarations) -> Outcome[ManagerChoice, ChoiceError]:
    # Somebody locked it, so nothing else would be what was meant.
    if misspelled_locks(project.files):
        return Failure(_nothing(project, declared))
    if PIPENV.declared_in[0] in project.names:
        return Failure(_missing(PIPENV, project))
    if declared.project:
        choice = _project(project, "pyproject.toml has a [project] table, and there is no lock file")
        return Success(msgspec.structs.replace(choice, advice=_unlocked(project, declared)))
    if "poetry" in declared.tools:
        return Failure(_missing(POETRY, project))
    return Failure(_nothing(project, declared))


def _unlocked(project: ProjectFiles, declared: Declarations) -> tuple[str, ...]:
    """What the user of a project without a lock should know."""
    meant = next((MANAGERS[tool] for tool in declared.tools), UV)
    command = _in(project.folder, meant.lock_command)
    lock = next((each for each in project.nested if not each.endswith(f"/{PROJECT.lock}")), None)
    nested = (f"{lock} isn't used; ${FOLDER_VARIABLE} would choose its folder",) if lock else ()
    return (f"without a lock, each build takes the newest versions; lock them:  {command}", *nested)


def _nothing(project: ProjectFiles, declared: Declarations) -> NothingToInstall:
    return NothingToInstall(
        folder=project.folder,
        misspelled=misspelled(project.files),
        nested=project.nested,
        named_pylocks=_pylocks(project),
        markers=python_markers(project.names),
        tools=declared.configures,
        requirement_files=project.requirement_files,
        requirement_inputs=project.requirement_inputs,
        scripts=project.scripts,
        conda=(
            *(name for name in _CONDA if name in project.names),
            *(("pyproject.toml ([tool.pixi])",) if "pixi" in declared.configures else ()),
        ),
        groups=declared.groups,
        builds=_builds(project, declared),
    )


def _builds(project: ProjectFiles, declared: Declarations) -> str:
    if "setup.py" in project.names:
        return "setup.py"
    if declared.builds and "setup.cfg" in project.names:
        return "setup.cfg"
    # flit's own table is older than [project].
    return PROJECT.lock if declared.builds and "flit" in declared.configures else ""


def _project(project: ProjectFiles, why: str) -> ManagerChoice:
    source = InstalledFrom(manager=PROJECT.name, files=(PROJECT.lock,), folder=project.folder, home=project.folder)
    return ManagerChoice(source=source, because=(why,))


def _missing(manager: Manager, project: ProjectFiles) -> MissingLock:
    return MissingLock(
        declared_in=path(project.folder, manager.declared_in[0]),
        manager=manager.name,
        lock=path(project.folder, manager.lock),
        command=_in(project.folder, manager.lock_command),
    )


def _in(folder: str, command: str) -> str:
    """A command as it is entered in the application's root."""
    return f"cd {folder} && {command}" if folder else command


def _meant(value: str) -> str:
    """The manager that a word may mean: one that is spelled like it, or whose file it is."""
    from difflib import get_close_matches

    file = value.rpartition("/")[2].lower()
    if PYLOCK_NAME.match(file):
        return PYLOCK.name
    # Of two that install from the same file, the first is the one that it chooses.
    by_file = {each.lock.lower(): each.name for each in reversed(tuple(MANAGERS.values()))}
    by_file |= {name.lower(): each.name for each in (PIPENV,) for name in each.declared_in}
    near = get_close_matches(value, MANAGERS, n=1, cutoff=0.7)
    return by_file.get(file) or (near[0] if near else "")
