"""Decides over the package manager with all that its files say: the lock, the declarations, groups and extras."""

import re
from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from pure.manager.choice import ChoiceError, ManagerChoice, choose_manager
from pure.manager.lock_command import Made, made
from pure.manager.table import PDM, PIPENV, POETRY, PROJECT, PYLOCK, UV, Manager
from pure.manager.terms import InstalledFrom, path
from pure.names import normalise_name
from pure.outcome import Failure, Outcome, Success
from pure.project import declarations
from pure.project.declarations import Declarations, Demand
from pure.project.document import Document, FileUnreadable
from pure.project.files import ProjectFiles
from pure.project.groups import members
from pure.project.locks import pdm, pipfile
from pure.project.locks.facts import LockFacts
from pure.project.locks.kinds import LOCKS
from pure.project.own_package import why_no_package
from pure.project.selection import EXTRAS_VARIABLE, GROUPS_VARIABLE, BadSelection, Selection, selection


class UnknownSelection(msgspec.Struct, frozen=True, kw_only=True):
    """``variable`` names a group or an extra that isn't known."""

    source: InstalledFrom
    variable: str
    value: str
    # The manager's word for it, if it has one.
    what: str
    known: tuple[str, ...]


class BrokenLock(msgspec.Struct, frozen=True, kw_only=True):
    """The lock can't be read; ``source`` says how it is made again."""

    lock: FileUnreadable
    source: InstalledFrom


ManagedError: TypeAlias = ChoiceError | FileUnreadable | BrokenLock | BadSelection | UnknownSelection


class Managed(msgspec.Struct, frozen=True, kw_only=True):
    """The manager, what its lock and the project say, and which groups and extras are wanted."""

    choice: ManagerChoice
    lock: LockFacts
    declared: Declarations
    selection: Selection
    # Those on the versions of tools.
    demands: tuple[Demand, ...]
    # Whether the lock is known to be, so that its tool needn't look.
    up_to_date: bool = False
    # Whether the dependencies alone are installed of a project that is no package.
    alone: bool = False
    # Whether the tool has to say what requirements resolve to, before it installs that.
    resolves: bool = False

    @property
    def dependencies(self) -> tuple[str, ...]:
        """What a project declares, with the extras that are wanted, as it is written."""
        wanted = {normalise_name(extra) for extra in self.selection.extras}
        extras = (each for extra, listed in self.declared.extra_dependencies if extra in wanted for each in listed)
        return (*self.declared.dependencies, *extras)

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that are installed beside the main dependencies: those that are asked for, and the lock's own."""
        return self.selection.groups_beside(self.lock.default_groups)

    @property
    def asked(self) -> frozenset[str]:
        """The names of what a project declares, with the groups and extras that are installed."""
        wanted = {normalise_name(extra) for extra in self.selection.extras}
        extras = (
            each for extra, listed in self.declared.optional if normalise_name(extra) in wanted for each in listed
        )
        in_groups = members(self.declared.grouped, frozenset(map(normalise_name, self.groups)))
        return frozenset((*(normalise_name(name) for name, _ in (*self.declared.requires, *extras)), *in_groups))

    @property
    def source(self) -> InstalledFrom:
        """What is installed from, by which manager: what errors name."""
        return self.choice.source

    @property
    def manager(self) -> Manager:
        """Its row of the table."""
        return self.choice.manager


def decide_manager(project: ProjectFiles, variables: Mapping[str, str]) -> Outcome[Managed, ManagedError]:
    """The manager of a project; any bytes in its files give a value or an error value."""
    read = declarations.read(project.texts.get(declarations.FILE))
    # pip installs a requirements file whatever stands in pyproject.toml.
    declared = read.unwrap() if isinstance(read, Success) else Declarations()
    chosen = choose_manager(project, declared, variables)
    if isinstance(chosen, Failure):
        return _placed(read, project.folder) if isinstance(read, Failure) else chosen
    choice = chosen.unwrap()
    manager = choice.manager
    if isinstance(read, Failure) and declarations.FILE in manager.configuration:
        return _placed(read, project.folder)
    asked = selection(variables, manager.name)
    if isinstance(asked, Failure):
        return asked
    folder, files = choice.source.folder, choice.source.files
    texts = project.texts if folder == project.folder else project.workspace_texts
    if not manager.by_requirements and files[0] not in texts:
        return Failure(not_a_file(path(folder, files[0])))
    file = texts.get(files[0], Document(raw=b""))
    maker = made(manager, files[0], file.raw) if len(files) == 1 else Made()
    source = msgspec.structs.replace(choice.source, maker=maker.maker, command=maker.command, project=declared.name)
    choice = msgspec.structs.replace(choice, source=source)
    kind = LOCKS.get(manager.lock)
    # A requirements file and a project without a lock have none.
    lock = kind.facts(file, files[0]) if kind else Success(LockFacts())
    if isinstance(lock, Failure):
        return Failure(BrokenLock(lock=lock.failure(), source=source))
    known = lock.unwrap()
    if manager is POETRY and _has_no_package(declared, project):
        declared = msgspec.structs.replace(declared, installs_itself=())
        note = f"the project itself isn't installed: there is no package {declared.own_package}, and none is named"
        choice = msgspec.structs.replace(choice, because=(*choice.because, note))
    built = _is_built(manager, declared, known, asked.unwrap())
    no_package = why_no_package(project.texts.get(declarations.FILE), project) if built else ""
    alone = bool(no_package)
    if alone:
        declared = msgspec.structs.replace(declared, installs_itself=())
        others = tuple(name for name in known.local if normalise_name(name) != declared.name)
        known = msgspec.structs.replace(known, local=others)
        note = f"only the dependencies are installed, not the project itself: {no_package}"
        choice = msgspec.structs.replace(choice, because=(*choice.because, note))
    if manager.name in declared.installs_itself:
        known = msgspec.structs.replace(known, local=(*known.local, "the project itself"))
    if manager is PDM:
        hooks = () if ":all" in variables.get("PDM_SKIP_HOOKS", "").split(",") else declared.hooks
        said = tuple(f"the script {name} of [tool.pdm.scripts] runs whenever PDM installs" for name in hooks)
        known = msgspec.structs.replace(known, unfixed=said)
    unknown = _unknown(source, asked.unwrap(), declared, known)
    if unknown is not None:
        return Failure(unknown)
    left = _left_out(manager, asked.unwrap(), declared, known)
    if left:
        note = f"{manager.groups} that an image may need are not installed: {', '.join(left)}; this adds them:"
        choice = msgspec.structs.replace(
            choice, advice=(*choice.advice, f"{note}  {GROUPS_VARIABLE}={','.join((*asked.unwrap().groups, *left))}")
        )
    above = project.workspace_texts if folder != project.folder else {}
    configured = declarations.uv_demands(texts.get(declarations.UV_FILE))
    demands = configured or (*declared.tool_versions, *_demands_above(above))
    return Success(
        Managed(
            choice=choice,
            lock=known,
            declared=declared,
            selection=asked.unwrap(),
            demands=demands,
            up_to_date=_is_up_to_date(manager, texts),
            alone=alone,
        )
    )


