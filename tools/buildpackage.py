"""Writes a packaged buildpack as a buildpackage: an OCI image in a tar, which platforms take from registries and files.

The distribution specification (0.3) has the labels; ``io.buildpacks.buildpack.layers``, which pack and kpack read, is
pack's. Equal folders give equal bytes: no time of making stands anywhere.
"""

import gzip
import hashlib
import json
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
import tomli
from pure.lifecycle.image import EPOCH
from pure.lifecycle.oci import CONFIG, INDEX, LAYER, LAYOUT, MANIFEST, REF_NAME, Descriptor

FILE_TIME: Final = 315_532_801
"""1980-01-01T00:00:01Z, the time that pack gives every file of a buildpack."""

METADATA: Final = "io.buildpacks.buildpackage.metadata"
LAYERS: Final = "io.buildpacks.buildpack.layers"
ANYWHERE: Final = [{"id": "*"}]
"""The specification wants a stack, and older platforms look for one; the targets say what counts."""

# The predefined annotations of the image specification, by the links that pyproject.toml may have.
_LINKS: Final = {"Homepage": "url", "Source": "source", "Documentation": "documentation"}


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """A buildpackage that was written, and how an index refers to it."""

    file: Path
    manifest: Descriptor
    os: str
    arch: str


def annotations(project: Mapping[str, Any]) -> dict[str, str]:
    """The image specification's own annotations, from the table ``[project]`` of ``pyproject.toml``."""
    links = project.get("urls", {})
    stated = {
        "title": project["name"],
        "description": project["description"],
        "version": project["version"],
        "licenses": project["license"],
        **{name: links[link] for link, name in _LINKS.items() if link in links},
    }
    return {f"org.opencontainers.image.{name}": value for name, value in sorted(stated.items())}


def write_buildpackage(folder: Path, file: Path, project: Mapping[str, Any]) -> Image:
    """Write the packaged buildpack in ``folder`` as the buildpackage ``file``."""
    descriptor = tomli.loads((folder / "buildpack.toml").read_text())
    own, (target, *_) = descriptor["buildpack"], descriptor["targets"]
    stated = annotations(project)
    with _layout(file) as blobs:
        place = f"/cnb/buildpacks/{own['id'].replace('/', '_')}/{own['version']}"
        layer, diff_id = _layer(folder, place, blobs)
        entry = {
            "api": descriptor["api"],
            "stacks": ANYWHERE,
            "targets": descriptor["targets"],
            "layerDiffID": diff_id,
            **{name: own[name] for name in ("homepage", "name") if name in own},
        }
        labels = {
            **stated,
            METADATA: _text({**own, "stacks": ANYWHERE}),
            LAYERS: _text({own["id"]: {own["version"]: entry}}),
        }
        config = {
            "created": EPOCH,
            "os": target["os"],
            "architecture": target["arch"],
            "config": {"Labels": labels},
            "rootfs": {"type": "layers", "diff_ids": [diff_id]},
            "history": [{"created": EPOCH, "created_by": f"{own['id']} {own['version']}"}],
        }
        made = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": _blob(config, CONFIG, blobs),
            "layers": [layer],
            "annotations": stated,
        }
        manifest = _blob(made, MANIFEST, blobs)
        image = Image(file=file, manifest=manifest, os=target["os"], arch=target["arch"])
        _index(blobs.parent.parent / "index.json", [_reference(image, own["version"])])
    return image


def write_index(images: Iterable[Image], file: Path, project: Mapping[str, Any]) -> None:
    """Write buildpackages for several architectures as one, which a registry gives each platform its own of."""
    known = tuple(images)
    with _layout(file) as blobs:
        for image in known:
            with tarfile.open(image.file) as tar:
                for member in tar:
                    if member.isreg() and member.name.startswith("blobs/sha256/"):
                        _copy(tar, member, blobs / Path(member.name).name)
        inner = {
            "schemaVersion": 2,
            "mediaType": INDEX,
            "manifests": [_reference(image) for image in known],
            "annotations": annotations(project),
        }
        # An index in the index: a layout with several images leaves open which of them is meant.
        whole = {**msgspec.to_builtins(_blob(inner, INDEX, blobs)), "annotations": {REF_NAME: project["version"]}}
        _index(blobs.parent.parent / "index.json", [whole])


