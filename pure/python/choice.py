"""Decides which Python runtime a build uses, from everybody who has a say in it.

The application's own word counts first (``sources`` has its rule), then what other buildpacks require, the
operator's default and ours. What other buildpacks require binds like what a lock or ``pyproject.toml`` states.
"""

from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

import msgspec

from pure.outcome import Failure, Outcome, Success
from pure.python.catalogue import Catalogue, Runtime, minors, order, serves, with_mirror
from pure.python.offer import CatalogueProblem, RuntimeFacts, Stock, offered
from pure.python.reasons import DEFAULT_MINOR, DEFAULT_VARIABLE, by_default, explained, narrowed
from pure.python.request import (
    CARRIED_DEFAULT,
    LAMINAS_DEFAULT,
    MinorRequest,
    PatchRequest,
    PythonRequest,
    RangeRequest,
    RequestError,
    meets,
    parse_variable,
    plain_version,
)
from pure.python.requirers import Requirers
from pure.python.resolution import ChosenRuntime, ResolutionError, ResolutionWarning, resolve
from pure.python.sources import Voices, listen, lock_in_use
from pure.python.version_files import RUNTIME_FILE
from pure.python.wheels import PREFER_WHEELS_VARIABLE, instead
from pure.python.words import FileError, Unusable, Word
from pure.source import Source
from pure.switches import BadSwitch, switch


class NotCarried(msgspec.Struct, frozen=True, kw_only=True):
    """The buildpack was packaged for builds without a network, and nothing that it carries answers a request."""

    request: PythonRequest
    # The versions that there are for the target, newest first.
    known: tuple[str, ...]


class SupersededFile(msgspec.Struct, frozen=True, kw_only=True):
    """The version was decided by a kind of file that others have superseded; ``version`` is what it asks for."""

    file: str
    version: str


PythonWarning: TypeAlias = ResolutionWarning | SupersededFile


