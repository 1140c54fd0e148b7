"""Opens images that lie on this machine: OCI layout folders, archives, and what was built here."""

import hashlib
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
from pure.image.errors import FolderWithoutImage, ImageError, ImageUnreadable
from pure.image.index import NotAnIndex, SavedImage, read_saved
from pure.image.manifest import read_image
from pure.lifecycle.image import StoredImage, decode_stored
from pure.lifecycle.processes import LaunchCommand, command_of
from pure.outcome import Failure, Outcome, Success

from shell.files import regular_stream
from shell.images.blobs import Wanted, document, open_indexed
from shell.images.compression import decompressed, is_compressed
from shell.images.opened import MOST_UNPACKED, OpenedImage, Refused
from shell.lifecycle.export import image_digest
from shell.lifecycle.store import Store
from shell.scratch import scratch_folder
from shell.tars import Counted, Entry, Oversized

_DIGEST: Final = re.compile(r"(?P<algorithm>sha256):(?P<hex>[0-9a-f]{64})")
_CHUNK: Final = 1 << 20
# Of an archive, whose entries are layers and documents.
_MOST_ENTRIES: Final = 100_000
_LINKS: Final = 4


def is_layout(folder: Path) -> bool:
    """Whether a folder is an OCI image layout, or was meant to be one."""
    return (folder / "oci-layout").is_file() or ((folder / "index.json").is_file() and (folder / "blobs").is_dir())


class Layout:
    """The blobs of an OCI layout folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, digest: str) -> bool:
        """Whether a blob is there; one of another kind of digest can't be checked, so it counts as away."""
        return _is_digest(digest) and self._path(digest).exists()

    def manifest(self, digest: str) -> bytes:
        """A small blob."""
        with self.stream(digest) as stream:
            return document(stream, digest[:19])

    config = manifest

    @contextmanager
    def stream(self, digest: str) -> Iterator[BinaryIO]:
        """A blob's bytes."""
        with regular_stream(self._path(digest)) as stream:
            yield stream

    def _path(self, digest: str) -> Path:
        return self._folder / _blob_name(digest)


def open_layout(folder: Path, wanted: Wanted) -> Outcome[OpenedImage, ImageError]:
    """The image in a layout folder."""
    with regular_stream(folder / "index.json") as stream:
        index = document(stream, "its index.json")
    return open_indexed(Layout(folder), index, wanted, local=True)


class Archive:
    """The members of an archive of an image, by their names; links among them are followed."""

    def __init__(self, file: BinaryIO) -> None:
        # It needs its entries again and again, so that there is a limit. What it is opened on is closed with that.
        self._tar = tarfile.open(fileobj=file, mode="r:", tarinfo=Entry)  # noqa: SIM115
        self._entries: dict[str, tarfile.TarInfo] = {}
        for number, entry in enumerate(self._tar):
            if number >= _MOST_ENTRIES:
                raise Oversized("entries", _MOST_ENTRIES)
            self._entries[entry.name.removeprefix("./")] = entry

    def names(self, name: str) -> bool:
        """Whether there is such a member."""
        return name in self._entries

    def member(self, name: str) -> bytes:
        """A small member."""
        with self.opened(name) as stream:
            return document(stream, f"{name[:80]} in it")

    @contextmanager
    def opened(self, name: str) -> Iterator[BinaryIO]:
        """A member's bytes."""
        source = self._tar.extractfile(self._entry(name))
        assert source is not None, "only regular files get here"
        with source:
            yield source  # type: ignore[misc]

    def has(self, digest: str) -> bool:
        """Whether an archive that is a layout has a blob that can be checked."""
        return _is_digest(digest) and self.names(_blob_name(digest))

    def manifest(self, digest: str) -> bytes:
        """A small blob of it."""
        return self.member(_blob_name(digest))

    config = manifest

    def stream(self, digest: str) -> AbstractContextManager[BinaryIO]:
        """A blob's bytes."""
        return self.opened(_blob_name(digest))

    def size(self, name: str) -> int | None:
        """The bytes of a layer, where it isn't compressed."""
        entry = self._entry(name)
        with self.opened(name) as stream:
            return None if is_compressed(stream.read(4)) else entry.size

    def _entry(self, name: str) -> tarfile.TarInfo:
        # Layers that several images share are links in archives of older engines.
        for _ in range(_LINKS):
            entry = self._entries.get(name)
            if entry is None:
                break
            if entry.isreg():
                return entry
            if not entry.issym() and not entry.islnk():
                break
            name = entry.linkname if entry.islnk() else _beside(name, entry.linkname)
        raise Refused(f"{name[:200]} isn't in it")


def open_archive(file: Path, wanted: Wanted, held: ExitStack) -> Outcome[OpenedImage, ImageError]:
    """The image in an archive, as ``docker save``, ``podman save`` and skopeo write it.

    Newer engines write both indexes. Where layers are compressed, only one tells the digests and sizes of their blobs;
    where they aren't, that one was made up for the archive, and no digest in it is known to anybody else.
    """
    archive = Archive(_plain(file, held))
    indexed = archive.names("index.json")
    if archive.names("manifest.json"):
        found = _saved(archive, wanted)
        if not indexed or (isinstance(found, Success) and _plain_layers(found.unwrap())):
            return found
    if indexed:
        return open_indexed(archive, archive.member("index.json"), wanted, local=True)
    return Failure(
        ImageUnreadable(
            reference=wanted.reference, reason="it has neither index.json nor manifest.json, as images have"
        )
    )


