"""Finds the variables that an application's files put into addresses, and that nobody gives to the build.

pip puts ``${NAME}`` into requirements files and nowhere else, and leaves it as it stands where the variable is unset or
empty; Pipenv and PDM put it into their sources. uv, Poetry and pip's own settings never do.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, assert_never

import msgspec

from pure.manager.environment import REACHING_AN_INDEX
from pure.manager.managed import Managed
from pure.manager.terms import InstalledFrom, path
from pure.project import declarations
from pure.project.document import Document, at, words
from pure.project.files import ProjectFiles
from pure.project.locks import pipfile
from pure.project.requirements.collection import RequirementsSet
from pure.project.requirements.file import OptionLine, RequirementLine
from pure.project.requirements.systems import tells_systems

_VARIABLE: Final = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]{0,99})\}")
# PDM's own words in addresses.
_NOT_OF_THE_ENVIRONMENT: Final = frozenset({"PROJECT_ROOT"})


class VariableUse(msgspec.Struct, frozen=True, kw_only=True):
    """A variable in an address; ``place`` says where that stands."""

    name: str
    place: str
    # Whether the tool puts variables in there.
    expanded: bool = True
    # As it stands there, where pip would know it by another spelling.
    written: str = ""


class UnsetVariables(msgspec.Struct, frozen=True, kw_only=True):
    """Variables in addresses that will stay there as they are written."""

    source: InstalledFrom
    found: tuple[VariableUse, ...]


def unset_variables(
    managed: Managed,
    project: ProjectFiles,
    requirements: RequirementsSet | None,
    *,
    variables: Mapping[str, str],
    pip_settings: tuple[tuple[str, str, str], ...],
) -> UnsetVariables | None:
    """The variables that tools of this build would look for in vain; ``None`` where there are none."""
    uses = (
        *_settings(variables, pip_settings),
        *_requirements(requirements, project.folder),
        *_declared(managed, project),
    )
    missing = tuple(each for each in dict.fromkeys(uses) if not (each.expanded and variables.get(each.name)))
    return UnsetVariables(source=managed.source, found=missing) if missing else None


def _settings(variables: Mapping[str, str], pip_settings: tuple[tuple[str, str, str], ...]) -> Iterator[VariableUse]:
    for name, value, file in pip_settings:
        if name in REACHING_AN_INDEX and name not in variables:
            option = name.removeprefix("PIP_").lower().replace("_", "-")
            yield from _in(value, f"{option} in {file}", expanded=False)
    for name in sorted(REACHING_AN_INDEX & variables.keys()):
        yield from _in(variables[name], f"${name}", expanded=False)


def _requirements(requirements: RequirementsSet | None, folder: str) -> Iterator[VariableUse]:
    for each in requirements.files if requirements else ():
        # A constraint's address is asked for only if something is installed from it.
        lines = each.content.lines if each.kind == "requirement" else ()
        asked: list[RequirementLine | OptionLine] = [line for line in lines if not tells_systems(line)]
        for named in sorted((*asked, *each.content.options), key=lambda one: one.line):
            place = f"{path(folder, each.content.file)}, line {named.line}"
            yield from (VariableUse(name=name, place=place) for name in named.variables)
            for written in named.left:
                name = written.strip("${}")
                yield VariableUse(name=name, place=place, expanded=False, written=written)


def _declared(managed: Managed, project: ProjectFiles) -> Iterator[VariableUse]:
    file = project.texts.get(declarations.FILE)
    match managed.manager.name:
        case "uv":
            yield from _urls(file, ("tool", "uv", "index"), path(project.folder, declarations.FILE), expanded=False)
            yield from _urls(project.texts.get(declarations.UV_FILE), ("index",), declarations.UV_FILE, expanded=False)
        case "poetry":
            yield from _urls(
                file, ("tool", "poetry", "source"), path(project.folder, declarations.FILE), expanded=False
            )
        case "pdm":
            yield from _urls(file, ("tool", "pdm", "source"), path(project.folder, declarations.FILE), expanded=True)
        case "pipenv":
            lock = project.texts.get(pipfile.FILE)
            found = lock.json.value_or(None) if lock else None
            sources = at(found, ("_meta", "sources"))
            yield from _of_tables(sources, path(project.folder, pipfile.FILE), expanded=True)
        case "project":
            for each in words(at(file.toml.value_or({}) if file else {}, ("project", "dependencies"))):
                place = f"dependencies in {path(project.folder, declarations.FILE)}"
                yield from _in(each, place, expanded=False, known=frozenset())
        case "pip" | "uv-pip" | "pylock":
            return
        case _:
            assert_never(managed.manager.name)


def _urls(file: Document | None, table: tuple[str, ...], name: str, *, expanded: bool) -> Iterator[VariableUse]:
    tables = at(file.toml.value_or({}), table) if file else None
    yield from _of_tables(tables, f"{table[-1]} in {name}", expanded=expanded)


def _of_tables(tables: object, place: str, *, expanded: bool) -> Iterator[VariableUse]:
    for each in tables if isinstance(tables, list) else ():
        values: Iterable[object] = each.values() if isinstance(each, Mapping) else ()
        name = each.get("name") if isinstance(each, Mapping) else None
        for value in values:
            if isinstance(value, str):
                yield from _in(value, f"{place} ({name[:60]})" if isinstance(name, str) else place, expanded=expanded)


def _in(
    text: str, place: str, *, expanded: bool, known: frozenset[str] = _NOT_OF_THE_ENVIRONMENT
) -> Iterator[VariableUse]:
    for found in _VARIABLE.finditer(text):
        if found["name"] not in known:
            yield VariableUse(name=found["name"], place=place, expanded=expanded)
