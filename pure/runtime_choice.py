"""Decides which Python runtime a build uses, from everybody who has a say in it.

The application's own word counts first, then what other buildpacks require, the operator's default and ours.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final, TypeAlias

import msgspec

from pure.catalogue import (
    Catalogue,
    CatalogueError,
    Resolution,
    ResolutionError,
    ResolutionWarning,
    Runtime,
    decode_catalogue,
    decode_end_of_life,
    merge_catalogues,
    parse_mirror,
    resolve,
    with_mirror,
)
from pure.detection import BadSwitch, switch
from pure.outcome import Failure, Outcome, Success
from pure.python_request import (
    LAMINAS_DEFAULT,
    VARIABLES,
    MinorRequest,
    PatchRequest,
    PythonRequest,
    RangeRequest,
    RequestError,
    parse_variable,
    python_request,
)
from pure.requirers import Requirers
from pure.source import Source
from pure.target import Target

DEFAULT_MINOR: Final = "3.14"
DEFAULT_VARIABLE: Final = "BP_PYTHON_DEFAULT_VERSION"
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


class RuntimeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts that the choice depends on. ``carried`` is the catalogue of what the buildpack was packaged with."""

    target: Target
    today: date
    variables: Mapping[str, str]
    catalogue: CatalogueText
    end_of_life: CatalogueText
    carried: CatalogueText | None = None
    operator_catalogue: CatalogueText | CatalogueUnreachable | None = None
    python_version_file: bytes | None = None


class PythonDecision(msgspec.Struct, frozen=True, kw_only=True):
    """The runtime, where the request for it came from, and why it is this one. ``url`` is where it is fetched from."""

    runtime: Runtime
    url: str
    request: str
    source: Source
    because: tuple[str, ...]
    warnings: tuple[ResolutionWarning, ...]

    @property
    def version(self) -> str:
        """The exact version, such as ``3.13.1``."""
        return self.runtime.version


class ContradictingRequirers(msgspec.Struct, frozen=True, kw_only=True):
    """Two requests for Python, each of which can be met, and both of which cannot."""

    first: str
    first_source: Source
    second: str
    second_source: Source


class _Catalogues(msgspec.Struct, frozen=True, kw_only=True):
    all: Catalogue
    at_hand: tuple[Runtime, ...]
    mirror: str | None
    end_of_life: Mapping[str, date]


def _catalogues(facts: RuntimeFacts) -> Outcome[_Catalogues, CatalogueError | CatalogueUnreachable | BadSwitch]:
    replaces = switch(facts.variables, CATALOGUE_REPLACES_VARIABLE)
    if isinstance(replaces, BadSwitch):
        return Failure(replaces)
    if isinstance(facts.operator_catalogue, CatalogueUnreachable):
        return Failure(facts.operator_catalogue)
    catalogue = decode_catalogue(facts.catalogue.raw, origin=facts.catalogue.origin)
    if isinstance(catalogue, Failure):
        return catalogue
    merged = catalogue.unwrap()
    for text, replace in ((facts.carried, False), (facts.operator_catalogue, replaces)):
        if text is not None:
            own = decode_catalogue(text.raw, origin=text.origin)
            if isinstance(own, Failure):
                return own
            merged = merge_catalogues(merged, own.unwrap(), replace=replace)
    mirror: str | None = None
    if facts.variables.get(MIRROR_VARIABLE, "").strip():
        parsed = parse_mirror(facts.variables[MIRROR_VARIABLE], origin=f"${MIRROR_VARIABLE}")
        if isinstance(parsed, Failure):
            return parsed
        mirror = parsed.unwrap()
    dates = decode_end_of_life(facts.end_of_life.raw, origin=facts.end_of_life.origin)
    if isinstance(dates, Failure):
        return dates
    at_hand = tuple(runtime for runtime in merged.runtimes if runtime.url.startswith("file:"))
    return Success(_Catalogues(all=merged, at_hand=at_hand, mirror=mirror, end_of_life=dates.unwrap()))


RuntimeChoiceError: TypeAlias = (
    CatalogueError | CatalogueUnreachable | BadSwitch | RequestError | ResolutionError | ContradictingRequirers
)


