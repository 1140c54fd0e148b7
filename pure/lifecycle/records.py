"""Gives the metadata of images and caches its shape: the label of the image and the cache's own file."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pure.lifecycle.toml_data import Value, json_numbers, through_json
from pure.outcome import Success


class LayerRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A buildpack's layer in an image or cache: the digest of its uncompressed tar, its metadata, its flags."""

    sha: str = ""
    data: Any = None
    build: bool = False
    launch: bool = False
    cache: bool = False


class BuildpackRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """A buildpack's layers by name; ``store`` is what its ``store.toml`` held."""

    key: str
    version: str = ""
    layers: Mapping[str, LayerRecord] = {}
    store: Any = msgspec.UNSET


class Sha(msgspec.Struct, frozen=True, kw_only=True):
    """A layer known by its digest alone; empty where there is no such layer."""

    sha: str = ""


class RunImageRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The run image that an image stands on; empty where it was built without one."""

    topLayer: str = ""  # noqa: N815 - the label's own key
    reference: str = ""


class ImageRecord(
    msgspec.Struct, frozen=True, kw_only=True, rename={"process_types": "process-types", "run_image": "runImage"}
):
    """The label ``io.buildpacks.lifecycle.metadata``."""

    app: tuple[Sha, ...] = ()
    sbom: Sha | msgspec.UnsetType = msgspec.UNSET
    buildpacks: tuple[BuildpackRecord, ...] = ()
    config: Sha = Sha()
    launcher: Sha = Sha()
    process_types: Sha = Sha()
    run_image: RunImageRecord = RunImageRecord()
    stack: Any = msgspec.field(default_factory=lambda: {"runImage": {}})


class CacheRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The cache's metadata file."""

    buildpacks: tuple[BuildpackRecord, ...] = ()
    sbom: Sha = Sha()


def layers_of(buildpacks: Sequence[BuildpackRecord], buildpack: str) -> Mapping[str, LayerRecord]:
    """The recorded layers of a buildpack, none where it has no record."""
    return next((record.layers for record in buildpacks if record.key == buildpack), {})


def store_of(buildpacks: Sequence[BuildpackRecord], buildpack: str) -> Value | None:
    """What a buildpack's ``store.toml`` held, or ``None``."""
    for record in buildpacks:
        if record.key == buildpack and isinstance(record.store, dict):
            return record.store.get("metadata")
    return None


def has_store(buildpacks: Sequence[BuildpackRecord], buildpack: str) -> bool:
    """Whether a buildpack left a ``store.toml``."""
    return any(record.key == buildpack and isinstance(record.store, dict) for record in buildpacks)


def encode(record: ImageRecord | CacheRecord) -> bytes:
    """The JSON text of a record; equal records give equal bytes."""
    return msgspec.json.encode(json_numbers(msgspec.to_builtins(record)), order="sorted")


def decode_image(data: bytes | None) -> ImageRecord | None:
    """The record in an image's label; ``None`` where there is none that can be read, as for an absent image."""
    if data is None:
        return None
    try:
        return msgspec.convert(_floats(msgspec.json.decode(data)), ImageRecord)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def decode_cache(data: bytes | None) -> CacheRecord | None:
    """The record in a cache's metadata file; ``None`` where there is none that can be read."""
    if data is None:
        return None
    try:
        return msgspec.convert(_floats(msgspec.json.decode(data)), CacheRecord)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _floats(value: Value) -> Value:
    converted = through_json(value)
    if isinstance(converted, Success):
        return converted.unwrap()
    raise ValueError(converted.failure())
