"""Decides which version of a package manager's tool is installed: the pinned one, or the one that a variable names."""

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

import msgspec

from pure.manager.table import Manager, Tool
from pure.outcome import Failure, Outcome, Success
from pure.project.declarations import Demand
from pure.source import Source

# Kept short on purpose: a release's number, with or without a pre-release. No tool publishes other forms.
_VERSION: Final = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,3}(?:(?:a|b|rc)[0-9]{1,3})?\Z")
_CLAUSE: Final = re.compile(r"(?P<operator>\^|~(?!=)|[<>=!~]=?=?)?\s*(?P<version>[0-9][0-9A-Za-z.*+!-]{0,99})\Z")


class ToolVersion(msgspec.Struct, frozen=True, kw_only=True):
    """The version of a tool that is installed."""

    version: str
    # Whether the pin file's hashes verify it.
    hashed: bool
    source: Source
    because: tuple[str, ...]
    # Whether the buildpack carries its wheels, so that no index is asked.
    carried: bool = False
    # The one that the user or the project asks for, and where; empty where nobody does, whatever is pinned.
    asked: str = ""
    asked_in: Source | None = None


class BadPin(msgspec.Struct, frozen=True, kw_only=True):
    """The buildpack's own pin file names no version of its tool: the buildpack is damaged."""

    file: str
    title: str


class BadToolVersion(msgspec.Struct, frozen=True, kw_only=True):
    """``variable`` holds no version number."""

    variable: str
    title: str
    value: str
    # The version that the buildpack pins, as an example of one.
    pinned: str


class ToolTooOld(msgspec.Struct, frozen=True, kw_only=True):
    """A release is asked for that can't do what is asked of it here."""

    variable: str
    title: str
    version: str
    oldest: str
    # Where the project asks for it; empty if the variable does.
    place: str = ""
    # What the oldest can do and older ones can't, in words; empty if that isn't worth saying.
    since: str = ""


class ToolRefused(msgspec.Struct, frozen=True, kw_only=True):
    """The project demands another version of the tool."""

    variable: str
    title: str
    version: str
    # Where the demand stands, and what it is.
    place: str
    constraint: str
    # Whether the variable chose the version; otherwise the buildpack pins it.
    asked: bool
    # The first release that may be chosen.
    oldest: str


ToolError: TypeAlias = BadToolVersion | ToolTooOld | ToolRefused | BadPin


def choose_tool(
    manager: Manager, variables: Mapping[str, str], pin_file: str, demands: tuple[Demand, ...]
) -> Outcome[ToolVersion, ToolError]:
    """The version of a manager's tool; ``demands`` are the project's own, on any tool.

    A variable chooses, then a demand for one version and no other, then the pin.
    """
    tool = manager.tool
    oldest = manager.oldest or tool.oldest
    own = tuple(each for each in demands if each.tool == tool.name)
    chosen = _chosen(tool, variables, pin_file, own, oldest)
    if isinstance(chosen, Failure):
        return chosen
    choice = chosen.unwrap()
    because = list(choice.because)
    for demand in own:
        allowed = satisfies(choice.version, demand.constraint)
        if allowed is False:
            return Failure(
                ToolRefused(
                    variable=tool.variable,
                    title=tool.title,
                    version=choice.version,
                    place=demand.place,
                    constraint=demand.constraint[:80],
                    asked=choice.source.variable is not None,
                    oldest=_written(oldest),
                )
            )
        if allowed and choice.source.file != demand.file:
            because.append(f"{demand.place} asks for {demand.constraint}, which it satisfies")
    return Success(msgspec.structs.replace(choice, because=tuple(because)))


def out_of_the_buildpack(choice: ToolVersion, has_wheels: bool) -> ToolVersion:
    """The choice in a buildpack that was packaged for builds without a network.

    ``has_wheels``: it carries those of the pinned version, for the Python of this build.
    """
    carried = choice.hashed and has_wheels
    because = "this buildpack carries it, so no index is asked for it" if carried else _FETCHED
    return msgspec.structs.replace(choice, carried=carried, because=(*choice.because, because))


_FETCHED: Final = "this buildpack doesn't carry it, so it comes from a package index"