class IgnoredSource(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was said about the version and had no influence; ``text`` is empty where nothing can be quoted."""

    source: Source
    text: str
    because: str


class PythonDecision(msgspec.Struct, frozen=True, kw_only=True):
    """The runtime, where the request for it came from, and why it is this one."""

    runtime: Runtime
    # Where it is fetched from.
    url: str
    # Where it is looked for if that place has no such file.
    elsewhere: tuple[str, ...] = ()
    # In the words of its source; empty where nobody asks and a default decides.
    request: str
    source: Source
    because: tuple[str, ...]
    warnings: tuple[PythonWarning, ...]
    ignored: tuple[IgnoredSource, ...] = ()
    # Whether somebody asks for this very release.
    exact: bool = False

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


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What a source says, with its place."""

    text: str
    source: Source


class ContradictingSources(msgspec.Struct, frozen=True, kw_only=True):
    """Sources of the application that no version satisfies together, the strongest first; ``minors`` are on offer."""

    quotes: tuple[Quote, ...]
    minors: tuple[str, ...]


RuntimeChoiceError: TypeAlias = (
    CatalogueProblem
    | BadSwitch
    | FileError
    | ResolutionError
    | NotCarried
    | ContradictingRequirers
    | ContradictingSources
)


def choose_runtime(facts: RuntimeFacts, requirers: Requirers) -> Outcome[PythonDecision, RuntimeChoiceError]:
    """The runtime that meets every request, from the catalogues and mirror that the operator allows."""
    offer = offered(facts)
    if isinstance(offer, Failure):
        return offer
    known = offer.unwrap()
    chosen = _choose(facts, requirers, known)
    if isinstance(chosen, Failure) and known.closed:
        error = chosen.failure()
        if isinstance(error, ResolutionError):
            here = (runtime for runtime in known.all.runtimes if serves(runtime, facts.target))
            versions = tuple(runtime.version for runtime in sorted(here, key=order, reverse=True))
            return Failure(NotCarried(request=error.request, known=versions))
    return chosen


def _choose(facts: RuntimeFacts, requirers: Requirers, known: Stock) -> Outcome[PythonDecision, RuntimeChoiceError]:
    heard = listen(facts.variables, facts.version_files)
    if isinstance(heard, Failure):
        return heard
    voices = heard.unwrap()
    own = tuple(word.request for word in voices.words if word.binding or word is voices.words[0])
    requests = (*own, *requirers.requests) or _default(facts.variables, known.default)
    if isinstance(requests, Failure):
        return requests
    first = requests[0]
    alone = _resolve(first, (), known, facts)
    if isinstance(alone, Failure):
        return alone
    resolution, influential = alone.unwrap(), [first]
    for number, request in enumerate(requests[1:], start=1):
        together = _resolve(first, requests[1 : number + 1], known, facts)
        if isinstance(together, Failure):
            # Another buildpack's request that nothing answers is an error of its own.
            theirs = _resolve(request, (), known, facts) if request in requirers.requests else None
            if isinstance(theirs, Failure):
                return theirs
            return Failure(_contradiction(request, requests[:number], requirers, known, facts))
        if together.unwrap().runtime != resolution.runtime:
            influential.append(request)
        resolution = together.unwrap()
    wished = _wished(voices, requests, known, facts)
    if wished is not None:
        wish, with_it = wished
        requests = (*requests, wish)
        if with_it.runtime != resolution.runtime:
            influential.append(wish)
        resolution = with_it
    because = explained(resolution) if len(influential) == 1 else narrowed(influential, resolution.runtime)
    prefers = switch(facts.variables, PREFER_WHEELS_VARIABLE) if facts.variables.get(PREFER_WHEELS_VARIABLE) else True
    if isinstance(prefers, BadSwitch):
        return Failure(prefers)
    if prefers and not any(_pins(request) for request in requests):
        better = _with_wheels(requests, resolution, known, facts)
        if better is not None:
            resolution, reasons = better
            because = (*because[: len(influential)], *reasons)
    runtime = resolution.runtime
    local = runtime.url.startswith("file:")
    places = (runtime.url,) if local or known.mirror is None else with_mirror(runtime, known.mirror)
    url, *elsewhere = (facts.mapped[runtime.sha256],) if not local and runtime.sha256 in facts.mapped else places
    return Success(
        PythonDecision(
            runtime=runtime,
            url=url,
            elsewhere=tuple(elsewhere),
            request="" if by_default(first.source) else first.text,
            source=first.source,
            because=because,
            warnings=(*_superseded(first), *resolution.warnings),
            ignored=_ignored(voices, influential, runtime.version),
            exact=any(_names_a_release(request) for request in requests),
        )
    )


def _pins(request: PythonRequest) -> bool:
    """Whether somebody names a version, or its minor version."""
    return not isinstance(request, RangeRequest) and request.source.default is None


def _names_a_release(request: PythonRequest) -> bool:
    match request:
        case PatchRequest():
            return True
        case RangeRequest(specifiers=(only,)):
            return only.startswith("==") and only.count(".") == 2 and not only.endswith("*")
        case _:
            return False


def _wished(
    voices: Voices, requests: tuple[PythonRequest, ...], known: Stock, facts: RuntimeFacts
) -> tuple[PythonRequest, ChosenRuntime] | None:
    """The strongest of the weaker wishes that satisfies everything, where all that is asked for are ranges."""
    if any(_pins(request) for request in requests):
        return None
    for word in voices.words[1:]:
        if not word.binding and _pins(word.request):
            together = _resolve(requests[0], (*requests[1:], word.request), known, facts)
            if isinstance(together, Success):
                return word.request, together.unwrap()
    return None


def _with_wheels(
    requests: tuple[PythonRequest, ...], chosen: ChosenRuntime, known: Stock, facts: RuntimeFacts
) -> tuple[ChosenRuntime, tuple[str, ...]] | None:
    """The newest of the older minor versions that everything locked has wheels for, and the reasons for it."""
    lock = lock_in_use(facts.variables, facts.version_files)
    if lock is None:
        return None

    def of(minor: str) -> ChosenRuntime | None:
        narrow = MinorRequest(minor=minor, text=minor, source=requests[0].source)
        first, *others = (narrow,) if requests[0].source.default else (*requests, narrow)
        return _resolve(first, tuple(others), known, facts).value_or(None)

    serving = minors(tuple(runtime for runtime in known.all.runtimes if serves(runtime, facts.target)))
    alive = tuple(each for each in serving if known.end_of_life.get(each, date.max) > facts.today)
    return instead(lock, chosen, alive, arch=facts.target.arch, of=of)


def _resolve(
    request: PythonRequest, others: tuple[PythonRequest, ...], known: Stock, facts: RuntimeFacts
) -> Outcome[ChosenRuntime, ResolutionError]:
    """What answers ``request`` among the runtimes that all ``others`` allow."""

    def allowed(runtimes: tuple[Runtime, ...]) -> tuple[Runtime, ...]:
        return tuple(runtime for runtime in runtimes if all(meets(runtime.version, other) for other in others))

    return resolve(
        request,
        Catalogue(runtimes=allowed(known.all.runtimes)),
        target=facts.target,
        end_of_life=known.end_of_life,
        today=facts.today,
        default_minor=_default_minor(facts.variables, known.default),
        at_hand=allowed(known.at_hand),
    )


def _superseded(first: PythonRequest) -> tuple[SupersededFile, ...]:
    match first:
        case MinorRequest(minor=version, source=Source(file=str(file))) if file == RUNTIME_FILE:
            return (SupersededFile(file=file, version=version),)
        case PatchRequest(version=version, source=Source(file=str(file))) if file == RUNTIME_FILE:
            return (SupersededFile(file=file, version=version),)
        case _:
            return ()


def _ignored(voices: Voices, influential: list[PythonRequest], version: str) -> tuple[IgnoredSource, ...]:
    first = influential[0].source
    ignored: list[IgnoredSource] = []
    for each in voices.said:
        match each:
            case Unusable(source=source, text=text, because=because):
                ignored.append(IgnoredSource(source=source, text=text, because=because))
            case Word(request=request) if request not in influential:
                because = f"{first} comes first"
                if meets(version, request):
                    because += f", and Python {version} satisfies this as well"
                ignored.append(IgnoredSource(source=request.source, text=request.text, because=because))
            case Word():
                pass
    return tuple(ignored)


def _default(variables: Mapping[str, str], minor: str) -> tuple[PythonRequest, ...] | Failure[RequestError]:
    """The request where nobody asks for anything: the operator's default, or ours."""
    text = variables.get(DEFAULT_VARIABLE, "").strip()
    if not text:
        ours = Source(default=LAMINAS_DEFAULT if minor == DEFAULT_MINOR else CARRIED_DEFAULT)
        return (MinorRequest(minor=minor, text=minor, source=ours),)
    operators = parse_variable(DEFAULT_VARIABLE, text)
    return operators if isinstance(operators, Failure) else (operators.unwrap(),)


def _default_minor(variables: Mapping[str, str], ours: str) -> str:
    """The minor version that ranges prefer: the operator's where there is one."""
    operators = plain_version(variables.get(DEFAULT_VARIABLE, "").strip(), Source(variable=DEFAULT_VARIABLE))
    match operators:
        case MinorRequest(minor=minor):
            return minor
        case PatchRequest(version=version):
            return version.rpartition(".")[0]
        case None:
            return ours


def _contradiction(
    culprit: PythonRequest,
    before: tuple[PythonRequest, ...],
    requirers: Requirers,
    known: Stock,
    facts: RuntimeFacts,
) -> ContradictingRequirers | ContradictingSources:
    """``culprit`` and those ``before`` that no version satisfies together with it: a single one if one will do."""
    pair = next((each for each in before if isinstance(_resolve(each, (culprit,), known, facts), Failure)), None)
    others = before if pair is None else (pair,)
    if culprit in requirers.requests:
        return ContradictingRequirers(
            first=others[0].text, first_source=others[0].source, second=culprit.text, second_source=culprit.source
        )
    serving = (runtime for runtime in known.all.runtimes if serves(runtime, facts.target))
    return ContradictingSources(
        quotes=tuple(Quote(text=each.text, source=each.source) for each in (*others, culprit)),
        minors=minors(tuple(serving)),
    )
