"""A platform in memory: an image, a cache, and what its lifecycle restores before a build and exports after it.

What comes back is decided by ``pure.lifecycle.restoring``; what is exported follows the specification's table of layer
types, as ``shell.lifecycle.export`` does. A layer is known by its digest alone.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
import tomli
import tomli_w
from pure.lifecycle.records import (
    BuildpackRecord,
    CacheRecord,
    ImageRecord,
    LayerRecord,
    decode_cache,
    decode_image,
    encode,
    layers_of,
)
from pure.lifecycle.restoring import restorations
from pure.lifecycle.toml_data import without_nulls

from tests.histories.disk import Disk, Folder, copied, digest, size
from tests.histories.situation import LAYERS

BUILDPACK: Final = "lamina/python"
# What isn't a layer among the TOML files of a buildpack's folder.
_OTHERS: Final = frozenset({"launch", "build", "store"})


class LayerWithoutContents(Exception):  # noqa: N818  (as pure.lifecycle calls it)
    """A layer is to be exported that has no contents, and can have none from an earlier image (status 62)."""


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that a build cost: brought back before it, and added to image and cache after it."""

    restored: int = 0
    to_image: int = 0
    to_cache: int = 0


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What came back: digests by layer, ``None`` where it was metadata alone."""

    layers: Mapping[str, str | None] = {}
    nbytes: int = 0


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """An image: its launch layers, what the platform reads of the start, and what it cost."""

    layers: Mapping[str, str]  # digests of launch layers
    data: Mapping[str, object]  # their metadata
    launch: bytes
    cached: Mapping[str, str]  # digests of cached layers
    moved: Moved


class Platform(msgspec.Struct):
    """The stores of one application: the records as the bytes that they are kept as, and contents by digest."""

    image: bytes | None = None
    launch: bytes = b""
    cache: bytes | None = None
    image_blobs: dict[str, Folder] = {}
    cache_blobs: dict[str, Folder] = {}

    def copy(self) -> "Platform":
        return Platform(
            image=self.image,
            launch=self.launch,
            cache=self.cache,
            image_blobs=dict(self.image_blobs),
            cache_blobs=dict(self.cache_blobs),
        )

    @property
    def launched(self) -> dict[str, str]:
        """The digests of our layers in the image."""
        layers = layers_of((decode_image(self.image) or ImageRecord()).buildpacks, BUILDPACK)
        return {name: each.sha for name, each in layers.items()}

    def restore(self, disk: Disk) -> Restored:
        """Put back into an empty layers folder what earlier builds left."""
        found, _ = restorations((BUILDPACK,), decode_image(self.image), decode_cache(self.cache))
        layers: dict[str, str | None] = {}
        nbytes = 0
        for each in found:
            text = tomli_w.dumps(without_nulls({"metadata": each.metadata}))
            disk.write(f"{LAYERS}/{each.layer}.toml", text.encode())
            blob = self.cache_blobs.get(each.contents or "")
            layers[each.layer] = each.contents if blob is not None else None
            if blob is not None:
                disk.folder(LAYERS)[each.layer] = copied(blob)
                nbytes += size(blob)
        return Restored(layers=layers, nbytes=nbytes)

    def export(self, disk: Disk, *, release: str) -> Exported:
        """Make image and cache of what a build left in the layers folder."""
        old_image = layers_of((decode_image(self.image) or ImageRecord()).buildpacks, BUILDPACK)
        old_cache = layers_of((decode_cache(self.cache) or CacheRecord()).buildpacks, BUILDPACK)
        in_image: dict[str, LayerRecord] = {}
        in_cache: dict[str, LayerRecord] = {}
        image_blobs: dict[str, Folder] = {}
        cache_blobs: dict[str, Folder] = {}
        to_image = to_cache = 0
        folder = disk.folder(LAYERS)
        for file in sorted(name for name in folder if name.endswith(".toml")):
            name, raw = file.removesuffix(".toml"), folder[file]
            if name in _OTHERS or not isinstance(raw, bytes):
                continue
            document = tomli.loads(raw.decode())
            types = document.get("types", {})
            build, launch, cache = (types.get(each, False) for each in ("build", "launch", "cache"))
            contents = folder.get(name)
            sha = digest(contents) if isinstance(contents, Folder) else ""
            if launch:
                if not sha:
                    known = old_image.get(name)
                    if cache or known is None or known.sha not in self.image_blobs:
                        raise LayerWithoutContents(name)
                    sha, contents = known.sha, self.image_blobs[known.sha]
                assert isinstance(contents, Folder)
                to_image += size(contents) if sha not in self.image_blobs else 0
                image_blobs[sha] = self.image_blobs.get(sha) or copied(contents)
                in_image[name] = LayerRecord(
                    sha=sha, data=document.get("metadata"), build=build, launch=launch, cache=cache
                )
            if cache and isinstance(contents, Folder):
                to_cache += size(contents) if old_cache.get(name, LayerRecord()).sha != sha else 0
                cache_blobs[sha] = image_blobs.get(sha) or self.cache_blobs.get(sha) or copied(contents)
                in_cache[name] = LayerRecord(
                    sha=sha, data=document.get("metadata"), build=build, launch=launch, cache=cache
                )
        self.image = encode(ImageRecord(buildpacks=(BuildpackRecord(key=BUILDPACK, version=release, layers=in_image),)))
        self.cache = encode(CacheRecord(buildpacks=(BuildpackRecord(key=BUILDPACK, version=release, layers=in_cache),)))
        self.image_blobs, self.cache_blobs = image_blobs, cache_blobs
        self.launch = disk.read(f"{LAYERS}/launch.toml") or b""
        return Exported(
            layers={name: each.sha for name, each in in_image.items()},
            data={name: each.data for name, each in in_image.items()},
            launch=self.launch,
            cached={name: each.sha for name, each in in_cache.items()},
            moved=Moved(to_image=to_image, to_cache=to_cache),
        )

    # What happens to a platform

    def lose_image(self) -> None:
        self.image, self.image_blobs, self.launch = None, {}, b""

    def lose_cache(self) -> None:
        self.cache, self.cache_blobs = None, {}

    def damage_cache(self, layer: str) -> bool:
        """Lose the contents of one cached layer, while the cache still says that it has them."""
        cached = layers_of((decode_cache(self.cache) or CacheRecord()).buildpacks, BUILDPACK).get(layer)
        return cached is not None and self.cache_blobs.pop(cached.sha, None) is not None

    def spoil_cache(self, layer: str, file: str, cut: bool) -> bool:
        """Another byte stands in a file of a cached layer, or half of it is missing."""
        cached = layers_of((decode_cache(self.cache) or CacheRecord()).buildpacks, BUILDPACK).get(layer)
        blob = self.cache_blobs.get(cached.sha) if cached is not None else None
        data = blob.get(file) if blob is not None else None
        if cached is None or blob is None or not isinstance(data, bytes) or not data:
            return False
        spoiled = data[: len(data) // 2] if cut else bytes([data[0] ^ 1]) + data[1:]
        self.cache_blobs[cached.sha] = Folder({**blob, file: spoiled})
        return True

    def age(self, layer: str, data: Mapping[str, object]) -> bool:
        """Let a layer's metadata be those that another release of the buildpack wrote."""
        changed = False
        image, cache = decode_image(self.image), decode_cache(self.cache)
        if image is not None and layer in layers_of(image.buildpacks, BUILDPACK):
            self.image = encode(msgspec.structs.replace(image, buildpacks=_aged(image.buildpacks, layer, data)))
            changed = True
        if cache is not None and layer in layers_of(cache.buildpacks, BUILDPACK):
            self.cache = encode(msgspec.structs.replace(cache, buildpacks=_aged(cache.buildpacks, layer, data)))
            changed = True
        return changed

    def take_foreign_image(self) -> None:
        """Somebody else's image stands where ours was: of another buildpack, with layers of the same names."""
        foreign = {"venv": LayerRecord(sha="sha256:0", data={"schema": "1"}, launch=True)}
        self.image = encode(ImageRecord(buildpacks=(BuildpackRecord(key="other/python", version="1", layers=foreign),)))
        self.image_blobs, self.launch = {}, b""


def _aged(records: tuple[BuildpackRecord, ...], layer: str, data: Mapping[str, object]) -> tuple[BuildpackRecord, ...]:
    return tuple(
        msgspec.structs.replace(
            record,
            layers={
                name: msgspec.structs.replace(each, data=dict(data)) if name == layer else each
                for name, each in record.layers.items()
            },
        )
        for record in records
    )
