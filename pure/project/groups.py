"""Reads the dependency groups of a ``pyproject.toml``, wherever a tool keeps them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from pure.names import normalise_name
from pure.project.document import table

# uv and Poetry have one such group beside those with names.
_DEV: Final = "dev"


def listed_groups(found: Mapping[str, object]) -> tuple[Mapping[str, object], ...]:
    """Those whose members are listed as requirements: the standard's, PDM's, uv's."""
    tool = table(found.get("tool"))
    pdm, uv = table(tool.get("pdm")), table(tool.get("uv"))
    of_uv = uv.get("dev-dependencies")
    return (
        table(found.get("dependency-groups")),
        table(pdm.get("dev-dependencies")),
        {_DEV: of_uv} if of_uv else {},
    )


def keyed_groups(found: Mapping[str, object]) -> tuple[Mapping[str, object], ...]:
    """Those whose members are tables by names: Poetry's."""
    poetry = table(table(found.get("tool")).get("poetry"))
    former = poetry.get("dev-dependencies")
    groups = {name: table(inner).get("dependencies") for name, inner in table(poetry.get("group")).items()}
    return (groups, {_DEV: former} if former else {})


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A group: whom it names itself, and which others it includes; all normalised."""

    name: str
    members: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()


def members(groups: Iterable[Group], chosen: Collection[str]) -> Iterator[str]:
    """Whom the groups with these names name, and those that they include."""
    known = tuple(groups)
    taken = _reached(((each.name, each.includes) for each in known), chosen)
    for each in known:
        yield from each.members if each.name in taken else ()


def with_included(groups: Mapping[str, object], chosen: Collection[str]) -> dict[str, object]:
    """The groups with these names (normalised), and those that they include, in the order of the file."""
    taken = _reached(((normalise_name(group), included(listed)) for group, listed in groups.items()), chosen)
    return {group: listed for group, listed in groups.items() if normalise_name(group) in taken}


def _reached(groups: Iterable[tuple[str, Sequence[str]]], chosen: Collection[str]) -> set[str]:
    includes: dict[str, list[str]] = {}
    for name, others in groups:
        includes.setdefault(name, []).extend(others)
    waiting = [name for name in includes if name in chosen]
    seen = set(waiting)
    for name in waiting:
        for other in includes[name]:
            if other in includes and other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen


def included(listed: object) -> tuple[str, ...]:
    """The names (normalised) of the groups that one includes."""
    named = (table(each).get("include-group") for each in (listed if isinstance(listed, list) else ()))
    return tuple(normalise_name(other) for other in named if isinstance(other, str))
