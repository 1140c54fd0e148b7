"""Decides what the next build finds of earlier layers (Buildpack API, table under "Layer Types")."""

from collections.abc import Sequence

import msgspec

from pure.lifecycle.records import CacheRecord, ImageRecord, LayerRecord, layers_of
from pure.lifecycle.toml_data import Value


class Restoration(msgspec.Struct, frozen=True, kw_only=True):
    """A layer whose metadata comes back; ``contents`` is the digest of the cached tar, ``None`` for metadata alone."""

    buildpack: str
    layer: str
    metadata: Value
    contents: str | None


class Rejection(msgspec.Struct, frozen=True, kw_only=True):
    """A layer that is not restored because the cache holds other contents than the image."""

    buildpack: str
    layer: str


def restorations(
    group: Sequence[str], image: ImageRecord | None, cache: CacheRecord | None
) -> tuple[tuple[Restoration, ...], tuple[Rejection, ...]]:
    """What comes back for the buildpacks of ``group``, given the previous image's record and the cache's."""
    restored: list[Restoration] = []
    rejected: list[Rejection] = []
    for buildpack in group:
        in_image = layers_of(image.buildpacks if image else (), buildpack)
        in_cache = layers_of(cache.buildpacks if cache else (), buildpack)
        for name in sorted({*in_image, *in_cache}):
            source = _source(in_image.get(name), in_cache.get(name))
            if source is None:
                continue
            cached = in_cache.get(name)
            if cached is None or not cached.cache:
                restored.append(Restoration(buildpack=buildpack, layer=name, metadata=source.data, contents=None))
            elif cached.sha == source.sha:
                restored.append(Restoration(buildpack=buildpack, layer=name, metadata=source.data, contents=cached.sha))
            else:
                rejected.append(Rejection(buildpack=buildpack, layer=name))
    return tuple(restored), tuple(rejected)


def _source(in_image: LayerRecord | None, in_cache: LayerRecord | None) -> LayerRecord | None:
    """The record whose metadata is restored, if any: the image's for launch layers, else the cache's."""
    cached = in_cache if in_cache is not None and in_cache.cache else None
    if cached is not None and not (cached.launch and in_image is not None):
        return cached
    if in_image is None or not in_image.launch:
        return None
    if in_image.build and not in_image.cache:
        # The contents must be there during the build, so the buildpack will make the layer again in any case.
        return None
    if in_image.cache and cached is None:
        return None
    return in_image