def _plain_layers(opened: OpenedImage) -> bool:
    return all(each.nbytes is not None for each in opened.image.layers)


def _saved(archive: Archive, wanted: Wanted) -> Outcome[OpenedImage, ImageError]:
    saved = read_saved(archive.member("manifest.json"), name=wanted.name, reference=wanted.reference)
    if isinstance(saved, Failure):
        error = saved.failure()
        if isinstance(error, NotAnIndex):
            return Failure(ImageUnreadable(reference=wanted.reference, reason=f"its manifest.json: {error.reason}"))
        return Failure(error)
    return _of_saved(archive, saved.unwrap(), wanted)


def _of_saved(archive: Archive, saved: SavedImage, wanted: Wanted) -> Outcome[OpenedImage, ImageError]:
    config = archive.member(saved.config)
    image = read_image(config, digest=f"sha256:{hashlib.sha256(config).hexdigest()}")
    if isinstance(image, Failure):
        return Failure(ImageUnreadable(reference=wanted.reference, reason=image.failure().reason))
    layers = image.unwrap().layers
    if len(layers) != len(saved.layers):
        reason = f"its manifest.json has {len(saved.layers)} layers, its configuration {len(layers)}"
        return Failure(ImageUnreadable(reference=wanted.reference, reason=reason))
    replace = msgspec.structs.replace
    sized = tuple(replace(layer, nbytes=archive.size(each)) for layer, each in zip(layers, saved.layers, strict=True))
    streams = {layer.diff_id: _member_of(archive, each) for layer, each in zip(layers, saved.layers, strict=True)}
    return Success(
        OpenedImage(
            replace(image.unwrap(), layers=sized),
            reference=wanted.reference,
            streams=streams,
            local=True,
        )
    )


def _member_of(archive: Archive, name: str) -> Callable[[], AbstractContextManager[BinaryIO]]:
    return lambda: archive.opened(name)


def _plain(file: Path, held: ExitStack) -> BinaryIO:
    """An archive as it is, or, of a compressed one, a copy that can be read at any place."""
    source = held.enter_context(regular_stream(file))
    begin = source.read(4)
    source.seek(0)
    if not is_compressed(begin):
        return source
    folder = held.enter_context(scratch_folder())
    plain = held.enter_context((folder / "image.tar").open("w+b"))
    counted = Counted(decompressed(source), MOST_UNPACKED)
    while chunk := counted.read(_CHUNK):
        plain.write(chunk)
    plain.seek(0)
    return plain


def stored_in(cache: Path) -> StoredImage | None:
    """The image that a cache folder of local builds holds."""
    return decode_stored(_store(cache).read())


def _store(cache: Path) -> Store:
    return Store(cache / "image", "image.json")


def open_stored(path: str, cache: Path, wanted: Wanted) -> Outcome[OpenedImage, ImageError]:
    """The image that was built of an application on this machine: the layers that its builds made, without a base."""
    store = _store(cache.absolute())
    stored = decode_stored(store.read())
    if stored is None:
        return Failure(FolderWithoutImage(path=path, cache=str(cache)))
    _, _, arch = wanted.machine.partition("/")
    diff_ids = [each.diff_id for each in stored.layers]
    default = stored.table.find(stored.table.default)
    command = command_of(default) if default else LaunchCommand(fixed=())
    settings = {"Labels": stored.labels, "Entrypoint": command.fixed, "Cmd": command.args}
    config = {"os": "linux", "architecture": arch, "rootfs": {"diff_ids": diff_ids}, "config": settings}
    image = read_image(msgspec.json.encode(config), digest=image_digest(stored))
    if isinstance(image, Failure):
        return Failure(ImageUnreadable(reference=wanted.reference, reason=image.failure().reason))
    layers = tuple(
        msgspec.structs.replace(each, nbytes=store.path(each.diff_id).stat().st_size) for each in image.unwrap().layers
    )
    streams = {each: _file(store.path(each)) for each in diff_ids}
    found = msgspec.structs.replace(image.unwrap(), layers=layers, based=False)
    return Success(OpenedImage(found, reference=wanted.reference, streams=streams, local=True))


def _file(path: Path) -> Callable[[], AbstractContextManager[BinaryIO]]:
    return lambda: regular_stream(path)


def _is_digest(digest: str) -> bool:
    return _DIGEST.fullmatch(digest) is not None


def _blob_name(digest: str) -> str:
    found = _DIGEST.fullmatch(digest)
    if found is None:
        raise Refused(f"{digest[:80]!r} is no sha256 digest")
    return f"blobs/{found['algorithm']}/{found['hex']}"


def _beside(name: str, link: str) -> str:
    """The member that a symbolic link leads to."""
    parts = name.split("/")[:-1]
    for part in link.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
