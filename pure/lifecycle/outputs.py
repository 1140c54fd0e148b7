"""Reads the files that a buildpack leaves below its layers directory, and says what is wrong with them."""

from collections.abc import Iterable, Mapping

import msgspec

from pure.lifecycle.descriptor import Buildpack
from pure.lifecycle.toml_data import Value, boolean, parse_toml, string, strings, subtable, tables
from pure.outcome import Failure, Outcome, Success

_MEDIA_TYPES: Mapping[str, str] = {
    ".cdx.json": "application/vnd.cyclonedx+json",
    ".spdx.json": "application/spdx+json",
    ".syft.json": "application/vnd.syft+json",
}


class LayerFile(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of a ``<layer>.toml``; ``metadata`` is any TOML value, ``None`` where there is none."""

    build: bool = False
    launch: bool = False
    cache: bool = False
    metadata: Value = None

    @property
    def ignored(self) -> bool:
        """Whether no flag is set, so that the layer is of no use to anybody."""
        return not (self.build or self.launch or self.cache)


class LaunchProcess(msgspec.Struct, frozen=True, kw_only=True):
    """A process type: ``command`` is fixed, ``args`` are replaced by those of the user."""

    type: str
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    working_dir: str = ""
    default: bool = False
    direct: bool = True
    buildpack: str = ""
    exec_env: tuple[str, ...] = ()


class LaunchFile(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of ``launch.toml``; a slice is its tuple of glob patterns."""

    processes: tuple[LaunchProcess, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    slices: tuple[tuple[str, ...], ...] = ()


class SbomFile(msgspec.Struct, frozen=True, kw_only=True):
    """An SBOM file and the folders (``launch``, ``build``, ``cache``) of the SBOM tree it is copied to.

    ``layer`` is empty for a buildpack's own SBOM.
    """

    file: str
    layer: str
    name: str
    folders: tuple[str, ...]


def parse_layer_file(data: bytes) -> Outcome[LayerFile, str]:
    """The metadata of a layer. Flags at the top level are an error, as in every supported API."""
    document = parse_toml(data)
    if isinstance(document, Failure):
        return document
    table = document.unwrap()
    if not table.keys().isdisjoint({"build", "launch", "cache"}):
        return Failure("the build, launch and cache flags must be in the [types] table")
    try:
        types = subtable(table, "types")
        return Success(
            LayerFile(
                build=boolean(types, "build"),
                launch=boolean(types, "launch"),
                cache=boolean(types, "cache"),
                metadata=table.get("metadata"),
            )
        )
    except TypeError as error:
        return Failure(f"types: {error}")


def parse_launch_file(data: bytes, buildpack: Buildpack) -> Outcome[LaunchFile, str]:
    """The processes, labels and slices that a buildpack declares; at most one process may be the default."""
    document = parse_toml(data)
    if isinstance(document, Failure):
        return document
    table = document.unwrap()
    try:
        launch = LaunchFile(
            processes=tuple(_process(entry, buildpack) for entry in tables(table, "processes")),
            labels=tuple((string(entry, "key"), string(entry, "value")) for entry in tables(table, "labels")),
            slices=tuple(strings(entry, "paths") for entry in tables(table, "slices")),
        )
    except TypeError as error:
        return Failure(str(error))
    if sum(process.default for process in launch.processes) > 1:
        return Failure("more than one process has `default = true`")
    return Success(launch)


def _process(entry: dict[str, Value], buildpack: Buildpack) -> LaunchProcess:
    modern = buildpack.api_at_least("0.9")
    if modern and "direct" in entry:
        raise TypeError("`processes.direct` is not supported from Buildpack API 0.9 on")
    command = strings(entry, "command") if modern else tuple(filter(None, (string(entry, "command"),)))
    return LaunchProcess(
        type=string(entry, "type"),
        command=command,
        args=strings(entry, "args"),
        working_dir=string(entry, "working-dir"),
        default=boolean(entry, "default"),
        direct=True if modern else boolean(entry, "direct"),
        buildpack=buildpack.id,
        exec_env=strings(entry, "exec-env"),
    )


def parse_build_file(data: bytes, *, asked: Iterable[str]) -> Outcome[tuple[str, ...], str]:
    """The names in ``build.toml`` that the buildpack leaves to the next provider, out of those it was ``asked`` for."""
    document = parse_toml(data)
    if isinstance(document, Failure):
        return document
    try:
        unmet = tuple(string(entry, "name") for entry in tables(document.unwrap(), "unmet"))
    except TypeError as error:
        return Failure(str(error))
    names = frozenset(asked)
    for name in unmet:
        if not name:
            return Failure("an [[unmet]] entry has no name")
        if name not in names:
            return Failure(f"[[unmet]] names {name!r}, which the buildpack was not asked for")
    return Success(unmet)


def parse_store_file(data: bytes) -> Outcome[Value, str]:
    """The ``[metadata]`` of ``store.toml``, ``None`` where there is none."""
    document = parse_toml(data)
    if isinstance(document, Failure):
        return document
    return Success(document.unwrap().get("metadata"))


def sbom_files(
    names: Iterable[str], layers: Mapping[str, LayerFile], buildpack: Buildpack
) -> Outcome[tuple[SbomFile, ...], tuple[str, str]]:
    """Which of the files ``names`` are SBOMs and where they go, or the offending file and the reason.

    The layer's name ends at the first dot; an SBOM whose layer has no metadata is ignored.
    """
    declared = frozenset(media_type.partition(";")[0].strip().lower() for media_type in buildpack.sbom_formats)
    found: list[SbomFile] = []
    for file in sorted(names):
        if not file.endswith(".json") or ".sbom." not in file or file.startswith(".sbom."):
            continue
        layer = file.partition(".")[0]
        folders = _sbom_folders(layer, layers)
        if not folders:
            continue
        media_type = next((kind for ending, kind in _MEDIA_TYPES.items() if file.endswith(ending)), None)
        if media_type is None:
            return Failure((file, "its SBOM format is not supported; cdx.json, spdx.json and syft.json are"))
        if media_type not in declared:
            return Failure((file, f"its media type {media_type} is not among the buildpack's sbom-formats"))
        own = layer in {"launch", "build"}
        name = "sbom" + next(ending for ending in _MEDIA_TYPES if file.endswith(ending))
        found.append(SbomFile(file=file, layer="" if own else layer, name=name, folders=folders))
    return Success(tuple(found))


def _sbom_folders(layer: str, layers: Mapping[str, LayerFile]) -> tuple[str, ...]:
    if layer in {"launch", "build"}:
        return (layer,)
    flags = layers.get(layer)
    if flags is None:
        return ()
    first = "launch" if flags.launch else "build"
    return (first, "cache") if flags.cache else (first,)
