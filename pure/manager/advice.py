"""Finds what of an application's declarations will not have the effect that its author may expect."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from pure.manager.choice import MANAGER_VARIABLE
from pure.manager.managed import Managed
from pure.manager.supply import undeclared
from pure.manager.table import PDM, PIP, PIPENV, POETRY, PROJECT, UV, Manager
from pure.manager.terms import path, relock
from pure.names import normalise_name
from pure.outcome import Success
from pure.project import declarations
from pure.project.declarations import OWN
from pure.project.document import Document, at, table
from pure.project.files import ProjectFiles
from pure.project.requirements.collection import RequirementsSet
from pure.project.requirements.itself import asks_for_itself
from pure.project.requirements.systems import tells_systems

_SHOWN: Final = 8


def advised(
    managed: Managed,
    project: ProjectFiles,
    requirements: RequirementsSet | None,
    *,
    root: Iterable[str],
    settings: Mapping[str, str],
) -> Managed:
    """The same, with what the user should know; ``root`` are the names in the application's root."""
    in_git = ".git" in project.names or ".git" in root
    more = (
        *_ignored(managed, project, requirements),
        *_itself(managed, project, requirements),
        *_private_sources(managed, project),
        *_from_any_index(managed, project),
        *(() if in_git else _version_of_git(managed, project, settings)),
        *undeclared(managed.manager, project, requirements, settings),
    )
    if not more:
        return managed
    choice = msgspec.structs.replace(managed.choice, advice=(*managed.choice.advice, *more))
    return msgspec.structs.replace(managed, choice=choice)


def _ignored(managed: Managed, project: ProjectFiles, requirements: RequirementsSet | None) -> Iterator[str]:
    """What other files declare beside a requirements file, which alone is installed from."""
    if not managed.manager.by_requirements or requirements is None:
        return
    lines = requirements.requirements
    if any(line.kind in ("local_path", "editable") and OWN.match(line.text) for line in lines):
        # The project itself brings what it declares.
        return
    listed = {line.name for line in lines if line.name}
    # A line without a name may bring anything.
    unknown = bool(requirements.remote) or any(not line.name for line in lines)
    for file, place, names in _declared(managed, project):
        missing = sorted({normalise_name(name) for name in names} - listed)
        if missing and not unknown:
            here = path(project.folder, PIP.lock) if managed.source.files == (PIP.lock,) else "what is installed"
            more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
            instead = _instead_of_requirements(file)
            yield (
                f"{place} of {path(project.folder, file)} is not installed, because {here} is; the latter doesn't list "
                f"{', '.join(missing[:_SHOWN])}{more}: add what is needed{instead}"
            )


def _itself(managed: Managed, project: ProjectFiles, requirements: RequirementsSet | None) -> Iterator[str]:
    """The application, where its requirements ask for it from elsewhere."""
    if not managed.manager.by_requirements or requirements is None:
        return
    names = frozenset((*project.names, *project.source_names))
    for line in requirements.requirements:
        if asks_for_itself(line, own=managed.declared.name, names=names) and not tells_systems(line):
            place = f"{path(project.folder, line.file)}, line {line.line}"
            yield (
                f"{place} asks for this application itself from elsewhere, as `pip freeze` writes it "
                f"({line.text[:100]}): delete it, for the files are in the image as they are, or write `.` in its place"
            )


def _instead_of_requirements(file: str) -> str:
    if file == PIPENV.declared_in[0]:
        return ", or delete requirements.txt and lock the Pipfile:  pipenv lock"
    return f", or set {MANAGER_VARIABLE}={PROJECT.name}, or delete requirements.txt and lock the project"


def _declared(managed: Managed, project: ProjectFiles) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The files that declare dependencies of the application, with the place in them, and the names."""
    declared = managed.declared
    if declared.requires:
        yield declarations.FILE, "[project]", tuple(name for name, _ in declared.requires)
    poetry = _table(project.texts.get(declarations.FILE), ("tool", "poetry", "dependencies"))
    names = tuple(name for name, value in poetry.items() if name != "python" and not table(value).get("optional"))
    if names and not declared.requires:
        yield declarations.FILE, "[tool.poetry.dependencies]", names
    pipfile = PIPENV.declared_in[0]
    packages = tuple(_table(project.texts.get(pipfile), ("packages",)))
    if packages:
        yield pipfile, "[packages]", packages


def _private_sources(managed: Managed, project: ProjectFiles) -> Iterator[str]:
    """Sources of uv's that pip doesn't read: it asks the index for the same name, which may be a stranger's."""
    if managed.manager is not PROJECT:
        return
    sources = _table(project.texts.get(declarations.FILE), ("tool", "uv", "sources"))
    asked = {normalise_name(name) for name, _ in managed.declared.requires}
    named = sorted(name for name in sources if normalise_name(name) in asked)
    if named:
        yield (
            "without a lock pip installs, which doesn't read [tool.uv.sources]: it looks for "
            f"{', '.join(named[:_SHOWN])} on its index, where {'it' if len(named) == 1 else 'they'} may be somebody "
            "else's; lock the project:  "
            f"{UV.lock_command}"
        )


