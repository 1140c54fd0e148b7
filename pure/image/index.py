"""Chooses one of several images: by its name, and by the platform that it is for."""

from collections.abc import Iterable

import msgspec

from pure.image.errors import ImageNotNamed, PlatformMissing
from pure.lifecycle.oci import INDEX, MANIFEST, REF_NAME, oci_name
from pure.outcome import Failure, Outcome, Success

_NAMES = ("io.containerd.image.name", REF_NAME)


class Indexed(msgspec.Struct, frozen=True, kw_only=True):
    """An image of several, or an index of further ones."""

    digest: str
    nested: bool = False
    platform: str = ""
    """``linux/amd64``; empty where nobody says."""
    names: tuple[str, ...] = ()


class NotAnIndex(msgspec.Struct, frozen=True, kw_only=True):
    """A document isn't an index of images."""

    reason: str


class _Platform(msgspec.Struct, frozen=True):
    os: str = ""
    architecture: str = ""


class _Entry(msgspec.Struct, frozen=True, rename="camel"):
    digest: str
    media_type: str = MANIFEST
    platform: _Platform | None = None
    annotations: dict[str, str] | None = None


class _Index(msgspec.Struct, frozen=True, rename="camel"):
    manifests: tuple[_Entry, ...] | None = None
    media_type: str = ""


class _Saved(msgspec.Struct, frozen=True, rename="pascal"):
    config: str
    layers: tuple[str, ...]
    repo_tags: tuple[str, ...] | None = None


def is_index(document: bytes) -> bool:
    """Whether a document of a registry leads to further ones."""
    try:
        return msgspec.json.decode(document, type=_Index).manifests is not None
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return False


def read_index(document: bytes) -> Outcome[tuple[Indexed, ...], NotAnIndex]:
    """The images of an index; what isn't one, as attestations of builds, is left out."""
    try:
        entries = msgspec.json.decode(document, type=_Index).manifests
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        return Failure(NotAnIndex(reason=str(error)))
    if entries is None:
        return Failure(NotAnIndex(reason="it names no manifests"))
    found = (_indexed(each) for each in entries if oci_name(each.media_type) in (MANIFEST, INDEX))
    return Success(tuple(each for each in found if each.platform != "unknown/unknown"))


def _indexed(entry: _Entry) -> Indexed:
    platform = f"{entry.platform.os}/{entry.platform.architecture}" if entry.platform else ""
    annotations = entry.annotations or {}
    return Indexed(
        digest=entry.digest,
        nested=oci_name(entry.media_type) == INDEX,
        platform=platform if platform != "/" else "",
        names=tuple(annotations[each] for each in _NAMES if each in annotations),
    )


class SavedImage(msgspec.Struct, frozen=True, kw_only=True):
    """An image in an archive as ``docker save`` writes it: where its configuration and its layers are in that."""

    config: str
    layers: tuple[str, ...]


def read_saved(document: bytes, *, name: str, reference: str) -> Outcome[SavedImage, NotAnIndex | ImageNotNamed]:
    """The one image of an archive's ``manifest.json``, or that of the name."""
    try:
        entries = msgspec.json.decode(document, type=tuple[_Saved, ...])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        return Failure(NotAnIndex(reason=str(error)))
    wanted = [each for each in entries if not name or any(_is_called(tag, name) for tag in each.repo_tags or ())]
    if len({each.config for each in wanted}) != 1:
        names = tuple(tag for each in entries for tag in each.repo_tags or ())
        return Failure(ImageNotNamed(reference=reference, name=name, names=names))
    return Success(SavedImage(config=wanted[0].config, layers=wanted[0].layers))


def pick(
    entries: Iterable[Indexed], *, reference: str, name: str = "", platform: str = "", machine: str
) -> Outcome[Indexed, ImageNotNamed | PlatformMissing]:
    """One image: the only one, else that for the platform that is asked for, else that for this machine."""
    unique = tuple({each.digest: each for each in reversed(tuple(entries))}.values())[::-1]
    named = tuple(each for each in unique if not name or any(_is_called(known, name) for known in each.names))
    if not named:
        names = tuple(known for each in unique for known in each.names)
        return Failure(ImageNotNamed(reference=reference, name=name, names=names))
    if len(named) == 1 and (not platform or named[0].platform in ("", platform)):
        return Success(named[0])
    wanted = platform or machine
    fitting = tuple(each for each in named if each.platform == wanted)
    if len(fitting) == 1:
        return Success(fitting[0])
    if not fitting and all(each.platform for each in named):
        found = tuple(sorted({each.platform for each in named}))
        return Failure(PlatformMissing(reference=reference, platform=wanted, platforms=found))
    names = tuple(known for each in fitting or named for known in each.names)
    return Failure(ImageNotNamed(reference=reference, name=name, names=names))


def _is_called(known: str, name: str) -> bool:
    """Whether a name of an image is the one that is asked for: all of it, its end, or its tag."""
    return known == name or known.endswith((f"/{name}", f":{name}")) or known.rpartition(":")[0].endswith(f"/{name}")
