"""Reads a run image from an OCI image layout and writes the built image as another."""

import hashlib
import json
import os
import re
import shutil
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from pure.lifecycle.errors import OutputRefused, RunImageInvalid
from pure.lifecycle.image import ImageConfig, ImageLayer
from pure.lifecycle.oci import (
    CONFIG,
    LAYER,
    LAYOUT,
    MANIFEST,
    AddedLayer,
    BaseImage,
    Descriptor,
    base_image,
    choose,
    config_document,
    config_of,
    index_document,
    manifest_document,
)
from pure.outcome import Failure, Outcome
from pure.target import Target

from shell.lifecycle.disk import remove
from shell.lifecycle.store import Store
from shell.lifecycle.tarball import Digest

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
_LEVEL = 4  # a third of the time of zlib's default for a tenth more bytes
_CHUNK = 1 << 20


def read_run_image(folder: Path, target: Target) -> Outcome[BaseImage, RunImageInvalid]:
    """The run image in the layout ``folder``, every blob that it needs checked to be there."""
    reason: str
    try:
        index = (folder / "index.json").read_bytes()
        for _ in range(4):
            choice = choose(index, target)
            if isinstance(choice, Failure):
                return Failure(RunImageInvalid(path=str(folder), reason=choice.failure()))
            digest = choice.unwrap().descriptor.digest
            document = _blob(folder, digest).read_bytes()
            if not choice.unwrap().nested:
                config = config_of(document)
                if isinstance(config, Failure):
                    return Failure(RunImageInvalid(path=str(folder), reason=config.failure()))
                settings = _blob(folder, config.unwrap().digest).read_bytes()
                image = base_image(digest, document, settings, target)
                if isinstance(image, Failure):
                    return Failure(RunImageInvalid(path=str(folder), reason=image.failure()))
                for layer in image.unwrap().layers:
                    _blob(folder, layer.digest).stat()
                return image
            index = document
        reason = "index.json leads to another index again and again"
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}"
    except ValueError as error:
        reason = str(error)
    return Failure(RunImageInvalid(path=str(folder), reason=reason))


def check_output(folder: Path) -> OutputRefused | None:
    """Why an image cannot be written to ``folder``, if so; an existing layout is replaced."""
    if not folder.exists() or (folder / "oci-layout").is_file():
        return None
    if not folder.is_dir():
        return OutputRefused(path=str(folder), reason="it is a file")
    if any(folder.iterdir()):
        return OutputRefused(path=str(folder), reason="the folder is not empty and is not an OCI image layout")
    return None


def write_image(
    folder: Path,
    *,
    run_image: Path,
    base: BaseImage,
    layers: Sequence[ImageLayer],
    created_by: Sequence[str],
    store: Store,
    config: ImageConfig,
    target: Target,
) -> str:
    """Write the image over the layout ``folder``; the digest of its manifest.

    The index is replaced last, then blobs that it does not need are removed.
    """
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        descriptors = list(pool.map(lambda layer: compressed(store, layer.diff_id), layers))
    _forget(store, {layer.diff_id for layer in layers})
    for layer, descriptor in zip(layers, descriptors, strict=True):
        _place(_compressed_file(store, layer.diff_id), _blob(folder, descriptor.digest))
    for descriptor in base.layers:
        _place(_blob(run_image, descriptor.digest), _blob(folder, descriptor.digest))
    added = tuple(
        AddedLayer(descriptor=descriptor, diff_id=layer.diff_id, created_by=words)
        for layer, descriptor, words in zip(layers, descriptors, created_by, strict=True)
    )
    settings = _write(folder, CONFIG, config_document(base, added, config))
    manifest = _write(folder, MANIFEST, manifest_document(base, added, settings))
    _replace(folder / "oci-layout", LAYOUT)
    _replace(folder / "index.json", index_document(manifest, target))
    needed = [manifest, settings, *base.layers, *descriptors]
    names = {descriptor.digest.partition(":")[2] for descriptor in needed}
    for blob in blobs.iterdir():
        if blob.name not in names:
            blob.unlink()
    return manifest.digest


def _blob(folder: Path, digest: str) -> Path:
    if not _DIGEST.match(digest):
        raise ValueError(f"{digest!r} is not a sha256 digest")
    return folder / "blobs" / "sha256" / digest.partition(":")[2]


def _compressed_file(store: Store, diff_id: str) -> Path:
    return store.folder / "gzip" / f"{diff_id}.tar.gz"


def compressed(store: Store, diff_id: str) -> Descriptor:
    """The gzip of a layer, made once: the same tar gives the same bytes."""
    file = _compressed_file(store, diff_id)
    note = file.with_suffix(".json")
    try:
        known = json.loads(note.read_bytes())
        if file.stat().st_size == known["size"]:
            return Descriptor(mediaType=LAYER, digest=known["digest"], size=known["size"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        pass
    file.parent.mkdir(exist_ok=True)
    new = file.with_suffix(".new")
    # wbits 31: a gzip header without name and with time 0.
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
    digest = hashlib.sha256()
    size = 0
    with store.path(diff_id).open("rb") as source, new.open("wb") as target:
        while chunk := source.read(_CHUNK):
            size += _emit(compressor.compress(chunk), digest, target)
        size += _emit(compressor.flush(), digest, target)
    new.rename(file)
    name = f"sha256:{digest.hexdigest()}"
    _replace(note, json.dumps({"digest": name, "size": size}).encode())
    return Descriptor(mediaType=LAYER, digest=name, size=size)


def _emit(data: bytes, digest: Digest, target: BinaryIO) -> int:
    digest.update(data)
    target.write(data)
    return len(data)


def _forget(store: Store, wanted: set[str]) -> None:
    for file in (store.folder / "gzip").glob("*"):
        if file.name.partition(".")[0] not in wanted:
            remove(file)


def _place(source: Path, target: Path) -> None:
    """Put a blob into a layout: as a second name for the same file where the disk allows."""
    if target.is_file() and target.stat().st_size == source.stat().st_size:
        return
    new = target.with_suffix(".new")
    remove(new)
    try:
        os.link(source, new)
    except OSError:
        shutil.copyfile(source, new)
    new.rename(target)


def _write(folder: Path, media_type: str, document: bytes) -> Descriptor:
    digest = f"sha256:{hashlib.sha256(document).hexdigest()}"
    _replace(_blob(folder, digest), document)
    return Descriptor(mediaType=media_type, digest=digest, size=len(document))


def _replace(path: Path, data: bytes) -> None:
    new = path.with_suffix(".new")
    new.write_bytes(data)
    new.rename(path)