def _chosen(
    tool: Tool, variables: Mapping[str, str], pin_file: str, demands: tuple[Demand, ...], oldest: tuple[int, int]
) -> Outcome[ToolVersion, ToolError]:
    pin = re.search(rf"^{re.escape(tool.name)}==([^\s;\\]+)", pin_file, re.MULTILINE)
    if pin is None:
        return Failure(BadPin(file=tool.pin_file, title=tool.title))
    wanted = variables.get(tool.variable, "").strip()
    # Paketo's users write 26.* or ~26.
    within = bool(wanted) and not _VERSION.match(wanted) and satisfies(pin[1], wanted) is True
    demand = next((each for each in demands if _exact(each.constraint)), None)
    if wanted and wanted != pin[1] and not within:
        version, asks, source = wanted, f"${tool.variable} asks for {wanted}", Source(variable=tool.variable)
    elif not wanted and demand is not None and satisfies(pin[1], demand.constraint) is False:
        version, asks = _exact(demand.constraint), f"{demand.place} asks for {demand.constraint}"
        source = Source(file=demand.file)
    else:
        source = Source(variable=tool.variable) if wanted else Source(file=tool.pin_file)
        asks = f", which is within {wanted}, as ${tool.variable} asks" if within else ""
        because = (f"pinned by this buildpack, with hashes{asks}",)
        asked, place = (wanted, source) if wanted else _demanded(demand)
        return Success(
            ToolVersion(version=pin[1], hashed=True, source=source, because=because, asked=asked, asked_in=place)
        )
    if not _VERSION.match(version):
        return Failure(BadToolVersion(variable=tool.variable, title=tool.title, value=version[:60], pinned=pin[1][:60]))
    if _numbers(version) < oldest:
        return Failure(
            ToolTooOld(
                variable=tool.variable,
                title=tool.title,
                version=version,
                oldest=_written(oldest),
                place="" if wanted or demand is None else demand.place,
                since=tool.since,
            )
        )
    because = (f"{asks}, which this buildpack's hashes don't cover",)
    return Success(
        ToolVersion(version=version, hashed=False, source=source, because=because, asked=version, asked_in=source)
    )


def _demanded(demand: Demand | None) -> tuple[str, Source | None]:
    """The one version that the project demands."""
    only = _exact(demand.constraint) if demand is not None else ""
    return only, Source(file=demand.file) if demand is not None and only else None


def _exact(constraint: str) -> str:
    """The one version that a constraint allows, empty if it allows others."""
    match = _CLAUSE.match(constraint.strip())
    only = match is not None and (match["operator"] or "==") in ("==", "=", "===")
    return match["version"] if only and match is not None and _VERSION.match(match["version"]) else ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"[0-9]+", version)[:2])


def _written(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


def satisfies(version: str, constraint: str) -> bool | None:
    """Whether a version meets a constraint in PEP 440's or Poetry's words; ``None`` where those aren't understood.

    The tools check it themselves when they start; this only saves the way there.
    """
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    verdicts = []
    for alternative in re.split(r"\|\|?", constraint):
        clauses = []
        for part in re.split(r",|(?<!\s)\s++(?=[<>=!~^])", alternative.strip()):
            match = _CLAUSE.match(part.strip())
            if match is None:
                return None
            clauses.append(_specifier(match["operator"] or "==", match["version"]))
        try:
            verdicts.append(SpecifierSet(",".join(clauses)).contains(version, prereleases=True))
        except InvalidSpecifier:
            return None
    return any(verdicts)


def _specifier(operator: str, version: str) -> str:
    numbers = re.findall(r"[0-9]+", version.partition("*")[0])
    if operator == "^":
        # The leftmost number that isn't zero may not change (Poetry's documentation, "Caret requirements").
        place = next((at for at, number in enumerate(numbers) if int(number)), len(numbers) - 1)
        upper = [*numbers[:place], str(int(numbers[place]) + 1)]
        return f">={version},<{'.'.join(upper)}"
    if operator == "~":
        place = min(1, len(numbers) - 1)
        upper = [*numbers[:place], str(int(numbers[place]) + 1)]
        return f">={version},<{'.'.join(upper)}"
    return f"{'==' if operator == '=' else operator}{version}"
