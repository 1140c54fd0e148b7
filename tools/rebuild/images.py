"""Reads an image's manifest and configuration: which blob is which layer, and which of them are new."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

LABEL = "io.buildpacks.lifecycle.metadata"


class Blob(msgspec.Struct, frozen=True, kw_only=True):
    """A layer of an image as a registry has it; ``size`` is that of the compressed bytes."""

    name: str
    digest: str
    size: int


def blobs_of(manifest: bytes, config: bytes) -> tuple[Blob, ...]:
    """The layers that a build put above its run image, and the configuration."""
    document, settings = json.loads(manifest), json.loads(config)
    names = _names(json.loads(settings["config"]["Labels"][LABEL]))
    layers = zip(settings["rootfs"]["diff_ids"], document["layers"], strict=True)
    own = tuple(
        Blob(name=names[diff_id], digest=layer["digest"], size=layer["size"])
        for diff_id, layer in layers
        if diff_id in names
    )
    return (*own, Blob(name="config.json", digest=document["config"]["digest"], size=document["config"]["size"]))


def _names(label: dict[str, Any]) -> dict[str, str]:
    found = {part["sha"]: "app" for part in label.get("app") or ()}
    for part in ("sbom", "config", "launcher", "process-types"):
        found |= {sha: part for sha in [(label.get(part) or {}).get("sha")] if sha}
    for buildpack in label.get("buildpacks") or ():
        found |= {layer["sha"]: f"{buildpack['key']}:{name}" for name, layer in buildpack["layers"].items()}
    return found


def layout_image(folder: Path) -> tuple[bytes, bytes]:
    """The manifest and the configuration of the one image in an OCI layout."""
    index = json.loads((folder / "index.json").read_bytes())
    manifest = blob_file(folder, index["manifests"][0]["digest"]).read_bytes()
    return manifest, blob_file(folder, json.loads(manifest)["config"]["digest"]).read_bytes()


def blob_file(folder: Path, digest: str) -> Path:
    """Where a layout has a blob."""
    return folder / "blobs" / "sha256" / digest.removeprefix("sha256:")


class Images:
    """The images of one application, one after the other, and what each of them brought."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._previous: set[str] = set()
        self._ever: set[str] = set()

    def take(self, blobs: Iterable[Blob]) -> tuple[dict[str, int], dict[str, int]]:
        """The sizes of what the previous image hasn't got, and of what none had before."""
        found = {blob.digest: blob for blob in blobs}
        new = {blob.name: blob.size for blob in found.values() if blob.digest not in self._previous}
        uploaded = {blob.name: blob.size for blob in found.values() if blob.digest not in self._ever}
        self._previous = set(found)
        self._ever |= self._previous
        return new, uploaded
