"""Lists what can keep an image from being read, as data; the words are in ``pure.views.image_words``."""

from typing import Literal, TypeAlias

import msgspec


class ReferenceUnknown(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing lies at the path that a reference would be, and no registry is named in it."""

    reference: str


class ReferenceMalformed(msgspec.Struct, frozen=True, kw_only=True):
    """A reference names an engine or a registry, and no image; ``reason`` says what is wrong."""

    reference: str
    reason: str


class FolderWithoutImage(msgspec.Struct, frozen=True, kw_only=True):
    """A folder is no OCI layout, and no image was built from it; ``cache`` is where that would lie."""

    path: str
    cache: str


class ImageNotNamed(msgspec.Struct, frozen=True, kw_only=True):
    """A layout or an archive has several images, or none of the name that was asked for."""

    reference: str
    name: str
    names: tuple[str, ...]


class PlatformMissing(msgspec.Struct, frozen=True, kw_only=True):
    """There is no image for a platform among those of a reference."""

    reference: str
    platform: str
    platforms: tuple[str, ...]


class ImageUnreadable(msgspec.Struct, frozen=True, kw_only=True):
    """What a reference leads to isn't an image, or is damaged; ``reason`` is one clause."""

    reference: str
    reason: str


class LayerUnreadable(msgspec.Struct, frozen=True, kw_only=True):
    """A layer of an image can't be read."""

    reference: str
    layer: str
    reason: str


class EngineMissing(msgspec.Struct, frozen=True, kw_only=True):
    """The program of a container engine isn't on this machine."""

    engine: str


class EngineSilent(msgspec.Struct, frozen=True, kw_only=True):
    """A container engine's program doesn't reach its engine, or gets no answer; ``said`` are its last words."""

    engine: str
    said: tuple[str, ...]


class EngineRefused(msgspec.Struct, frozen=True, kw_only=True):
    """A container engine has no such image, or can't save the one it has; ``said`` are its last words."""

    engine: str
    name: str
    there: bool = False
    """Whether it has the image."""
    said: tuple[str, ...]


class RegistryRefused(msgspec.Struct, frozen=True, kw_only=True):
    """A registry doesn't hand over an image, or doesn't answer."""

    reference: str
    host: str
    kind: Literal["absent", "unauthorized", "unreachable", "other"]
    reason: str
    credentials: str = ""
    """The file that credentials were taken from."""


ImageError: TypeAlias = (
    ReferenceUnknown
    | ReferenceMalformed
    | FolderWithoutImage
    | ImageNotNamed
    | PlatformMissing
    | ImageUnreadable
    | LayerUnreadable
    | EngineMissing
    | EngineSilent
    | EngineRefused
    | RegistryRefused
)
