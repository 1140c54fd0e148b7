"""Holds a catalogue of Python runtimes: what is read of one, what an operator makes of it, what serves a target.

An entry that is bound to a distribution serves only that distribution, and is preferred there to an entry of the same
version that runs anywhere.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias
from urllib.parse import urlsplit, urlunsplit

import msgspec

from pure.outcome import Failure, Outcome, Success
from pure.target import Distro, Target

if TYPE_CHECKING:
    from packaging.version import Version

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


class InvalidCatalogue(msgspec.Struct, frozen=True, kw_only=True):
    """A catalogue that cannot be read; ``detail`` says what is wrong and where (``$.runtimes[3].sha256``)."""

    origin: str
    detail: str


class RepeatedRuntime(msgspec.Struct, frozen=True, kw_only=True):
    """A catalogue with two entries for one version and target, of which only one can be meant."""

    origin: str
    version: str
    target: Target


class InvalidMirror(msgspec.Struct, frozen=True, kw_only=True):
    """A mirror whose base is no ``https:``, ``http:`` or ``file:`` URL; ``visible`` is without credentials."""

    origin: str
    visible: str


CatalogueError: TypeAlias = InvalidCatalogue | RepeatedRuntime | InvalidMirror


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
    entries = sorted(catalogue.runtimes, key=order)
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


def with_mirror(runtime: Runtime, base_url: str) -> tuple[str, ...]:
    """The URLs of the runtime's archive under another base, in the order in which they are tried.

    Mirrors hold it by its file name, or in a folder of its release's name as uv's users have them. The base's query is
    kept, if it has one.
    """
    path = urlsplit(runtime.url).path
    base = urlsplit(base_url)
    names = dict.fromkeys("/".join(path.strip("/").split("/")[-parts:]) for parts in (1, 2))
    return tuple(urlunsplit(base._replace(path=f"{base.path.rstrip('/')}/{name}", fragment="")) for name in names)


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


def version_of(text: str) -> "Version":
    """A version as PEP 440 compares it."""
    from packaging.version import Version

    return Version(text)


def order(runtime: Runtime) -> tuple["Version", _Key, str, str]:
    """What sorts runtimes, the oldest first."""
    return version_of(runtime.version), _key(runtime), runtime.url, runtime.sha256


def serves(runtime: Runtime, target: Target) -> bool:
    """Whether a runtime runs on a target."""
    return (
        runtime.os == target.os
        and runtime.arch == target.arch
        and (runtime.distro is None or runtime.distro == target.distro)
    )


def minors(runtimes: tuple[Runtime, ...]) -> tuple[str, ...]:
    """The minor versions that runtimes have a release of, newest first."""
    released = {runtime.minor for runtime in runtimes if not version_of(runtime.version).is_prerelease}
    return tuple(sorted(released, key=version_of, reverse=True))


_MADE: Final = re.compile(r"/cpython-[^/+%]+(?:\+|%2B)(20[0-9]{6})-[^/]+\Z")


def known_until(catalogue: Catalogue) -> date | None:
    """When the last archive was made of those that python-build-standalone dates: later releases aren't known."""
    days = (found[1] for runtime in catalogue.runtimes if (found := _MADE.search(runtime.url)))
    newest = max(days, default="")
    try:
        return date.fromisoformat(newest)
    except ValueError:
        return None  # nothing is dated, or by no day
