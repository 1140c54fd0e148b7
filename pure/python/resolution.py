"""Decides which Python runtime of a catalogue answers a request.

Versions are compared as PEP 440 says.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, TypeAlias

import msgspec

from pure.outcome import Failure, Outcome, Success
from pure.python.catalogue import Catalogue, Runtime, known_until, minors, order, serves, version_of
from pure.python.request import (
    CARRIED_DEFAULT,
    LAMINAS_DEFAULT,
    MinorRequest,
    PatchRequest,
    PythonRequest,
    RangeRequest,
    describe_specifiers,
    meets,
)
from pure.target import Target

NEAR_END_OF_LIFE: Final = timedelta(days=183)
"""How long before the end of life of a minor version a build warns: about six months."""


class EndOfLife(msgspec.Struct, frozen=True, kw_only=True):
    """A warning: the minor version gets no security fixes any more."""

    minor: str
    since: date


class NearEndOfLife(msgspec.Struct, frozen=True, kw_only=True):
    """A warning: the minor version will soon get no security fixes any more."""

    minor: str
    until: date


class NewerPatch(msgspec.Struct, frozen=True, kw_only=True):
    """A note: an exactly requested version has a newer patch release."""

    version: str
    newest: str


ResolutionWarning: TypeAlias = EndOfLife | NearEndOfLife | NewerPatch


class ChosenRuntime(msgspec.Struct, frozen=True, kw_only=True):
    """The chosen runtime, why it is that one, and what its user should know."""

    request: PythonRequest
    runtime: Runtime
    because: tuple[str, ...]
    warnings: tuple[ResolutionWarning, ...] = ()


class Beyond(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for would be newer than all that the catalogue has, which knows the releases ``until`` that day."""

    until: date | None


class NothingForTarget(msgspec.Struct, frozen=True, kw_only=True):
    """The catalogue has no runtime at all for this target; ``known`` are the targets that it has some for."""

    request: PythonRequest
    target: Target
    known: tuple[str, ...]


class MinorEndOfLife(msgspec.Struct, frozen=True, kw_only=True):
    """A minor version that has reached its end of life and is not in the catalogue; ``minors`` are those that are."""

    request: PythonRequest
    minor: str
    since: date
    minors: tuple[str, ...]


class MinorTooOld(msgspec.Struct, frozen=True, kw_only=True):
    """A minor version older than all in the catalogue, without a known end of life."""

    request: PythonRequest
    minor: str
    minors: tuple[str, ...]


class MinorUnknown(msgspec.Struct, frozen=True, kw_only=True):
    """A minor version that does not exist, or that is newer than the catalogue."""

    request: PythonRequest
    minor: str
    minors: tuple[str, ...]
    beyond: Beyond | None = None


class ReleaseUnknown(msgspec.Struct, frozen=True, kw_only=True):
    """An exact version that the catalogue has for no target; ``known`` are the others of its minor, newest first."""

    request: PythonRequest
    version: str
    known: tuple[str, ...]
    beyond: Beyond | None = None


class PreReleasesOnly(msgspec.Struct, frozen=True, kw_only=True):
    """A minor version of which the catalogue has pre-releases (``known``, newest first), and no release."""

    request: PythonRequest
    minor: str
    known: tuple[str, ...]
    beyond: Beyond