def choose_runtime(facts: RuntimeFacts, requirers: Requirers) -> Outcome[PythonDecision, RuntimeChoiceError]:
    """The runtime that meets every request, from the catalogues and mirror that the operator allows."""
    catalogues = _catalogues(facts)
    if isinstance(catalogues, Failure):
        return catalogues
    known = catalogues.unwrap()
    asked = _request(facts, requirers)
    if isinstance(asked, Failure):
        return asked
    requests = asked.unwrap()
    operators = _operators_default(facts)
    default_minor = DEFAULT_MINOR if isinstance(operators, Failure) else _minor(operators.unwrap()) or DEFAULT_MINOR
    resolutions: list[Resolution] = []
    for request in requests:
        resolution = resolve(
            request,
            known.all,
            target=facts.target,
            end_of_life=known.end_of_life,
            today=facts.today,
            default_minor=default_minor,
            at_hand=known.at_hand,
        )
        if isinstance(resolution, Failure):
            return resolution
        resolutions.append(resolution.unwrap())
    chosen = next((each for each in resolutions if all(meets(each.runtime.version, r) for r in requests)), None)
    if chosen is None:
        # No request's own favourite suits the others; another version may.
        common = _common(known.all.runtimes, requests)
        compromise = resolve(
            requests[0],
            Catalogue(runtimes=common),
            target=facts.target,
            end_of_life=known.end_of_life,
            today=facts.today,
            default_minor=default_minor,
            at_hand=_common(known.at_hand, requests),
        )
        if isinstance(compromise, Failure):
            return Failure(_contradiction(requests, resolutions))
        chosen = compromise.unwrap()
    runtime = chosen.runtime
    local = runtime.url.startswith("file:")
    return Success(
        PythonDecision(
            runtime=runtime,
            url=runtime.url if local or known.mirror is None else with_mirror(runtime, known.mirror),
            request=chosen.request.text,
            source=chosen.request.source,
            because=_explained(chosen),
            warnings=chosen.warnings,
        )
    )


def _explained(chosen: Resolution) -> tuple[str, ...]:
    source = chosen.request.source
    if source.variable == DEFAULT_VARIABLE:
        instead = f"makes {chosen.request.text} the default, instead of Lamina's {DEFAULT_MINOR}"
        first = f"no version is asked for; ${DEFAULT_VARIABLE} {instead}"
    elif chosen.request.source.default == LAMINAS_DEFAULT:
        first = f"no version is asked for; {DEFAULT_MINOR} is Lamina's default"
    else:
        return chosen.because
    return (first, *chosen.because[1:])


def _request(facts: RuntimeFacts, requirers: Requirers) -> Outcome[tuple[PythonRequest, ...], RequestError]:
    """What is asked for, the strongest voice first; several only where other buildpacks ask too."""
    own = python_request(
        variables={name: facts.variables.get(name, "") for name in VARIABLES},
        python_version_file=facts.python_version_file,
        default_minor=DEFAULT_MINOR,
    )
    if isinstance(own, Failure):
        return own
    request = own.unwrap()
    if request.source.default is None:
        return Success((request, *requirers.requests))
    if requirers.requests:
        return Success(requirers.requests)
    operators = _operators_default(facts)
    return operators if isinstance(operators, Failure) else Success((operators.unwrap() or request,))


def _operators_default(facts: RuntimeFacts) -> Outcome[PythonRequest | None, RequestError]:
    text = facts.variables.get(DEFAULT_VARIABLE, "").strip()
    return parse_variable(DEFAULT_VARIABLE, text) if text else Success(None)


def _minor(request: PythonRequest | None) -> str | None:
    match request:
        case MinorRequest(minor=minor):
            return minor
        case PatchRequest(version=version):
            return ".".join(version.split(".")[:2])
        case _:
            return None


def meets(version: str, request: PythonRequest) -> bool:
    """Whether an exact version is one that the request allows."""
    match request:
        case PatchRequest(version=wanted):
            return version == wanted
        case MinorRequest(minor=minor):
            return version.startswith(f"{minor}.")
        case RangeRequest(specifier=specifier):
            from packaging.specifiers import SpecifierSet

            return SpecifierSet(specifier).contains(version, prereleases=True)


def _common(runtimes: tuple[Runtime, ...], requests: tuple[PythonRequest, ...]) -> tuple[Runtime, ...]:
    return tuple(runtime for runtime in runtimes if all(meets(runtime.version, request) for request in requests))


def _contradiction(requests: tuple[PythonRequest, ...], resolutions: list[Resolution]) -> ContradictingRequirers:
    first = requests[0]
    version = resolutions[0].runtime.version
    second = next((each for each in requests if not meets(version, each)), requests[-1])
    return ContradictingRequirers(
        first=first.text, first_source=first.source, second=second.text, second_source=second.source
    )
