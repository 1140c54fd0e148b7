"""Finds what of an application's declarations will not have the effect that its author may expect."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from pure.manager.choice import MANAGER_VARIABLE
from pure.manager.managed import Managed
from pure.manager.table import PDM, PIP, PIPENV, POETRY, PROJECT, UV, Manager
from pure.manager.terms import path
from pure.names import normalise_name
from pure.outcome import Success
from pure.project import declarations
from pure.project.declarations import OWN
from pure.project.document import Document, at, table
from pure.project.files import ProjectFiles
from pure.project.requirements.collection import RequirementsSet

_SHOWN: Final = 8
_BUILT_BY: Final = frozenset({"setup.py", "setup.cfg", "pyproject.toml"})


def advised(
    managed: Managed,
    project: ProjectFiles,
    requirements: RequirementsSet | None,
    *,
    root: Iterable[str],
    variables: Mapping[str, str],
) -> Managed:
    """The same, with what the user should know; ``root`` are the names in the application's root."""
    in_git = ".git" in project.names or ".git" in root
    more = (
        *_ignored(managed, project, requirements),
        *_itself(managed, project, requirements),
        *_private_sources(managed, project),
        *(() if in_git else _version_of_git(managed, project, variables)),
    )
    if not more:
        return managed
    choice = msgspec.structs.replace(managed.choice, advice=(*managed.choice.advice, *more))
    return msgspec.structs.replace(managed, choice=choice)


def _ignored(managed: Managed, project: ProjectFiles, requirements: RequirementsSet | None) -> Iterator[str]:
    """What other files declare beside a requirements file, which alone is installed from."""
    if managed.manager is not PIP or requirements is None:
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
    """The project by its repository, as `pip freeze` writes down what is installed from a folder."""
    if managed.manager is not PIP or requirements is None or not _BUILT_BY & {*project.names}:
        return
    modules = (name.removesuffix(".py") for name in (*project.names, *project.source_names))
    own = {normalise_name(name) for name in ((managed.declared.name,) if managed.declared.name else modules)}
    for line in requirements.requirements:
        if line.kind in ("vcs", "editable") and "://" in line.text and line.name in own:
            yield (
                f"{path(project.folder, line.file)}, line {line.line} installs the project itself from its repository, "
                "as `pip freeze` writes it: write  .  instead, and what was uploaded is installed"
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


# Where a project's version is taken from git, the key that makes a lack of git silent (none: it always is), the
# variable that gives the version instead.
_FROM_GIT: Final[tuple[tuple[tuple[str, ...], object, tuple[str, ...] | None, str], ...]] = (
    (("poetry-dynamic-versioning", "enable"), True, None, "POETRY_DYNAMIC_VERSIONING_BYPASS"),
    (("pdm", "version", "source"), "scm", ("pdm", "version", "fallback_version"), "PDM_BUILD_SCM_VERSION"),
    (
        ("hatch", "version", "source"),
        "vcs",
        ("hatch", "version", "fallback-version"),
        "SETUPTOOLS_SCM_PRETEND_VERSION",
    ),
    (
        ("hatch", "version", "source"),
        "uv-dynamic-versioning",
        ("uv-dynamic-versioning", "fallback-version"),
        "UV_DYNAMIC_VERSIONING_BYPASS",
    ),
    (
        ("setuptools_scm", "fallback_version"),
        None,
        ("setuptools_scm", "fallback_version"),
        "SETUPTOOLS_SCM_PRETEND_VERSION",
    ),
)
_BUILDS_ITSELF: Final[tuple[Manager, ...]] = (POETRY, PDM, UV, PROJECT)


def _version_of_git(managed: Managed, project: ProjectFiles, variables: Mapping[str, str]) -> Iterator[str]:
    """A version that silently is another one where there is no git."""
    itself = managed.manager in (UV, PROJECT) or managed.manager.name in managed.declared.installs_itself
    if managed.manager not in _BUILDS_ITSELF or not itself:
        return
    tools = _table(project.texts.get(declarations.FILE), ("tool",))
    for key, value, fallback, variable in _FROM_GIT:
        found = at(tools, key)
        if found is None or (value is not None and found != value) or variables.get(variable):
            continue
        instead = "0.0.0" if fallback is None else at(tools, fallback)
        if isinstance(instead, str):
            yield (
                f"the project's version comes from git, whose data isn't in the build: it will be {instead[:40]}; "
                f"give it to the build:  {variable}=1.2.3"
            )


def _table(document: Document | None, keys: tuple[str, ...]) -> Mapping[str, object]:
    parsed = document.toml if document else None
    return table(at(parsed.unwrap(), keys)) if isinstance(parsed, Success) else {}
