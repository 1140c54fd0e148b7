"""Reads from ``pyproject.toml`` what decides over package managers: which are meant, in which versions."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

import msgspec

from pure.names import normalise_name
from pure.outcome import Failure, Outcome, Success
from pure.project.document import Document, FileUnreadable, table, toml, words
from pure.project.groups import Group, included, keyed_groups, listed_groups

FILE = "pyproject.toml"
UV_FILE = "uv.toml"

Named: TypeAlias = tuple[str, tuple[str, ...]]
# The project itself, in a requirements file.
OWN: Final = re.compile(r"(?:-e\s*|--editable[ =])?\.(?:/|\[[^\]]*\])?\s*\Z")
# A requirement's name and extras (PEP 508); what else it says doesn't matter here.
_NAMED: Final = re.compile(r"\s*(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[(?P<extras>[^\]]*)\])?")


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """What a project demands of a tool's own version: ``constraint``, which stands at ``place`` of ``file``."""

    tool: str
    file: str
    place: str
    constraint: str


class Declarations(msgspec.Struct, frozen=True, kw_only=True):
    """What a ``pyproject.toml`` declares."""

    # It has a [project] table.
    project: bool = False
    # The project's own, normalised.
    name: str = ""
    # The package managers that it configures, and all programs.
    tools: tuple[str, ...] = ()
    # It says what builds the project.
    builds: bool = False
    configures: tuple[str, ...] = ()
    # All that may be asked for.
    groups: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    grouped: tuple[Group, ...] = ()
    # The demands on a tool's own version.
    tool_versions: tuple[Demand, ...] = ()
    # The tools that would install the project itself.
    installs_itself: tuple[str, ...] = ()
    # What Poetry looks for as a folder or a file of the project itself; empty if the project names its packages.
    own_package: str = ""
    # The scripts that PDM runs when it installs.
    hooks: tuple[str, ...] = ()
    # The project's dependencies as (name, extras), and those of each extra.
    requires: tuple[Named, ...] = ()
    optional: tuple[tuple[str, tuple[Named, ...]], ...] = ()
    # The former and those of each extra as they are written.
    dependencies: tuple[str, ...] = ()
    extra_dependencies: tuple[tuple[str, tuple[str, ...]], ...] = ()


def read(pyproject: Document | None) -> Outcome[Declarations, FileUnreadable]:
    """The declarations of a ``pyproject.toml``, empty where there is none; any bytes give a value or an error value."""
    if pyproject is None:
        return Success(Declarations())
    loaded = toml(pyproject, FILE)
    if isinstance(loaded, Failure):
        return loaded
    found = loaded.unwrap()
    project, tool = table(found.get("project")), table(found.get("tool"))
    poetry, pdm, uv = table(tool.get("poetry")), table(tool.get("pdm")), table(tool.get("uv"))
    groups = (*listed_groups(found), *keyed_groups(found))
    return Success(
        Declarations(
            project=bool(project),
            name=normalise_name(name) if isinstance(name := project.get("name", poetry.get("name")), str) else "",
            tools=tuple(name for name in ("uv", "poetry", "pdm") if name in tool),
            builds="build-system" in found,
            configures=tuple(sorted(tool)),
            groups=tuple(sorted({name for each in groups for name in each})),
            grouped=tuple(_groups(found)),
            extras=tuple(sorted({*table(project.get("optional-dependencies")), *table(poetry.get("extras"))})),
            # Poetry's and PDM's locks don't mention the project itself, uv's does.
            installs_itself=(
                *(("poetry",) if poetry.get("package-mode") is not False else ()),
                *(("pdm",) if pdm.get("distribution") is not False else ()),
            ),
            own_package=_own_package(project.get("name") or poetry.get("name"), poetry.get("packages")),
            hooks=tuple(name for name in ("pre_install", "post_install") if table(pdm.get("scripts")).get(name)),
            tool_versions=(
                *_demand("poetry", FILE, "[tool.poetry] requires-poetry", poetry.get("requires-poetry")),
                *_demand("uv", FILE, "[tool.uv] required-version", uv.get("required-version")),
            ),
            requires=_named(project.get("dependencies")),
            dependencies=words(project.get("dependencies")),
            extra_dependencies=tuple(
                (normalise_name(extra), words(listed))
                for extra, listed in table(project.get("optional-dependencies")).items()
            ),
            optional=tuple(
                (extra, _named(listed)) for extra, listed in table(project.get("optional-dependencies")).items()
            ),
        )
    )


def _own_package(name: object, packages: object) -> str:
    return "" if packages or not isinstance(name, str) else normalise_name(name).replace("-", "_")


def _named(requirements: object) -> tuple[Named, ...]:
    found = (_NAMED.match(text) for text in words(requirements))
    return tuple(
        (match["name"], tuple(extra.strip() for extra in (match["extras"] or "").split(",") if extra.strip()))
        for match in found
        if match
    )


def _groups(found: Mapping[str, object]) -> Iterator[Group]:
    for groups in listed_groups(found):
        for group, listed in groups.items():
            named = tuple(normalise_name(name) for name, _ in _named(listed))
            yield Group(name=normalise_name(group), members=named, includes=included(listed))
    for groups in keyed_groups(found):
        for group, keyed in groups.items():
            yield Group(name=normalise_name(group), members=tuple(map(normalise_name, table(keyed))))


def uv_demands(configuration: Document | None) -> tuple[Demand, ...]:
    """What an ``uv.toml`` demands of uv's version; it has precedence over ``[tool.uv]``."""
    if configuration is None or isinstance(loaded := configuration.toml, Failure):
        return ()
    return _demand("uv", UV_FILE, f"required-version in {UV_FILE}", loaded.unwrap().get("required-version"))


def _demand(tool: str, file: str, place: str, value: object) -> tuple[Demand, ...]:
    if not isinstance(value, str) or not value.strip():
        return ()
    return (Demand(tool=tool, file=file, place=place, constraint=value),)
