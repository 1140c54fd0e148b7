"""Reads an image by its manifest and its configuration: which layers it has, whose each is, what starts, who built it.

The lifecycle's labels tell whose a layer is (buildpacks' specification, platform interface, "Labels"); Lamina's own
says why it is one (``pure.build.decisions``). What no lifecycle built is an image, too: its layers are nobody's.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from pure.build.decisions import LABEL as DECISIONS_LABEL
from pure.build.decisions import Decisions, decode_decisions
from pure.lifecycle.image import LABEL_BUILD, LABEL_LIFECYCLE
from pure.lifecycle.oci import Descriptor
from pure.lifecycle.records import ImageRecord, decode_image
from pure.outcome import Failure, Outcome, Success

LAMINA = "lamina/python"
"""The id of this buildpack."""


class Owner(StrEnum):
    """Who put a layer into an image."""

    BASE = "run image"
    BUILDPACK = "buildpack"
    APPLICATION = "application"
    LIFECYCLE = "lifecycle"
    UNKNOWN = "unknown"


class LayerOfImage(msgspec.Struct, frozen=True, kw_only=True):
    """A layer of an image, lowest first in it."""

    diff_id: str
    """The digest of its uncompressed tar."""
    digest: str = ""
    """Of the blob in a registry or layout; empty where an engine has it uncompressed."""
    compressed: int | None = None
    """The bytes of that blob: what is pushed and pulled."""
    nbytes: int | None = None
    """Uncompressed, where that was looked at."""
    owner: Owner = Owner.UNKNOWN
    buildpack: str = ""
    """Whose it is, where it is a buildpack's."""
    name: str = ""
    """What the buildpack calls it; of the lifecycle's, what it is: ``launcher``, ``config``, ``sbom``, ..."""


class ProcessOfImage(msgspec.Struct, frozen=True, kw_only=True):
    """A process type, by the lifecycle's label."""

    type: str
    command: tuple[str, ...]
    args: tuple[str, ...] = ()
    direct: bool = True
    default: bool = False
    buildpack: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """All that is executed."""
        return (*self.command, *self.args)


class Builder(msgspec.Struct, frozen=True, kw_only=True):
    """A buildpack that took part."""

    id: str
    version: str = ""


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """What an image tells of itself."""

    digest: str
    """Of its manifest, or of its configuration where an engine has no manifest."""
    arch: str
    layers: tuple[LayerOfImage, ...]
    os: str = "linux"
    processes: tuple[ProcessOfImage, ...] = ()
    buildpacks: tuple[Builder, ...] = ()
    labels: Mapping[str, str] = {}
    env: Mapping[str, str] = {}
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    """The arguments of the entrypoint, or all that starts where there is none."""
    user: str = ""
    """Empty for root."""
    working_dir: str = ""
    ports: tuple[str, ...] = ()
    """Those that it says it listens on."""
    decisions: Decisions | None = None
    """Lamina's, where it built the image and this version can read them."""
    undecided: str = ""
    """Why there are none; empty if there are."""
    by_lifecycle: bool = False
    """Whether a lifecycle built it."""
    documents: Mapping[str, int] = {}
    """The digests of its manifest and its configuration with their bytes, where it has both."""
    based: bool = True
    """Whether it stands upon a run image, whose variables and labels it has; what was built on this machine doesn't."""

    @property
    def platform(self) -> str:
        """The system and architecture that it is for, as far as it says so."""
        return "/".join(filter(None, (self.os, self.arch)))

    @property
    def by_lamina(self) -> bool:
        """Whether Lamina was among its buildpacks."""
        return any(each.id == LAMINA for each in self.buildpacks)

    def layer(self, name: str, buildpack: str = LAMINA) -> LayerOfImage | None:
        """A buildpack's layer, by its name."""
        return next((each for each in self.layers if (each.buildpack, each.name) == (buildpack, name)), None)


class NotAnImage(msgspec.Struct, frozen=True, kw_only=True):
    """Documents that aren't those of an image; ``reason`` says what is wrong, and in which."""

    reason: str


