"""Decides the labels and the configuration of an image."""

from collections.abc import Mapping, Sequence

import msgspec
import tomli_w

from pure.lifecycle.descriptor import Buildpack
from pure.lifecycle.environment import Env
from pure.lifecycle.outputs import LaunchProcess
from pure.lifecycle.processes import LaunchCommand, ProcessTable
from pure.lifecycle.records import ImageRecord, encode
from pure.lifecycle.toml_data import Value

LABEL_LIFECYCLE = "io.buildpacks.lifecycle.metadata"
LABEL_BUILD = "io.buildpacks.build.metadata"
LABEL_PROJECT = "io.buildpacks.project.metadata"
LABEL_EXEC_ENV = "io.buildpacks.exec-env"

#: The moment that every file and image carries.
EPOCH = "1980-01-01T00:00:01Z"


def build_label(group: Sequence[Buildpack], table: ProcessTable, buildpack_default: str) -> bytes:
    """The label ``io.buildpacks.build.metadata``; without a launcher, its version is empty."""
    label: dict[str, Value] = {
        "buildpacks": [_member(buildpack) for buildpack in group],
        "launcher": {"version": "", "source": {"git": {"repository": "", "commit": ""}}},
        "processes": [_process(process, "buildpackID") for process in table.processes],
    }
    if buildpack_default:
        label["buildpack-default-process-type"] = buildpack_default
    return msgspec.json.encode(label)


def labels(
    record: ImageRecord,
    group: Sequence[Buildpack],
    table: ProcessTable,
    *,
    buildpack_default: str,
    declared: Sequence[tuple[str, str]],
) -> dict[str, str]:
    """All labels of the image; those that buildpacks declare come last and may replace the others."""
    return {
        LABEL_LIFECYCLE: encode(record).decode(),
        LABEL_BUILD: build_label(group, table, buildpack_default).decode(),
        LABEL_PROJECT: "{}",
        LABEL_EXEC_ENV: "production",
        **dict(declared),
    }


def build_metadata(
    group: Sequence[Buildpack],
    table: ProcessTable,
    *,
    buildpack_default: str,
    declared: Sequence[tuple[str, str]],
    slices: Sequence[Sequence[str]],
) -> bytes:
    """``config/metadata.toml`` below the layers directory."""
    document: dict[str, Value] = {}
    if buildpack_default:
        document["buildpack-default-process-type"] = buildpack_default
    document["buildpacks"] = [_member(buildpack) | {"api": buildpack.api} for buildpack in group]
    document["labels"] = [{"key": key, "value": value} for key, value in declared]
    document["processes"] = [
        {key: value for key, value in _process(process, "buildpack-id").items() if value is not None}
        for process in table.processes
    ]
    document["slices"] = [{"paths": list(paths)} for paths in slices]
    return tomli_w.dumps({key: value for key, value in document.items() if value}).encode()


def _member(buildpack: Buildpack) -> dict[str, Value]:
    member = {"id": buildpack.id, "version": buildpack.version}
    return member | ({"homepage": buildpack.homepage} if buildpack.homepage else {})


def _process(process: LaunchProcess, buildpack_key: str) -> dict[str, Value]:
    entry: dict[str, Value] = {
        "type": process.type,
        "command": list(process.command),
        "args": list(process.args) or None,
        "direct": process.direct,
        buildpack_key: process.buildpack,
    }
    if process.working_dir:
        entry["working-dir"] = process.working_dir
    if process.exec_env:
        entry["exec-env"] = list(process.exec_env)
    return entry


class ImageConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The part of an image's configuration that a lifecycle decides."""

    env: tuple[tuple[str, str], ...]
    entrypoint: tuple[str, ...]
    cmd: tuple[str, ...]
    working_dir: str
    labels: tuple[tuple[str, str], ...]


def image_config(env: Env, command: LaunchCommand | None, labels: Mapping[str, str], *, app: str) -> ImageConfig:
    """The configuration of an image without a launcher: the launch environment and the command are part of it."""
    return ImageConfig(
        env=tuple(sorted(env.items())),
        entrypoint=command.fixed if command else (),
        cmd=command.args if command else (),
        working_dir=(command.working_dir if command else "") or app,
        labels=tuple(sorted(labels.items())),
    )


class ImageLayer(msgspec.Struct, frozen=True, kw_only=True):
    """A layer of a built image: what it is, the digest of its uncompressed tar, and where it lies in the image.

    ``buildpack`` and ``layer`` are set for a buildpack's launch layer.
    """

    name: str
    diff_id: str
    root: str
    buildpack: str = ""
    layer: str = ""
    reused: bool = False


class StoredImage(msgspec.Struct, frozen=True, kw_only=True):
    """A built image as the cache folder keeps it: enough to run it and to build on it."""

    layers: tuple[ImageLayer, ...]
    labels: Mapping[str, str]
    group: tuple[str, ...]
    table: ProcessTable


class LayerWeight(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of a layer's tar, and its blob where an OCI layout was written."""

    nbytes: int
    digest: str = ""
    compressed: int | None = None


class BuiltImage(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a build.

    ``buildpacks`` are ``id@version`` of those that took part; ``digest`` is that of the manifest where an OCI layout
    was written (``output``), else of the stored image. ``previous`` are the layers of the previous build of the same
    cache, ``weights`` those of the layers that it hasn't, by their digests; ``rebased`` says that it stood upon another
    run image.
    """

    buildpacks: tuple[str, ...]
    layers: tuple[ImageLayer, ...]
    table: ProcessTable
    labels: Mapping[str, str]
    digest: str
    output: str | None = None
    previous: tuple[ImageLayer, ...] | None = None
    weights: Mapping[str, LayerWeight] = {}
    rebased: bool = False


def decode_stored(data: bytes | None) -> StoredImage | None:
    """The image that the cache folder keeps; ``None`` where there is none that can be read."""
    if data is None:
        return None
    try:
        return msgspec.json.decode(data, type=StoredImage)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