def _reference(image: Image, name: str = "") -> dict[str, Any]:
    platform = {"platform": {"os": image.os, "architecture": image.arch}}
    named = {"annotations": {REF_NAME: name}} if name else {}
    return {**msgspec.to_builtins(image.manifest), **platform, **named}


@contextmanager
def _layout(file: Path) -> Iterator[Path]:
    """The folder for the blobs of a layout, which becomes the tar ``file`` in the end."""
    with tempfile.TemporaryDirectory(prefix=f".{file.stem}.", dir=file.parent) as temporary:
        layout, packed = Path(temporary, "layout"), Path(temporary, file.name)
        blobs = layout / "blobs" / "sha256"
        blobs.mkdir(parents=True)
        (layout / "oci-layout").write_bytes(LAYOUT)
        yield blobs
        with tarfile.open(packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
            add_folder(tar, layout, "")
        packed.replace(file)


def _layer(folder: Path, place: str, blobs: Path) -> tuple[Descriptor, str]:
    """The folder as a layer at ``place``, and the digest of its tar."""
    new = blobs / "new"
    diff = hashlib.sha256()
    with (
        new.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0) as zipped,
        tarfile.open(fileobj=_Digesting(zipped, diff), mode="w|", format=tarfile.PAX_FORMAT) as tar,  # type: ignore[call-overload]
    ):
        # pack makes builders of layers that begin with these two, by absolute names, and refuses others.
        for parent in (place.rpartition("/")[0], place):
            tar.addfile(_member(parent, folder=True))
        add_folder(tar, folder, f"{place}/")
    with new.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = new.stat().st_size
    new.rename(blobs / digest)
    return Descriptor(mediaType=LAYER, digest=f"sha256:{digest}", size=size), f"sha256:{diff.hexdigest()}"


class _Digesting:
    """A file that is written to, and a digest over it."""

    def __init__(self, file: gzip.GzipFile, digest: Any) -> None:  # noqa: ANN401  (hashlib's objects have no public type)
        self._file, self._digest = file, digest

    def write(self, data: bytes) -> int:
        """Write a piece."""
        self._digest.update(data)
        return self._file.write(data)


def add_folder(tar: tarfile.TarFile, folder: Path, below: str) -> None:
    """Add all that lies in a folder, in one order, with the modes that it has and nothing else of this machine."""
    for path in sorted(folder.rglob("*")):
        name = f"{below}{path.relative_to(folder).as_posix()}"
        if path.is_dir():
            tar.addfile(_member(name, folder=True))
            continue
        member = _member(name, folder=False)
        member.size, member.mode = path.stat().st_size, 0o755 if path.stat().st_mode & 0o100 else 0o644
        with path.open("rb") as file:
            tar.addfile(member, file)


def _member(name: str, *, folder: bool) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.mtime = FILE_TIME
    if folder:
        member.type, member.mode = tarfile.DIRTYPE, 0o755
    return member


def _copy(tar: tarfile.TarFile, member: tarfile.TarInfo, place: Path) -> None:
    source = tar.extractfile(member)
    assert source is not None, "it is a file"
    with source, place.open("wb") as target:
        while chunk := source.read(1 << 20):
            target.write(chunk)


def _blob(document: Mapping[str, Any], media_type: str, blobs: Path) -> Descriptor:
    data = msgspec.json.encode(document, order="sorted")
    digest = hashlib.sha256(data).hexdigest()
    (blobs / digest).write_bytes(data)
    return Descriptor(mediaType=media_type, digest=f"sha256:{digest}", size=len(data))


def _index(file: Path, manifests: list[dict[str, Any]]) -> None:
    document = {"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}
    file.write_bytes(msgspec.json.encode(document, order="sorted"))


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