def _is_built(manager: Manager, declared: Declarations, lock: LockFacts, asked: Selection) -> bool:
    """Whether the project itself would be built, by the build system that it names."""
    if manager is UV:
        return declared.name in map(normalise_name, lock.local)
    if manager is PROJECT:
        # To pip, an extra that names the project itself means others of its extras.
        asks_itself = any(name == declared.name for _, listed in declared.optional for name, _ in listed)
        return not (asks_itself and asked.extras)
    # Poetry has rules of its own, above.
    return manager is PDM and PDM.name in declared.installs_itself


def _is_up_to_date(manager: Manager, texts: Mapping[str, Document]) -> bool:
    """Whether a lock has the digest that an earlier release of its tool takes of the declarations."""
    lock = texts.get(manager.lock)
    if manager is PIPENV:
        return pipfile.made_from(lock, texts.get(PIPENV.declared_in[0]))
    return manager is PDM and pdm.made_from(lock, texts.get(declarations.FILE))


# What people call the group that only deployments need, as the one with gunicorn in it.
_DEPLOYED = re.compile(r"prod(?:uction)?|deploy(?:ment)?|live|server|web|gunicorn|uvicorn|heroku|docker", re.IGNORECASE)


def _left_out(manager: Manager, asked: Selection, declared: Declarations, lock: LockFacts) -> tuple[str, ...]:
    """The groups that nobody asks for, and whose names say that images need them."""
    if manager is PYLOCK:
        # Whoever exported it chose.
        return ()
    known = (lock.groups or ()) if manager is PIPENV else declared.groups if manager.groups else ()
    return tuple(name for name in known if _DEPLOYED.fullmatch(name) and name not in asked.groups)


def _has_no_package(declared: Declarations, project: ProjectFiles) -> bool:
    """Whether Poetry would find nothing to install of the project itself, which it refuses to overlook.

    It looks where ``poetry.core.masonry.utils.module`` does. Most applications are none of Poetry's packages, and its
    first versions only warned about that.
    """
    own = {declared.own_package, f"{declared.own_package}.py"}
    wanted = POETRY.name in declared.installs_itself and bool(declared.own_package)
    return wanted and own.isdisjoint(project.names) and own.isdisjoint(project.source_names)


def _demands_above(texts: Mapping[str, Document]) -> tuple[Demand, ...]:
    """What the workspace's root demands of a tool's version."""
    read = declarations.read(texts.get(declarations.FILE))
    return read.unwrap().tool_versions if isinstance(read, Success) else ()


def _placed(failed: Failure[FileUnreadable], folder: str) -> Failure[FileUnreadable]:
    error = failed.failure()
    return Failure(msgspec.structs.replace(error, file=path(folder, error.file)))


def not_a_file(name: str) -> FileUnreadable:
    """The error for a lock that is a folder, or a link that leads nowhere."""
    return FileUnreadable(file=name, because="is not a file: it is a folder, or a link to a file that doesn't exist")


def _unknown(
    source: InstalledFrom, asked: Selection, declared: Declarations, lock: LockFacts
) -> UnknownSelection | None:
    manager = source.row
    groups, extras = declared.groups, declared.extras
    if manager in (PIPENV, PYLOCK):
        groups, extras = lock.groups or (), lock.extras or ()
    for variable, what, wanted, known in (
        (asked.groups_by, manager.groups, asked.groups, groups),
        (EXTRAS_VARIABLE, manager.extras, asked.extras, extras),
    ):
        normalised = {normalise_name(name) for name in known}
        for name in wanted:
            if not what or normalise_name(name) not in normalised:
                return UnknownSelection(
                    source=source, variable=variable, value=name, what=what, known=tuple(sorted(known))
                )
    return None
