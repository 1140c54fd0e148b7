"""Reads from ``pyproject.toml`` what decides over package managers: which are meant, in which versions."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from pure.distributions import normalise_name
from pure.locks.facts import LockUnreadable, document, table
from pure.outcome import Failure, Outcome, Success

FILE = "pyproject.toml"

# A requirement's name and extras (the dependency specifiers' grammar).
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?")


class Declarations(msgspec.Struct, frozen=True, kw_only=True):
    """What a ``pyproject.toml`` declares.

    ``project`` says that it has a ``[project]`` table, ``name`` is the project's own (normalised). ``tools`` names the
    package managers that it configures, ``configures`` all programs. ``groups`` and ``extras`` are all that may be
    asked for; ``tool_versions`` are the demands on a tool's own version as (tool, where it stands, constraint).
    ``installs_itself`` names the tools that would install the project itself. ``requirements`` are those of
    ``[project]``, as (name, extras).
    """

    project: bool = False
    name: str = ""
    requirements: tuple[tuple[str, tuple[str, ...]], ...] = ()
    tools: tuple[str, ...] = ()
    configures: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    tool_versions: tuple[tuple[str, str, str], ...] = ()
    installs_itself: tuple[str, ...] = ()


def read(raw: bytes | None) -> Outcome[Declarations, LockUnreadable]:
    """The declarations of a ``pyproject.toml``, empty where there is none; any bytes give a value or an error value."""
    if raw is None:
        return Success(Declarations())
    loaded = document(raw, FILE)
    if isinstance(loaded, Failure):
        return loaded
    found = loaded.unwrap()
    project, tool = table(found.get("project")), table(found.get("tool"))
    poetry, pdm, uv = table(tool.get("poetry")), table(tool.get("pdm")), table(tool.get("uv"))
    groups = {*table(found.get("dependency-groups")), *table(poetry.get("group")), *table(pdm.get("dev-dependencies"))}
    if uv.get("dev-dependencies") or poetry.get("dev-dependencies"):
        groups.add("dev")
    required = project.get("dependencies")
    return Success(
        Declarations(
            project=bool(project),
            name=normalise_name(name) if isinstance(name := project.get("name", poetry.get("name")), str) else "",
            requirements=tuple(_requirements(required if isinstance(required, list) else [])),
            tools=tuple(name for name in ("uv", "poetry", "pdm") if name in tool),
            configures=tuple(sorted(tool)),
            groups=tuple(sorted(groups)),
            extras=tuple(sorted({*table(project.get("optional-dependencies")), *table(poetry.get("extras"))})),
            # Poetry's and PDM's locks don't mention the project itself, uv's does.
            installs_itself=(
                *(("poetry",) if poetry.get("package-mode") is not False else ()),
                *(("pdm",) if pdm.get("distribution") is not False else ()),
            ),
            tool_versions=(
                *_demand("poetry", "[tool.poetry] requires-poetry", poetry.get("requires-poetry")),
                *_demand("uv", "[tool.uv] required-version", uv.get("required-version")),
            ),
        )
    )


def uv_demands(raw: bytes | None) -> tuple[tuple[str, str, str], ...]:
    """What an ``uv.toml`` demands of uv's version; it has precedence over ``[tool.uv]``."""
    loaded = document(raw or b"", "uv.toml")
    if isinstance(loaded, Failure):
        return ()
    demanded: Mapping[str, Any] = loaded.unwrap()
    return tuple(_demand("uv", "required-version in uv.toml", demanded.get("required-version")))


def _requirements(listed: list[Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for text in listed:
        found = _REQUIREMENT.match(text) if isinstance(text, str) else None
        if found:
            yield found[1], tuple(extra.strip() for extra in (found[2] or "").split(",") if extra.strip())


def _demand(tool: str, place: str, value: object) -> tuple[tuple[str, str, str], ...]:
    return ((tool, place, value),) if isinstance(value, str) and value.strip() else ()
