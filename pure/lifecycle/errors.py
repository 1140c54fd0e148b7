"""Lists what can go wrong in a local build, as data; the words are in ``pure.lifecycle.prose``."""

from typing import TypeAlias

import msgspec

from pure.lifecycle.project_toml import DescriptorInvalid


class BuildpackInvalid(msgspec.Struct, frozen=True, kw_only=True):
    """The descriptor in a buildpack folder cannot be used; ``path`` is the folder, ``reason`` one clause."""

    path: str
    reason: str


class BuildpackApiUnsupported(msgspec.Struct, frozen=True, kw_only=True):
    """A buildpack states an API version that this lifecycle does not speak; empty when it states none."""

    buildpack: str
    api: str
    supported: tuple[str, ...]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """How one buildpack answered: ``pass``, ``fail`` or ``error``, and why where there is something to say."""

    buildpack: str
    answer: str
    reason: str = ""


class NothingDetected(msgspec.Struct, frozen=True, kw_only=True):
    """No group passed detection. ``errored`` says that some buildpack broke instead of declining."""

    verdicts: tuple[Verdict, ...]
    errored: bool
    plan: tuple[str, ...] = ()


class BuildpackFailed(msgspec.Struct, frozen=True, kw_only=True):
    """A buildpack's ``bin/build`` did not exit with 0; ``signal`` is set where a signal ended it."""

    buildpack: str
    status: int
    signal: str | None = None


class OutputInvalid(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a buildpack wrote breaks the buildpack interface."""

    buildpack: str
    file: str
    reason: str


class LayerWithoutContents(msgspec.Struct, frozen=True, kw_only=True):
    """A launch layer has no directory and cannot be taken from the previous image.

    ``cached`` says that the layer is also ``cache = true``, which always needs the directory.
    """

    buildpack: str
    layer: str
    cached: bool


class ProcessTypeInvalid(msgspec.Struct, frozen=True, kw_only=True):
    """A buildpack declared a process type that cannot be a file name in the image; it may be empty."""

    process: str


class ProcessUnknown(msgspec.Struct, frozen=True, kw_only=True):
    """The process that was asked for is not among those of the build."""

    process: str
    available: tuple[str, ...]


class NoCommand(msgspec.Struct, frozen=True, kw_only=True):
    """There is nothing to run: no default process, and no command was given."""

    available: tuple[str, ...]


class LaunchFailed(msgspec.Struct, frozen=True, kw_only=True):
    """The launch environment could not be completed or its command not started."""

    program: str
    reason: str


class NamespaceRefused(msgspec.Struct, frozen=True, kw_only=True):
    """The kernel does not let this user make a mount namespace.

    ``step`` is what was tried, ``reason`` the system's words, ``settings`` kernel settings with their values as found.
    """

    step: str
    reason: str
    settings: tuple[tuple[str, str], ...] = ()


class RunImageMissing(msgspec.Struct, frozen=True, kw_only=True):
    """An image was to be written without a run image to build it on."""

    output: str


class RunImageInvalid(msgspec.Struct, frozen=True, kw_only=True):
    """The run image cannot be read as an OCI image layout."""

    path: str
    reason: str


class OutputRefused(msgspec.Struct, frozen=True, kw_only=True):
    """The path for the image is in use by something that is not an OCI image layout, or cannot be written."""

    path: str
    reason: str


class CacheUnusable(msgspec.Struct, frozen=True, kw_only=True):
    """The cache folder cannot be written, or another build uses it."""

    path: str
    reason: str


class AppUnreadable(msgspec.Struct, frozen=True, kw_only=True):
    """The application cannot be copied."""

    path: str
    reason: str


class NoImage(msgspec.Struct, frozen=True, kw_only=True):
    """There is no built image in the cache folder."""

    path: str


class DiskRefused(msgspec.Struct, frozen=True, kw_only=True):
    """The disk refused an operation that the build itself needs (full, read-only, no permission)."""

    path: str
    reason: str


LifecycleError: TypeAlias = (
    BuildpackInvalid
    | BuildpackApiUnsupported
    | NothingDetected
    | BuildpackFailed
    | OutputInvalid
    | LayerWithoutContents
    | ProcessTypeInvalid
    | ProcessUnknown
    | NoCommand
    | LaunchFailed
    | NamespaceRefused
    | RunImageMissing
    | RunImageInvalid
    | OutputRefused
    | CacheUnusable
    | AppUnreadable
    | NoImage
    | DiskRefused
    | DescriptorInvalid
)
