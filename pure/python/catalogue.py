"""Decides which Python runtime of a catalogue answers a request.

Versions are compared as PEP 440 says. An entry that is bound to a distribution serves only that distribution, and is
preferred there to an entry of the same version that runs anywhere.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias
from urllib.parse import urlsplit, urlunsplit

import msgspec

from pure.outcome import Failure, Outcome, Success
from pure.python.request import (
    LAMINAS_DEFAULT,
    MinorRequest,
    PatchRequest,
    PythonRequest,
    RangeRequest,
    describe_specifiers,
)
from pure.target import Distro, Target

if TYPE_CHECKING:
    from packaging.version import Version

NEAR_END_OF_LIFE: Final = timedelta(days=183)
"""How long before the end of life of a minor version a build warns: about six months."""

_NUMBER: Final = r"(?:0|[1-9][0-9]{0,3})"


class Runtime(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An archive of CPython: top folder ``python/``, in the layout of python-build-standalone's ``install_only``."""

    version: Annotated[
        str, msgspec.Meta(pattern=rf"\A{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:(?:a|b|rc){_NUMBER})?\Z", max_length=40)
    ]
    os: Literal["linux"]
    arch: Literal["amd64", "arm64"]
    url: Annotated[
        str, msgspec.Meta(pattern=r"\A(?:https?://[^\s/?#]+|file://)/(?:[^\s?#]*/)?[^\s/?#]+\Z", max_length=4096)
    ]
    sha256: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
    distro: Distro | None = None

    @property
    def minor(self) -> str:
        """``3.13`` of ``3.13.1``."""
        major, minor, _ = self.version.split(".", 2)
        return f"{major}.{minor}"

    @property
    def target(self) -> Target:
        """What the archive runs on; without a distribution where any will do."""
        return Target(os=self.os, arch=self.arch, distro=self.distro)


class Catalogue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The runtimes to choose from; their order means nothing."""

    runtimes: tuple[Runtime, ...]


class InvalidCatalogue(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A catalogue that cannot be read; ``detail`` says what is wrong and where (``$.runtimes[3].sha256``)."""

    origin: str
    detail: str


