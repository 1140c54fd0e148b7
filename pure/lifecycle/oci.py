"""Decides the documents of an OCI image: index, manifest, configuration (OCI image specification 1.1)."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pure.lifecycle.image import EPOCH, ImageConfig
from pure.outcome import Failure, Outcome, Success
from pure.target import Target

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
REF_NAME = "org.opencontainers.image.ref.name"
LAYOUT = b'{"imageLayoutVersion":"1.0.0"}'

_OCI_NAMES: Mapping[str, str] = {
    "application/vnd.docker.image.rootfs.diff.tar.gzip": LAYER,
    "application/vnd.docker.image.rootfs.diff.tar": "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.docker.distribution.manifest.v2+json": MANIFEST,
    "application/vnd.docker.distribution.manifest.list.v2+json": INDEX,
}


def oci_name(media_type: str) -> str:
    """What OCI calls a kind of document or blob, of which Docker's registries have a name of their own."""
    return _OCI_NAMES.get(media_type, media_type)


DOCUMENTS = (MANIFEST, INDEX, *(each for each, name in _OCI_NAMES.items() if name in (MANIFEST, INDEX)))
"""All names of manifests and indexes."""


class Descriptor(msgspec.Struct, frozen=True, kw_only=True):
    """A reference to a blob: what it is, its digest, its size in bytes."""

    mediaType: str  # noqa: N815 - the specification's own key
    digest: str
    size: int


class BaseImage(msgspec.Struct, frozen=True, kw_only=True):
    """A run image: its manifest's digest, its layers and its configuration as it stands."""

    digest: str
    layers: tuple[Descriptor, ...]
    config: Mapping[str, Any]

    @property
    def env(self) -> dict[str, str]:
        """Its variables."""
        pairs = (str(entry).partition("=") for entry in self.config["config"].get("Env") or ())
        return {name: value for name, _, value in pairs}

    @property
    def diff_ids(self) -> tuple[str, ...]:
        """The digests of its uncompressed layers, lowest first."""
        return tuple(self.config["rootfs"]["diff_ids"])


class AddedLayer(msgspec.Struct, frozen=True, kw_only=True):
    """A layer on top of a run image."""

    descriptor: Descriptor
    diff_id: str
    created_by: str


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Where an index leads: to a manifest or to another index."""

    descriptor: Descriptor
    nested: bool


def choose(index: bytes, target: Target) -> Outcome[Choice, str]:
    """The one manifest of an index, or the one for ``target`` among several."""
    try:
        entries = msgspec.json.decode(index, type=_Index).manifests
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        return Failure(f"index.json: {error}")
    if len(entries) > 1:
        entries = tuple(
            entry
            for entry in entries
            if entry.platform and (entry.platform.os, entry.platform.architecture) == (target.os, target.arch)
        )
    if len(entries) != 1:
        return Failure(f"index.json names {len(entries)} images for {target.os}/{target.arch}; one is needed")
    entry = entries[0]
    media_type = oci_name(entry.mediaType)
    if media_type not in (MANIFEST, INDEX):
        return Failure(f"index.json names something that is not an image ({media_type})")
    descriptor = Descriptor(mediaType=media_type, digest=entry.digest, size=entry.size)
    return Success(Choice(descriptor=descriptor, nested=media_type == INDEX))


class _Platform(msgspec.Struct, frozen=True, kw_only=True):
    os: str = ""
    architecture: str = ""


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    mediaType: str  # noqa: N815
    digest: str
    size: int
    platform: _Platform | None = None


class _Index(msgspec.Struct, frozen=True, kw_only=True):
    manifests: tuple[_Entry, ...]


class _Manifest(msgspec.Struct, frozen=True, kw_only=True):
    config: Descriptor
    layers: tuple[Descriptor, ...]


def config_of(manifest: bytes) -> Outcome[Descriptor, str]:
    """Where a manifest's configuration is."""
    try:
        return Success(msgspec.json.decode(manifest, type=_Manifest).config)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        return Failure(f"its manifest: {error}")


def base_image(digest: str, manifest: bytes, config: bytes, target: Target) -> Outcome[BaseImage, str]:
    """The run image that these documents describe, which must be for ``target``."""
    try:
        layers = msgspec.json.decode(manifest, type=_Manifest).layers
        document = msgspec.json.decode(config, type=dict[str, Any])
        msgspec.convert(document.get("rootfs"), _RootFs)
        document["config"] = msgspec.convert(document.get("config") or {}, dict[str, Any])
        document["history"] = msgspec.convert(document.get("history") or [], list[dict[str, Any]])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        return Failure(f"its configuration: {error}")
    platform = (document.get("os"), document.get("architecture"))
    if platform != (target.os, target.arch):
        return Failure(f"it is for {platform[0]}/{platform[1]}, the build for {target.os}/{target.arch}")
    if not layers or len(layers) != len(document["rootfs"]["diff_ids"]):
        return Failure("its manifest and its configuration name different numbers of layers")
    converted = tuple(msgspec.structs.replace(layer, mediaType=oci_name(layer.mediaType)) for layer in layers)
    return Success(BaseImage(digest=digest, layers=converted, config=document))


class _RootFs(msgspec.Struct, frozen=True, kw_only=True):
    diff_ids: tuple[str, ...]


def config_document(base: BaseImage, added: Sequence[AddedLayer], config: ImageConfig) -> bytes:
    """The configuration of the image: the run image's, with what a lifecycle decides."""
    own = dict(base.config["config"])
    for key in ("Entrypoint", "Cmd"):
        own.pop(key, None)
    own["Env"] = [f"{name}={_text(value)}" for name, value in config.env]
    own["WorkingDir"] = config.working_dir
    own["Labels"] = {**(own.get("Labels") or {}), **dict(config.labels)}
    if config.entrypoint:
        own["Entrypoint"] = list(config.entrypoint)
    if config.cmd:
        own["Cmd"] = list(config.cmd)
    document = {
        **base.config,
        "created": EPOCH,
        "config": own,
        "rootfs": {"type": "layers", "diff_ids": [*base.diff_ids, *(layer.diff_id for layer in added)]},
        "history": [
            *base.config["history"],
            *({"created": EPOCH, "created_by": layer.created_by} for layer in added),
        ],
    }
    return msgspec.json.encode(document, order="sorted")


def manifest_document(base: BaseImage, added: Sequence[AddedLayer], config: Descriptor) -> bytes:
    """The manifest of the image."""
    layers = [*base.layers, *(layer.descriptor for layer in added)]
    return msgspec.json.encode({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers})


def index_document(manifest: Descriptor, target: Target) -> bytes:
    """The index of a layout that holds this one image."""
    entry = {
        **msgspec.to_builtins(manifest),
        "platform": {"os": target.os, "architecture": target.arch},
        "annotations": {REF_NAME: "latest"},
    }
    return msgspec.json.encode({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]})


def _text(value: str) -> str:
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
