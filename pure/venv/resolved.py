"""Says which distributions an environment shall hold, as a resolver chose them.

A ``ResolvedSet`` is the answer of a resolver, whatever tool gave it, as a value: each distribution with its version and
the artefact that it comes from. Names are normalised as PEP 503 says. The set knows no order: it is kept sorted by
name, so that equal contents are equal values and encode to equal bytes.

Here it is read from pip's installation report, version "1" (pip's documentation, "Installation Report"), whose
``download_info`` is a direct URL data structure (PyPA specification "Direct URL Data Structure").
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from pure.hashes import Hash
from pure.names import normalise_name
from pure.outcome import Failure, Outcome, Success
from pure.urls import without_secrets

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SDIST_ENDINGS = (".tar.gz", ".tgz", ".zip", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tar", ".tar.lz", ".tlz")


class Index(msgspec.Struct, frozen=True, kw_only=True, tag="index"):
    """An artefact that was found by name; ``file`` is its file name (the index's address is left out on purpose)."""

    file: str
    hashes: tuple[Hash, ...] = ()


class Archive(msgspec.Struct, frozen=True, kw_only=True, tag="archive"):
    """An archive that was asked for by its URL, which is kept without user information and query.

    ``query`` says that there was one: such a URL may name different archives, and the query may be a secret.
    """

    url: str
    hashes: tuple[Hash, ...] = ()
    subdirectory: str = ""
    query: bool = False


class Vcs(msgspec.Struct, frozen=True, kw_only=True, tag="vcs"):
    """A commit of a repository; ``immutable`` if the user asked for exactly that commit by its full identifier."""

    url: str
    vcs: str
    commit: str
    requested_revision: str = ""
    immutable: bool
    subdirectory: str = ""


class Local(msgspec.Struct, frozen=True, kw_only=True, tag="local"):
    """A directory of this machine, as the path of its ``file:`` URL."""

    path: str
    editable: bool
    subdirectory: str = ""


Origin: TypeAlias = Index | Archive | Vcs | Local


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """One distribution to be installed."""

    name: str  # normalised
    version: str  # as its metadata spells it
    origin: Origin
    requested: bool  # the user named it: it is not merely a dependency
    extras: tuple[str, ...] = ()  # those that were requested, sorted


class ResolvedSet(msgspec.Struct, frozen=True, kw_only=True):
    """Distributions by name, at most one each; build it with ``resolved_set`` to have them sorted."""

    distributions: tuple[Distribution, ...] = ()

    def by_name(self) -> dict[str, Distribution]:
        """The distributions by their normalised name."""
        return {distribution.name: distribution for distribution in self.distributions}


def resolved_set(distributions: Iterable[Distribution]) -> ResolvedSet:
    """The set of these distributions; of several with one name, the last one by content counts, whatever the order."""
    ordered = sorted(distributions, key=lambda each: (each.name, msgspec.json.encode(each)))
    return ResolvedSet(distributions=tuple({each.name: each for each in ordered}.values()))


def pins(resolved: ResolvedSet) -> tuple[str, ...]:
    """Constraint lines that make a resolver choose the same versions again; direct references need none."""
    return tuple(f"{each.name}=={each.version}" for each in resolved.distributions if isinstance(each.origin, Index))


class ReportUnreadable(msgspec.Struct, frozen=True, kw_only=True):
    """The report is not JSON of the documented shape; ``detail`` names the place (it never quotes the report)."""

    detail: str


class ReportVersionUnknown(msgspec.Struct, frozen=True, kw_only=True):
    """The report has a version other than "1"."""

    version: str


class ReportHasNoOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """The report does not say where a distribution comes from."""

    name: str


ReportError: TypeAlias = ReportUnreadable | ReportVersionUnknown | ReportHasNoOrigin


class _ArchiveInfo(msgspec.Struct, frozen=True):
    hash: str | None = None
    hashes: dict[str, str] | None = None


class _VcsInfo(msgspec.Struct, frozen=True):
    vcs: str
    commit_id: str
    requested_revision: str | None = None


class _DirInfo(msgspec.Struct, frozen=True):
    editable: bool = False


class _DirectUrl(msgspec.Struct, frozen=True):
    url: str
    subdirectory: str | None = None
    archive_info: _ArchiveInfo | None = None
    vcs_info: _VcsInfo | None = None
    dir_info: _DirInfo | None = None


class _Metadata(msgspec.Struct, frozen=True):
    name: str
    version: str


class _Item(msgspec.Struct, frozen=True):
    download_info: _DirectUrl
    metadata: _Metadata
    is_direct: bool = False
    requested: bool = False
    requested_extras: tuple[str, ...] = ()


class _Report(msgspec.Struct, frozen=True):
    version: str
    install: tuple[_Item, ...]


class _Version(msgspec.Struct, frozen=True):
    version: str


def parse_report(raw: bytes) -> Outcome[ResolvedSet, ReportError]:
    """The resolved set of pip's installation report, as ``pip install --report`` writes it."""
    try:
        version = msgspec.json.decode(raw, type=_Version).version
        if version != "1":
            return Failure(ReportVersionUnknown(version=version))
        report = msgspec.json.decode(raw, type=_Report)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # A validation error names types and a path into the document, never its content.
        detail = str(error) if isinstance(error, msgspec.ValidationError) else "not JSON"
        return Failure(ReportUnreadable(detail=detail))
    distributions = []
    for item in report.install:
        origin = _origin(item.download_info, direct=item.is_direct)
        if origin is None:
            return Failure(ReportHasNoOrigin(name=normalise_name(item.metadata.name)))
        distributions.append(
            Distribution(
                name=normalise_name(item.metadata.name),
                version=item.metadata.version,
                origin=origin,
                requested=item.requested,
                extras=tuple(sorted({normalise_name(extra) for extra in item.requested_extras})),
            )
        )
    return Success(resolved_set(distributions))


def parse_direct_url(raw: bytes) -> Origin | None:
    """The origin that a ``direct_url.json`` states; ``None`` where it is not of the specified shape."""
    try:
        found = msgspec.json.decode(raw, type=_DirectUrl)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return _origin(found, direct=True)


def without_credentials(raw: bytes, hide: Callable[[str], str]) -> bytes | None:
    """A ``direct_url.json`` without a query and without the secrets that ``hide`` knows; ``None`` if it has neither.

    Installers take user information out (PEP 610) and leave the rest: a token in the query, or one in the path that a
    variable brought there.
    """
    try:
        document = json.loads(raw)
        url = document["url"]
        parts = urlsplit(url)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if not isinstance(url, str) or parts.scheme == "file":
        return None
    clean = hide(without_secrets(url) if parts.query else url)
    return json.dumps(document | {"url": clean}, sort_keys=True).encode() if clean != url else None


def with_hidden_urls(resolved: ResolvedSet, hide: Callable[[str], str]) -> ResolvedSet:
    """The set without the secrets that ``hide`` knows in its URLs: it is kept in the image."""
    return resolved_set(
        msgspec.structs.replace(each, origin=msgspec.structs.replace(each.origin, url=hide(each.origin.url)))
        if isinstance(each.origin, Archive | Vcs) and not each.origin.url.startswith("file:")
        else each
        for each in resolved.distributions
    )


def same_artefact(one: Origin, other: Origin) -> bool:
    """Whether both origins name the same artefact, as far as they tell.

    Digests decide where both have one of the same algorithm. An index that states none is told by its file's name.
    """
    match one, other:
        case Index(), Index():
            verdict = _same_digest(one.hashes, other.hashes)
            return one.file == other.file if verdict is None else verdict
        case Archive(), Archive():
            same_place = (one.url, one.subdirectory) == (other.url, other.subdirectory)
            return same_place and _same_digest(one.hashes, other.hashes) is not False
        case _:
            return one == other


def is_local_sdist(origin: Archive) -> bool:
    """Whether the archive is a source archive on this machine, which pip builds anew each time."""
    return origin.url.lower().startswith("file:") and origin.url.lower().endswith(_SDIST_ENDINGS)


def _same_digest(one: Iterable[Hash], other: Iterable[Hash]) -> bool | None:
    digests = {each.algorithm: each.digest for each in other}
    verdicts = [digests[each.algorithm] == each.digest for each in one if each.algorithm in digests]
    return all(verdicts) if verdicts else None


def _origin(found: _DirectUrl, *, direct: bool) -> Origin | None:
    url = without_secrets(found.url)
    subdirectory = found.subdirectory or ""
    if found.vcs_info is not None:
        revision = (found.vcs_info.requested_revision or "").lower()
        return Vcs(
            url=url,
            vcs=found.vcs_info.vcs,
            commit=found.vcs_info.commit_id,
            requested_revision=found.vcs_info.requested_revision or "",
            immutable=_COMMIT.fullmatch(revision) is not None and revision == found.vcs_info.commit_id.lower(),
            subdirectory=subdirectory,
        )
    if found.dir_info is not None:
        return Local(
            path=unquote(url.removeprefix("file://")), editable=found.dir_info.editable, subdirectory=subdirectory
        )
    if found.archive_info is not None:
        hashes = _hashes(found.archive_info, found.url)
        if direct:
            return Archive(url=url, hashes=hashes, subdirectory=subdirectory, query=_has_query(found.url))
        return Index(file=unquote(url.rpartition("/")[2]), hashes=hashes)
    return None


def _has_query(url: str) -> bool:
    try:
        return bool(urlsplit(url).query)
    except ValueError:
        return True


def _hashes(info: _ArchiveInfo, url: str) -> tuple[Hash, ...]:
    found: Mapping[str, str] = info.hashes or {}
    if not found and info.hash:  # the older form, "sha256=…"
        algorithm, _, digest = info.hash.partition("=")
        found = {algorithm: digest} if digest else {}
    if not found:
        try:
            found = {name: value for name, value in parse_qsl(urlsplit(url).fragment) if name == "sha256"}
        except ValueError:
            found = {}
    return tuple(sorted(Hash(algorithm=name.lower(), digest=digest.lower()) for name, digest in found.items()))
