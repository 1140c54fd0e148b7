"""Reads an image by its digests from whatever has blobs: a layout folder, an archive, a registry."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import BinaryIO, Final, Protocol

import msgspec
from pure.image.errors import ImageError, ImageUnreadable
from pure.image.index import Indexed, is_index, pick, read_index
from pure.image.manifest import read_image
from pure.lifecycle.oci import Descriptor
from pure.outcome import Failure, Outcome, Success
from pure.wording import size

from shell.images.opened import OpenedImage, Refused, Streams

MOST_OF_DOCUMENT: Final = 8_000_000
"""Of an index, a manifest or a configuration: registries refuse larger ones."""

_NESTED: Final = 4


class Blobs(Protocol):
    """Something that has blobs."""

    def has(self, digest: str) -> bool:
        """Whether a manifest or an index may be there, as far as that is known without asking anybody."""

    def manifest(self, digest: str) -> bytes:
        """A manifest or an index.

        :raises Refused: it isn't there
        :raises OSError: it can't be read
        """

    def config(self, digest: str) -> bytes:
        """A configuration; raises as ``manifest`` does."""

    def stream(self, digest: str) -> AbstractContextManager[BinaryIO]:
        """A layer's bytes."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which image is wanted, of several, and how it was called."""

    reference: str
    name: str = ""
    platform: str = ""
    machine: str


class _Manifest(msgspec.Struct, frozen=True):
    config: Descriptor
    layers: tuple[Descriptor, ...]


def open_indexed(blobs: Blobs, index: bytes, wanted: Wanted, *, local: bool) -> Outcome[OpenedImage, ImageError]:
    """The wanted image of those that an index names."""
    name = wanted.name
    for _ in range(_NESTED):
        entries = read_index(index)
        if isinstance(entries, Failure):
            reason = f"its index: {entries.failure().reason}"
            return Failure(ImageUnreadable(reference=wanted.reference, reason=reason))
        # An engine that has one of several platforms saves the whole index with it.
        here = tuple(each for each in entries.unwrap() if blobs.has(each.digest))
        picked = pick(
            here or entries.unwrap(),
            reference=wanted.reference,
            name=name,
            platform=wanted.platform,
            machine=wanted.machine,
        )
        if isinstance(picked, Failure):
            return picked
        # What an index names has no further names.
        name = ""
        entry: Indexed = picked.unwrap()
        found = checked(blobs.manifest, entry.digest)
        if not is_index(found):
            return open_manifest(blobs, found, entry.digest, wanted, local=local)
        index = found
    return Failure(ImageUnreadable(reference=wanted.reference, reason="its index leads to another again and again"))


def open_manifest(
    blobs: Blobs, raw: bytes, digest: str, wanted: Wanted, *, local: bool
) -> Outcome[OpenedImage, ImageError]:
    """The image of a manifest."""
    try:
        manifest = msgspec.json.decode(raw, type=_Manifest)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        return Failure(ImageUnreadable(reference=wanted.reference, reason=f"its manifest: {error}"))
    config = checked(blobs.config, manifest.config.digest)
    read = read_image(config, digest=digest, blobs=manifest.layers)
    if isinstance(read, Failure):
        return Failure(ImageUnreadable(reference=wanted.reference, reason=read.failure().reason))
    image = msgspec.structs.replace(read.unwrap(), documents={digest: len(raw), manifest.config.digest: len(config)})
    streams: Streams = {
        layer.diff_id: _opening(blobs.stream, blob.digest)
        for layer, blob in zip(image.layers, manifest.layers, strict=True)
    }
    return Success(OpenedImage(image, reference=wanted.reference, streams=streams, local=local))


def document(stream: BinaryIO, name: str) -> bytes:
    """A document, whole.

    :raises Refused: it is larger than one is
    """
    found = stream.read(MOST_OF_DOCUMENT + 1)
    if len(found) > MOST_OF_DOCUMENT:
        raise Refused(f"{name} has more than {size(MOST_OF_DOCUMENT)}, the most that is read of a document")
    return found


def checked(read: Callable[[str], bytes], digest: str) -> bytes:
    """A document, which has the digest that it is called by."""
    found = read(digest)
    if f"sha256:{hashlib.sha256(found).hexdigest()}" != digest:
        raise Refused(f"what is called {digest[:19]} has another digest")
    return found


def _opening(
    stream: Callable[[str], AbstractContextManager[BinaryIO]], digest: str
) -> Callable[[], AbstractContextManager[BinaryIO]]:
    return lambda: stream(digest)