def read_image(config: bytes, *, digest: str, blobs: Sequence[Descriptor] = ()) -> Outcome[Image, NotAnImage]:
    """The image of a configuration; ``blobs`` are the layers of its manifest, lowest first, none from an engine."""
    try:
        document = msgspec.json.decode(config, type=_Config)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        return Failure(NotAnImage(reason=f"its configuration: {error}"))
    diff_ids = document.rootfs.diff_ids or ()
    settings = document.config or _Settings()
    if blobs and len(blobs) != len(diff_ids):
        return Failure(NotAnImage(reason=f"its manifest has {len(blobs)} layers, its configuration {len(diff_ids)}"))
    labels = settings.Labels or {}
    record = decode_image(_raw(labels, LABEL_LIFECYCLE))
    build = _build(labels)
    places = blobs or (None,) * len(diff_ids)
    decisions, undecided = _decisions(labels)
    pairs = (each.partition("=") for each in settings.Env or ())
    return Success(
        Image(
            digest=digest,
            arch=document.architecture,
            os=document.os,
            layers=tuple(_layer(each, blob, record, diff_ids) for each, blob in zip(diff_ids, places, strict=True)),
            processes=tuple(map(_process, build.processes, (build.default,) * len(build.processes))),
            buildpacks=tuple(Builder(id=each.id, version=each.version) for each in build.buildpacks),
            labels=labels,
            env={name: value for name, _, value in pairs},
            entrypoint=_words(settings.Entrypoint),
            cmd=_words(settings.Cmd),
            user=settings.User or "",
            working_dir=settings.WorkingDir or "",
            ports=tuple(sorted(settings.ExposedPorts or {})),
            decisions=decisions,
            undecided=undecided,
            by_lifecycle=record is not None,
        )
    )


class _Member(msgspec.Struct, frozen=True):
    id: str
    version: str = ""


class _Process(msgspec.Struct, frozen=True, rename={"buildpack": "buildpackID"}):
    type: str
    command: str | tuple[str, ...] = ()
    args: tuple[str, ...] | None = ()
    direct: bool = True
    default: bool = False
    buildpack: str = ""


class _Build(msgspec.Struct, frozen=True, rename={"default": "buildpack-default-process-type"}):
    """The label ``io.buildpacks.build.metadata``."""

    buildpacks: tuple[_Member, ...] = ()
    processes: tuple[_Process, ...] = ()
    default: str = ""


class _Rootfs(msgspec.Struct, frozen=True):
    diff_ids: tuple[str, ...] | None


class _Settings(msgspec.Struct, frozen=True):
    Labels: dict[str, str] | None = None
    Env: tuple[str, ...] | None = None
    Entrypoint: str | tuple[str, ...] | None = None
    Cmd: str | tuple[str, ...] | None = None
    User: str | None = None
    WorkingDir: str | None = None
    ExposedPorts: dict[str, Any] | None = None


class _Config(msgspec.Struct, frozen=True):
    rootfs: _Rootfs
    architecture: str = ""
    os: str = ""
    config: _Settings | None = None


def _words(words: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else words or ()


def _raw(labels: Mapping[str, str], name: str) -> bytes | None:
    return labels[name].encode() if name in labels else None


def _build(labels: Mapping[str, str]) -> _Build:
    try:
        return msgspec.json.decode(labels.get(LABEL_BUILD, "{}"), type=_Build)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return _Build()


def _process(each: _Process, default: str) -> ProcessOfImage:
    return ProcessOfImage(
        type=each.type,
        command=_words(each.command),
        args=each.args or (),
        direct=each.direct,
        default=each.default or each.type == default,
        buildpack=each.buildpack,
    )


def _decisions(labels: Mapping[str, str]) -> tuple[Decisions | None, str]:
    if DECISIONS_LABEL not in labels:
        return None, f"it has no label {DECISIONS_LABEL}"
    read = decode_decisions(labels[DECISIONS_LABEL])
    if isinstance(read, Failure):
        return None, f"its label {DECISIONS_LABEL} is of another version, or isn't one"
    return read.unwrap(), ""


def _layer(diff_id: str, blob: Descriptor | None, record: ImageRecord | None, diff_ids: Sequence[str]) -> LayerOfImage:
    found = LayerOfImage(diff_id=diff_id, digest=blob.digest if blob else "", compressed=blob.size if blob else None)
    return msgspec.structs.replace(found, **_whose(diff_id, record, diff_ids)) if record else found


def _whose(diff_id: str, record: ImageRecord, diff_ids: Sequence[str]) -> dict[str, Any]:
    for buildpack in record.buildpacks:
        for name, layer in buildpack.layers.items():
            if layer.sha == diff_id:
                return {"owner": Owner.BUILDPACK, "buildpack": buildpack.key, "name": name}
    if any(each.sha == diff_id for each in record.app):
        return {"owner": Owner.APPLICATION}
    parts = {
        "launcher": record.launcher.sha,
        "config": record.config.sha,
        "process-types": record.process_types.sha,
        "sbom": record.sbom.sha if record.sbom is not msgspec.UNSET else "",
    }
    for name, sha in parts.items():
        if sha == diff_id:
            return {"owner": Owner.LIFECYCLE, "name": name}
    top = record.run_image.topLayer
    below = top in diff_ids and diff_ids.index(diff_id) <= diff_ids.index(top)
    return {"owner": Owner.BASE if below else Owner.UNKNOWN}