class UnavailableForTarget(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for is in the catalogue, for other targets only."""

    request: PythonRequest
    # The version or minor version.
    wanted: str
    target: Target
    # The targets that have it.
    elsewhere: tuple[str, ...]
    # The versions that this target has of that minor (newest first) or, where it has none, its minor versions.
    known: tuple[str, ...]


class SpecifierUnsatisfied(msgspec.Struct, frozen=True, kw_only=True):
    """No released version for this target satisfies the specifier."""

    request: PythonRequest
    specifier: str
    # Those that there are, newest first.
    minors: tuple[str, ...]
    # The versions that would satisfy it if pre-releases counted.
    pre_releases: tuple[str, ...]
    # The newest minor version that it allows and that gets no security fixes any more, with the day since when.
    ended: tuple[str, date] | None = None
    beyond: Beyond | None = None


ResolutionError: TypeAlias = (
    NothingForTarget
    | MinorEndOfLife
    | MinorTooOld
    | MinorUnknown
    | ReleaseUnknown
    | PreReleasesOnly
    | UnavailableForTarget
    | SpecifierUnsatisfied
)


def resolve(
    request: PythonRequest,
    catalogue: Catalogue,
    *,
    target: Target,
    end_of_life: Mapping[str, date],
    today: date,
    default_minor: str,
    at_hand: tuple[Runtime, ...] = (),
) -> Outcome[ChosenRuntime, ResolutionError]:
    """The newest runtime for ``target`` that answers ``request``; a specifier prefers ``default_minor``.

    ``at_hand`` are runtimes that cost no download (packed from a local interpreter): where one of them answers the
    request it is chosen, however new the others are. A pre-release is chosen only when it is named exactly.
    """
    here = tuple(runtime for runtime in catalogue.runtimes if serves(runtime, target))
    answers = _answers(request, tuple(runtime for runtime in at_hand if serves(runtime, target)))
    local = _newest(_preferred(request, answers, default_minor))
    if local is not None:
        because: tuple[str, ...] = (_asked(request), f"{local.version} answers that and needs no download")
        chosen: Runtime | None = local
    else:
        chosen = _newest(_preferred(request, _answers(request, here), default_minor))
        because = (_asked(request), *_why(request, chosen, default_minor)) if chosen else ()
    if chosen is None:
        return Failure(_explain(request, catalogue, here, target=target, end_of_life=end_of_life, today=today))
    warnings = (*_life(chosen, end_of_life, today), *_newer_patch(request, chosen, here))
    return Success(ChosenRuntime(request=request, runtime=chosen, because=because, warnings=warnings))


def _preferred(request: PythonRequest, answers: tuple[Runtime, ...], default_minor: str) -> tuple[Runtime, ...]:
    """Of the answers to a range those of the default minor version, if there are any."""
    preferred = tuple(runtime for runtime in answers if runtime.minor == default_minor)
    return preferred if isinstance(request, RangeRequest) and preferred else answers


def _newest(runtimes: tuple[Runtime, ...]) -> Runtime | None:
    return max(runtimes, key=order, default=None)


def _answers(request: PythonRequest, runtimes: tuple[Runtime, ...]) -> tuple[Runtime, ...]:
    match request:
        case PatchRequest(version=version):
            return tuple(runtime for runtime in runtimes if runtime.version == version)
        case MinorRequest(minor=minor):
            return tuple(
                runtime
                for runtime in runtimes
                if runtime.minor == minor and not version_of(runtime.version).is_prerelease
            )
        case RangeRequest(specifiers=specifiers):
            return _in_range(specifiers, runtimes, pre_releases=False)


def _in_range(specifiers: tuple[str, ...], runtimes: tuple[Runtime, ...], *, pre_releases: bool) -> tuple[Runtime, ...]:
    from packaging.specifiers import SpecifierSet

    alternatives = tuple(SpecifierSet(specifier) for specifier in specifiers)
    exact = {each.version for wanted in alternatives for each in wanted if each.operator in ("==", "===")}
    return tuple(
        runtime
        for runtime in runtimes
        if any(wanted.contains(runtime.version, prereleases=True) for wanted in alternatives)
        and (pre_releases or runtime.version in exact or not version_of(runtime.version).is_prerelease)
    )


def _asked(request: PythonRequest) -> str:
    nobody = request.source.default in (LAMINAS_DEFAULT, CARRIED_DEFAULT)
    return f"{request.source}" if nobody else f"{request.source} asks for {request.text}"


def _why(request: PythonRequest, chosen: Runtime, default_minor: str) -> tuple[str, ...]:
    match request:
        case PatchRequest():
            return ()
        case MinorRequest(minor=minor):
            return (f"{chosen.version} is the newest {minor} in the catalogue",)
        case RangeRequest():
            if chosen.minor == default_minor:
                return (f"the default {default_minor} satisfies that", f"{chosen.version} is its newest match")
            return (f"the default {default_minor} does not satisfy that", f"{chosen.version} is the newest match")


def _life(chosen: Runtime, end_of_life: Mapping[str, date], today: date) -> tuple[ResolutionWarning, ...]:
    end = end_of_life.get(chosen.minor)
    if end is None or today < end - NEAR_END_OF_LIFE:
        return ()
    if today >= end:
        return (EndOfLife(minor=chosen.minor, since=end),)
    return (NearEndOfLife(minor=chosen.minor, until=end),)


def _newer_patch(request: PythonRequest, chosen: Runtime, here: tuple[Runtime, ...]) -> tuple[ResolutionWarning, ...]:
    if not isinstance(request, PatchRequest):
        return ()
    newest = _newest(_answers(MinorRequest(minor=chosen.minor, text="", source=request.source), here))
    if newest is None or version_of(newest.version) <= version_of(chosen.version):
        return ()
    return (NewerPatch(version=chosen.version, newest=newest.version),)


def _versions(runtimes: tuple[Runtime, ...]) -> tuple[str, ...]:
    return tuple(sorted({runtime.version for runtime in runtimes}, key=version_of, reverse=True))


def _targets(runtimes: tuple[Runtime, ...]) -> tuple[str, ...]:
    return tuple(sorted({str(runtime.target) for runtime in runtimes}))


def _ended(request: RangeRequest, end_of_life: Mapping[str, date], today: date) -> tuple[str, date] | None:
    """The newest minor version that is past its end of life, and has a release that the range allows."""
    past = sorted((each for each, end in end_of_life.items() if end <= today), key=version_of, reverse=True)
    allowed = (each for each in past if any(meets(f"{each}.{patch}", request) for patch in range(_MOST_PATCHES)))
    newest = next(allowed, None)
    return (newest, end_of_life[newest]) if newest is not None else None


def _wants_newer(request: RangeRequest, here: tuple[Runtime, ...]) -> bool:
    """Whether a release that is newer than those which there are could be in the range."""
    newest = [max((each for each in here if each.minor == minor), key=order) for minor in minors(here)]
    patches = (
        f"{each.minor}.{patch}" for each in newest for patch in range(version_of(each.version).micro + 1, _MOST_PATCHES)
    )
    last = version_of(newest[0].version) if newest else version_of("3.0")
    coming = (f"{last.major}.{last.minor + more}" for more in range(1, _COMING))
    later = (f"{minor}.{patch}" for minor in coming for patch in range(_MOST_PATCHES))
    return any(meets(version, request) for version in (*patches, *later))


# Who asks for one that is further away means something else.
_COMING: Final = 4
# No minor version had as many releases.
_MOST_PATCHES: Final = 40


def _explain(
    request: PythonRequest,
    catalogue: Catalogue,
    here: tuple[Runtime, ...],
    *,
    target: Target,
    end_of_life: Mapping[str, date],
    today: date,
) -> ResolutionError:
    if not here:
        return NothingForTarget(request=request, target=target, known=_targets(catalogue.runtimes))
    beyond = Beyond(until=known_until(catalogue))
    if isinstance(request, RangeRequest):
        early = _in_range(request.specifiers, here, pre_releases=True)
        return SpecifierUnsatisfied(
            request=request,
            specifier=describe_specifiers(request),
            minors=minors(here),
            pre_releases=_versions(early),
            ended=_ended(request, end_of_life, today),
            beyond=beyond if _wants_newer(request, here) else None,
        )
    elsewhere = _answers(request, catalogue.runtimes)
    wanted = request.minor if isinstance(request, MinorRequest) else request.version
    minor = ".".join(wanted.split(".")[:2])
    siblings = tuple(runtime for runtime in here if runtime.minor == minor)
    if elsewhere:
        return UnavailableForTarget(
            request=request,
            wanted=wanted,
            target=target,
            elsewhere=_targets(elsewhere),
            known=_versions(siblings) or minors(here),
        )
    if siblings:
        known = _versions(siblings)
        if wanted == minor:
            return PreReleasesOnly(request=request, minor=minor, known=known, beyond=beyond)
        newer = version_of(wanted) > version_of(known[0])
        return ReleaseUnknown(request=request, version=wanted, known=known, beyond=beyond if newer else None)
    available = minors(here)
    end = end_of_life.get(minor)
    if end is not None and end <= today:
        return MinorEndOfLife(request=request, minor=minor, since=end, minors=available)
    if available and version_of(minor) < version_of(available[-1]):
        return MinorTooOld(request=request, minor=minor, minors=available)
    newer = not available or version_of(minor) > version_of(available[0])
    return MinorUnknown(request=request, minor=minor, minors=available, beyond=beyond if newer else None)
