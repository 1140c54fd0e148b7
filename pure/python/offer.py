"""Decides which runtimes there are to choose from: ours, those that the buildpack carries, an operator's.

A buildpack that was packaged for builds without a network has its own and the operator's. Ours lie on a code host, so
they count there only where a mirror has them, or a binding says where their archives are.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final, TypeAlias

import msgspec

from pure.outcome import Failure, Outcome, Success
from pure.project.document import Document
from pure.python.catalogue import (
    Catalogue,
    CatalogueError,
    Runtime,
    decode_catalogue,
    decode_end_of_life,
    merge_catalogues,
    minors,
    parse_mirror,
    serves,
)
from pure.python.reasons import DEFAULT_MINOR
from pure.switches import BadSwitch, switch
from pure.target import Target

MIRROR_VARIABLE: Final = "BP_PYTHON_MIRROR"
CATALOGUE_VARIABLE: Final = "BP_PYTHON_CATALOGUE"
CATALOGUE_REPLACES_VARIABLE: Final = "BP_PYTHON_CATALOGUE_REPLACES"


class CatalogueText(msgspec.Struct, frozen=True, kw_only=True):
    """A catalogue as it was read: its JSON and the name that errors give it."""

    raw: bytes
    origin: str


class CatalogueUnreachable(msgspec.Struct, frozen=True, kw_only=True):
    """The operator's catalogue couldn't be read from where ``variable`` says."""

    variable: str
    place: str
    detail: str


class NothingReplaces(msgspec.Struct, frozen=True, kw_only=True):
    """``variable`` says that the operator's catalogue replaces ours, and ``needed`` names none."""

    variable: str
    needed: str


CatalogueProblem: TypeAlias = CatalogueError | CatalogueUnreachable | NothingReplaces


class RuntimeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts that the choice depends on."""

    target: Target
    today: date
    # The environment of the build.
    variables: Mapping[str, str]
    catalogue: CatalogueText
    end_of_life: CatalogueText
    # What the buildpack was packaged with.
    carried: CatalogueText | None = None
    # Of each tool whose wheels it was packaged with, the minor versions of Python that these are for; ``None`` where it
    # wasn't packaged for builds without a network.
    carried_tools: Mapping[str, tuple[str, ...]] | None = None
    operator_catalogue: CatalogueText | CatalogueUnreachable | None = None
    # Where the platform says that archives are fetched from, by their sha256.
    mapped: Mapping[str, str] = {}
    # Those of the application's files that may name a version, by name.
    version_files: Mapping[str, Document] = {}


class Stock(msgspec.Struct, frozen=True, kw_only=True):
    """The runtimes to choose from."""

    all: Catalogue
    # Those that need no download.
    at_hand: tuple[Runtime, ...]
    mirror: str | None
    end_of_life: Mapping[str, date]
    # The minor version that is taken where nobody says anything.
    default: str = DEFAULT_MINOR
    # Whether there are those only that the buildpack carries, and the operator's.
    closed: bool = False


def offered(facts: RuntimeFacts) -> Outcome[Stock, CatalogueProblem | BadSwitch]:
    """What there is to choose from in this build."""
    replaces = switch(facts.variables, CATALOGUE_REPLACES_VARIABLE)
    if isinstance(replaces, BadSwitch):
        return Failure(replaces)
    if isinstance(facts.operator_catalogue, CatalogueUnreachable):
        return Failure(facts.operator_catalogue)
    catalogue = decode_catalogue(facts.catalogue.raw, origin=facts.catalogue.origin)
    if isinstance(catalogue, Failure):
        return catalogue
    if replaces and facts.operator_catalogue is None:
        return Failure(NothingReplaces(variable=CATALOGUE_REPLACES_VARIABLE, needed=CATALOGUE_VARIABLE))
    mirror: str | None = None
    if facts.variables.get(MIRROR_VARIABLE, "").strip():
        parsed = parse_mirror(facts.variables[MIRROR_VARIABLE], origin=f"${MIRROR_VARIABLE}")
        if isinstance(parsed, Failure):
            return parsed
        mirror = parsed.unwrap()
    closed = facts.carried_tools is not None and mirror is None
    ours = catalogue.unwrap().runtimes
    merged = Catalogue(runtimes=tuple(each for each in ours if not closed or each.sha256 in facts.mapped))
    for text, replace in ((facts.carried, False), (facts.operator_catalogue, replaces)):
        if text is not None:
            own = decode_catalogue(text.raw, origin=text.origin)
            if isinstance(own, Failure):
                return own
            merged = merge_catalogues(merged, own.unwrap(), replace=replace)
    dates = decode_end_of_life(facts.end_of_life.raw, origin=facts.end_of_life.origin)
    if isinstance(dates, Failure):
        return dates
    at_hand = tuple(runtime for runtime in merged.runtimes if runtime.url.startswith("file:"))
    here = minors(tuple(runtime for runtime in merged.runtimes if serves(runtime, facts.target)))
    default = here[0] if closed and here and DEFAULT_MINOR not in here else DEFAULT_MINOR
    return Success(
        Stock(all=merged, at_hand=at_hand, mirror=mirror, end_of_life=dates.unwrap(), default=default, closed=closed)
    )
