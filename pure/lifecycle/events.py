"""Names what a build tells its caller while it runs."""

from typing import TypeAlias

import msgspec


class PhaseStarted(msgspec.Struct, frozen=True, kw_only=True):
    """A phase begins: ``detect``, ``restore``, ``build`` (with the buildpack's id), ``export`` or ``cache``."""

    phase: str
    buildpack: str | None = None


class PhaseEnded(msgspec.Struct, frozen=True, kw_only=True):
    """A phase ended without error after so many seconds."""

    phase: str
    buildpack: str | None = None
    seconds: float


class OutputLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line that a buildpack wrote, both streams in their order, without line end.

    ``bin/detect`` is heard only where detection fails, as with the reference lifecycle.
    """

    buildpack: str
    line: str


class Detected(msgspec.Struct, frozen=True, kw_only=True):
    """The group that takes part in the build, as ``id@version``, in order."""

    buildpacks: tuple[str, ...]


class LayerRestored(msgspec.Struct, frozen=True, kw_only=True):
    """A layer of an earlier build is back: its metadata, and its contents where ``contents`` is set."""

    buildpack: str
    layer: str
    contents: bool


class ExportedLayer(msgspec.Struct, frozen=True, kw_only=True):
    """A layer of the image (``where = "image"``) or of the cache (``"cache"``), new or taken over unchanged."""

    name: str
    diff_id: str
    reused: bool
    where: str


class Warned(msgspec.Struct, frozen=True, kw_only=True):
    """Something that does not stop the build but that the user should know; one sentence."""

    message: str


LifecycleEvent: TypeAlias = PhaseStarted | PhaseEnded | OutputLine | Detected | LayerRestored | ExportedLayer | Warned