def _from_any_index(managed: Managed, project: ProjectFiles) -> Iterator[str]:
    """What a lock without hashes leaves to whichever of several indexes has it."""
    names = managed.lock.anywhere
    if not names or _sources(managed, project) < _SEVERAL:
        return
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    one = len(names) == 1
    yield (
        f"{managed.source.files[0]} has no {'hash' if one else 'hashes'} of {', '.join(names[:_SHOWN])}{more}, "
        f"and several package indexes are asked: what comes from another one than yours may be somebody else's; "
        f"{relock(managed.source)}, with hashes"
    )


_SEVERAL: Final = 2


def _sources(managed: Managed, project: ProjectFiles) -> int:
    """How many package indexes a tool asks that takes what it finds on any of them."""
    if managed.manager is PIPENV:
        lock = project.texts.get(PIPENV.lock)
        listed = at(lock.json.value_or(None) if lock else None, ("_meta", "sources"))
        return len(listed) if isinstance(listed, list) else 0
    if managed.manager is PDM:
        listed = _table(project.texts.get(declarations.FILE), ("tool", "pdm")).get("source")
        names = [table(each).get("name") for each in listed] if isinstance(listed, list) else []
        # PyPI is one more, unless it is replaced.
        return len(names) + ("pypi" not in names)
    return 0


class _FromGit(msgspec.Struct, frozen=True, kw_only=True):
    """A way to take a project's version from git, which says nothing where there is no git."""

    # What chooses it below [tool], and its value where only that does.
    key: tuple[str, ...]
    value: object = None
    # Where the version stands that is taken instead, or what it is where nothing stands there; empty: an error tells.
    fallback: tuple[str, ...] = ()
    otherwise: str = ""
    # What gives the version; empty where nothing but the file does.
    variable: str = ""


_FROM_GIT: Final = (
    _FromGit(
        key=("poetry-dynamic-versioning", "enable"),
        value=True,
        otherwise="0.0.0",
        variable="POETRY_DYNAMIC_VERSIONING_BYPASS",
    ),
    _FromGit(
        key=("pdm", "version", "source"),
        value="scm",
        fallback=("pdm", "version", "fallback_version"),
        variable="PDM_BUILD_SCM_VERSION",
    ),
    _FromGit(
        key=("hatch", "version", "source"),
        value="vcs",
        fallback=("hatch", "version", "fallback-version"),
        variable="SETUPTOOLS_SCM_PRETEND_VERSION",
    ),
    _FromGit(
        key=("hatch", "version", "source"),
        value="uv-dynamic-versioning",
        fallback=("uv-dynamic-versioning", "fallback-version"),
        variable="UV_DYNAMIC_VERSIONING_BYPASS",
    ),
    _FromGit(
        key=("setuptools_scm", "fallback_version"),
        fallback=("setuptools_scm", "fallback_version"),
        variable="SETUPTOOLS_SCM_PRETEND_VERSION",
    ),
    _FromGit(
        key=("setuptools-git-versioning", "enabled"),
        value=True,
        fallback=("setuptools-git-versioning", "starting_version"),
        otherwise="0.0.1",
    ),
    _FromGit(key=("versioneer", "VCS"), value="git", otherwise="0+unknown"),
    _FromGit(key=("versioningit", "default-version"), fallback=("versioningit", "default-version")),
)
_BUILDS_ITSELF: Final[tuple[Manager, ...]] = (POETRY, PDM, UV, PROJECT)


def _version_of_git(managed: Managed, project: ProjectFiles, variables: Mapping[str, str]) -> Iterator[str]:
    """A version that silently is another one where there is no git."""
    itself = managed.manager in (UV, PROJECT) or managed.manager.name in managed.declared.installs_itself
    if managed.manager not in _BUILDS_ITSELF or not itself or managed.alone:
        return
    tools = _table(project.texts.get(declarations.FILE), ("tool",))
    for way in _FROM_GIT:
        found = at(tools, way.key)
        if found is None or (way.value is not None and found != way.value) or variables.get(way.variable):
            continue
        instead = at(tools, way.fallback) if way.fallback else None
        instead = instead or way.otherwise
        if isinstance(instead, str) and instead:
            given = f"give it to the build:  {way.variable}=1.2.3" if way.variable else "write it into pyproject.toml"
            yield (
                f"the project's version comes from git, whose data isn't in the build: it will be {instead[:40]}; "
                f"{given}"
            )


def _table(document: Document | None, keys: tuple[str, ...]) -> Mapping[str, object]:
    parsed = document.toml if document else None
    return table(at(parsed.unwrap(), keys)) if isinstance(parsed, Success) else {}