class RepeatedRuntime(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A catalogue with two entries for one version and target, of which only one can be meant."""

    origin: str
    version: str
    target: Target


class InvalidMirror(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A mirror whose base is no ``https:``, ``http:`` or ``file:`` URL; ``visible`` is without credentials."""

    origin: str
    visible: str


CatalogueError: TypeAlias = InvalidCatalogue | RepeatedRuntime | InvalidMirror


class EndOfLife(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A warning: the minor version gets no security fixes any more."""

    minor: str
    since: date


class NearEndOfLife(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A warning: the minor version will soon get no security fixes any more."""

    minor: str
    until: date


class NewerPatch(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A note: an exactly requested version has a newer patch release."""

    version: str
    newest: str


ResolutionWarning: TypeAlias = EndOfLife | NearEndOfLife | NewerPatch


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """The chosen runtime, why it is that one, and what its user should know."""

    request: PythonRequest
    runtime: Runtime
    because: tuple[str, ...]
    warnings: tuple[ResolutionWarning, ...] = ()


class NothingForTarget(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The catalogue has no runtime at all for this target; ``known`` are the targets that it has some for."""

    request: PythonRequest
    target: Target
    known: tuple[str, ...]


class MinorEndOfLife(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A minor version that has reached its end of life and is not in the catalogue; ``minors`` are those that are."""

    request: PythonRequest
    minor: str
    since: date
    minors: tuple[str, ...]


class MinorTooOld(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A minor version older than all in the catalogue, without a known end of life."""

    request: PythonRequest
    minor: str
    minors: tuple[str, ...]


class MinorUnknown(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A minor version that does not exist, or that is newer than the catalogue."""

    request: PythonRequest
    minor: str
    minors: tuple[str, ...]


class VersionUnknown(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """An exact version that the catalogue has for no target; ``known`` are the others of its minor, newest first."""

    request: PythonRequest
    version: str
    known: tuple[str, ...]


class UnavailableForTarget(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What is asked for is in the catalogue, for other targets only.

    ``wanted`` is the version or minor version; ``elsewhere`` are the targets that have it; ``known`` are the versions
    that this target has of that minor (newest first) or, where it has none, its minor versions.
    """

    request: PythonRequest
    wanted: str
    target: Target
    elsewhere: tuple[str, ...]
    known: tuple[str, ...]


class SpecifierUnsatisfied(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """No released version for this target satisfies the specifier; ``minors`` are those that there are, newest first.

    ``pre_releases`` are the versions that would satisfy it if pre-releases counted.
    """

    request: PythonRequest
    specifier: str
    minors: tuple[str, ...]
    pre_releases: tuple[str, ...]


ResolutionError: TypeAlias = (
    NothingForTarget
    | MinorEndOfLife
    | MinorTooOld
    | MinorUnknown
    | VersionUnknown
    | UnavailableForTarget
    | SpecifierUnsatisfied
)


def decode_catalogue(raw: bytes, *, origin: str) -> Outcome[Catalogue, CatalogueError]:
    """The catalogue that ``raw`` (JSON) states; ``origin`` is the file or variable that errors name."""
    try:
        catalogue = msgspec.json.decode(raw, type=Catalogue)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Failure(InvalidCatalogue(origin=origin, detail=str(error)))
    seen: set[_Key] = set()
    for runtime in catalogue.runtimes:
        if (key := _key(runtime)) in seen:
            return Failure(RepeatedRuntime(origin=origin, version=runtime.version, target=runtime.target))
        seen.add(key)
    return Success(catalogue)


def encode_catalogue(catalogue: Catalogue) -> bytes:
    """The catalogue as JSON with one entry a line, sorted: equal catalogues give equal bytes, changes small diffs."""
    entries = sorted(catalogue.runtimes, key=_sort_key)
    lines = b",\n".join(msgspec.json.encode(entry) for entry in entries)
    return b'{"runtimes": [\n' + lines + b"\n]}\n" if entries else b'{"runtimes": []}\n'


def merge_catalogues(base: Catalogue, own: Catalogue, *, replace: bool) -> Catalogue:
    """An operator's ``own`` catalogue over ours: with ``replace`` alone, else added, winning for an equal target."""
    if replace:
        return own
    kept = {_key(runtime): runtime for runtime in (*base.runtimes, *own.runtimes)}
    return Catalogue(runtimes=tuple(kept.values()))


def parse_mirror(text: str, *, origin: str) -> Outcome[str, CatalogueError]:
    """The base URL of a mirror, as ``with_mirror`` takes it; ``origin`` names the variable."""
    from pure.urls import visible_url

    text = text.strip()
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https", "file") and bool(parts.netloc or parts.scheme == "file")
    except ValueError:
        usable = False
    usable = usable and not re.search(r"[\s\x00-\x1f]", text)
    return Success(text) if usable else Failure(InvalidMirror(origin=origin, visible=visible_url(text)))


def with_mirror(runtime: Runtime, base_url: str) -> str:
    """The URL of the runtime's archive under another base: the same file name, and the base's query if it has one."""
    name = urlsplit(runtime.url).path.rpartition("/")[2]
    base = urlsplit(base_url)
    return urlunsplit(base._replace(path=f"{base.path.rstrip('/')}/{name}", fragment=""))


def resolve(
    request: PythonRequest,
    catalogue: Catalogue,
    *,
    target: Target,
    end_of_life: Mapping[str, date],
    today: date,
    default_minor: str,
    at_hand: tuple[Runtime, ...] = (),
) -> Outcome[Resolution, ResolutionError]:
    """The newest runtime for ``target`` that answers ``request``; a specifier prefers ``default_minor``.

    ``at_hand`` are runtimes that cost no download (packed from a local interpreter): where one of them answers the
    request it is chosen, however new the others are. A pre-release is chosen only when it is named exactly.
    """
    here = tuple(runtime for runtime in catalogue.runtimes if serves(runtime, target))
    local = _newest(_answers(request, tuple(runtime for runtime in at_hand if serves(runtime, target))))
    if local is not None:
        because: tuple[str, ...] = (_asked(request), f"{local.version} answers that and needs no download")
        chosen: Runtime | None = local
    else:
        answers = _answers(request, here)
        preferred = tuple(runtime for runtime in answers if runtime.minor == default_minor)
        chosen = _newest(preferred if isinstance(request, RangeRequest) and preferred else answers)
        because = (_asked(request), *_why(request, chosen, default_minor)) if chosen else ()
    if chosen is None:
        return Failure(_explain(request, catalogue, here, target=target, end_of_life=end_of_life, today=today))
    warnings = (*_life(chosen, end_of_life, today), *_newer_patch(request, chosen, here))
    return Success(Resolution(request=request, runtime=chosen, because=because, warnings=warnings))


def decode_end_of_life(raw: bytes, *, origin: str) -> Outcome[Mapping[str, date], CatalogueError]:
    """The end of life of each minor version, from a JSON object of ISO dates: the first day without support."""
    try:
        return Success(msgspec.json.decode(raw, type=dict[str, date]))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Failure(InvalidCatalogue(origin=origin, detail=str(error)))


_Key: TypeAlias = tuple[str, str, str, str, str]


def _key(runtime: Runtime) -> _Key:
    distro = runtime.distro
    return runtime.version, runtime.os, runtime.arch, distro.name if distro else "", distro.version if distro else ""


def _version(text: str) -> "Version":
    from packaging.version import Version

    return Version(text)


def _sort_key(runtime: Runtime) -> tuple["Version", _Key, str, str]:
    return _version(runtime.version), _key(runtime), runtime.url, runtime.sha256


def serves(runtime: Runtime, target: Target) -> bool:
    """Whether a runtime runs on a target."""
    return (
        runtime.os == target.os
        and runtime.arch == target.arch
        and (runtime.distro is None or runtime.distro == target.distro)
    )


def _newest(runtimes: tuple[Runtime, ...]) -> Runtime | None:
    return max(runtimes, key=_sort_key, default=None)


def _answers(request: PythonRequest, runtimes: tuple[Runtime, ...]) -> tuple[Runtime, ...]:
    match request:
        case PatchRequest(version=version):
            return tuple(runtime for runtime in runtimes if runtime.version == version)
        case MinorRequest(minor=minor):
            return tuple(
                runtime
                for runtime in runtimes
                if runtime.minor == minor and not _version(runtime.version).is_prerelease
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
        and (pre_releases or runtime.version in exact or not _version(runtime.version).is_prerelease)
    )


def _asked(request: PythonRequest) -> str:
    ours = request.source.default == LAMINAS_DEFAULT
    return f"{request.source}" if ours else f"{request.source} asks for {request.text}"


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
    if newest is None or _version(newest.version) <= _version(chosen.version):
        return ()
    return (NewerPatch(version=chosen.version, newest=newest.version),)


def minors(runtimes: tuple[Runtime, ...]) -> tuple[str, ...]:
    """The minor versions among runtimes, newest first."""
    return tuple(sorted({runtime.minor for runtime in runtimes}, key=_version, reverse=True))


def _versions(runtimes: tuple[Runtime, ...]) -> tuple[str, ...]:
    return tuple(sorted({runtime.version for runtime in runtimes}, key=_version, reverse=True))


def _targets(runtimes: tuple[Runtime, ...]) -> tuple[str, ...]:
    return tuple(sorted({str(runtime.target) for runtime in runtimes}))


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
    if isinstance(request, RangeRequest):
        early = _in_range(request.specifiers, here, pre_releases=True)
        return SpecifierUnsatisfied(
            request=request, specifier=describe_specifiers(request), minors=minors(here), pre_releases=_versions(early)
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
        return VersionUnknown(request=request, version=wanted, known=_versions(siblings))
    available = minors(here)
    end = end_of_life.get(minor)
    if end is not None and end <= today:
        return MinorEndOfLife(request=request, minor=minor, since=end, minors=available)
    if all(_version(minor) < _version(each) for each in available):
        return MinorTooOld(request=request, minor=minor, minors=available)
    return MinorUnknown(request=request, minor=minor, minors=available)
