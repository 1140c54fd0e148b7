"""Decides for each layer whether it is created, kept, recreated, reconciled or dropped.

A layer is kept as long as its *metadata*, the facts that it was made for, equals the metadata wanted now. Every field
of a metadata struct invalidates, and all differences are reasons. The metadata of different layers share no field that
must not couple them: pip's version stands in ``PipLayer`` alone, so that a new pip can never throw Python away.

``built_from`` is the exception: the fingerprint of what a layer was made from, beside its metadata. It never
invalidates, it tells whether there is anything to reconcile. It stands there and not in the layer, whose bytes are
those of what is installed alone: a lock that changes without changing that gives the same layer.

Metadata travels through TOML and JSON on its way to the next build and loses types on it (integers come back as
floats), so all fields are strings.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeAlias, TypeVar

import msgspec
import tomli

from pure.manager.environment import NO_ENVIRONMENT, LayerEnvironment
from pure.outcome import Failure, Outcome, Success

SCHEMA: Final = "1"
BUILT_FROM: Final = "built_from"


class Action(StrEnum):
    """What a build does to a layer."""

    CREATE = "create"
    KEEP = "keep"
    RECREATE = "recreate"
    RECONCILE = "reconcile"
    DROP = "drop"


class _Metadata(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    schema: str = SCHEMA


class PythonLayer(_Metadata, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``python``: the runtime. ``distro`` is empty unless the archive is bound to one."""

    os: str
    arch: str
    distro: str
    python_version: str
    archive_sha256: str


class PipLayer(_Metadata, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``pip``: pip as a user site-packages installation."""

    arch: str
    python_minor: str
    pip_version: str


class PipCacheLayer(_Metadata, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``pip-cache``: pip's HTTP and wheel cache. pip's own version is left out on purpose: the cache outlives it."""

    arch: str
    distro: str
    python_minor: str


class PoetryLayer(_Metadata, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``poetry``: Poetry and what it needs, as a user site-packages installation."""

    arch: str
    distro: str
    python_minor: str
    poetry_version: str


class PipenvLayer(_Metadata, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``pipenv``: Pipenv and what it needs, as a user site-packages installation."""

    arch: str
    distro: str
    python_minor: str
    pipenv_version: str


class PdmLayer(_Metadata, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``pdm``: PDM and what it needs, as a user site-packages installation."""

    arch: str
    distro: str
    python_minor: str
    pdm_version: str


class UvLayer(_Metadata, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``uv``: uv's binary, which no Python has a part in."""

    arch: str
    uv_version: str


class VenvLayer(_Metadata, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``venv``: the application's dependencies. ``installer`` names the package manager, never its version."""

    arch: str
    distro: str
    python_minor: str
    installer: str


Metadata: TypeAlias = (
    PythonLayer | PipLayer | PipCacheLayer | PoetryLayer | PipenvLayer | PdmLayer | UvLayer | VenvLayer
)
M = TypeVar("M", PythonLayer, PipLayer, PipCacheLayer, PoetryLayer, PipenvLayer, PdmLayer, UvLayer, VenvLayer)

# How each field is called in a reason.
_FIELD_NAMES: Final[Mapping[str, str]] = {
    "arch": "architecture",
    "archive_sha256": "runtime archive",
    "distro": "distribution",
    "installer": "package manager",
    "os": "operating system",
    "pdm_version": "PDM",
    "pip_version": "pip",
    "pipenv_version": "Pipenv",
    "poetry_version": "Poetry",
    "python_minor": "Python",
    "python_version": "Python",
    "schema": "layer format",
    "uv_version": "uv",
}


class LayerTypes(msgspec.Struct, frozen=True, kw_only=True):
    """The ``[types]`` of a layer (specification, Layer Types)."""

    build: bool
    launch: bool
    cache: bool

    def __str__(self) -> str:
        return ", ".join(name for name in ("build", "launch", "cache") if getattr(self, name)) or "none"


# The layers in the order in which a build makes them, with the metadata that decides over each.
STRUCTS: Final[Mapping[str, type[Metadata]]] = {
    "python": PythonLayer,
    "pip": PipLayer,
    "pip-cache": PipCacheLayer,
    "poetry": PoetryLayer,
    "pipenv": PipenvLayer,
    "pdm": PdmLayer,
    "uv": UvLayer,
    "venv": VenvLayer,
}

TYPES: Final[Mapping[str, LayerTypes]] = {
    "python": LayerTypes(build=True, launch=True, cache=True),
    "pip": LayerTypes(build=True, launch=False, cache=True),
    "pip-cache": LayerTypes(build=True, launch=False, cache=True),
    "poetry": LayerTypes(build=True, launch=False, cache=True),
    "pipenv": LayerTypes(build=True, launch=False, cache=True),
    "pdm": LayerTypes(build=True, launch=False, cache=True),
    "uv": LayerTypes(build=True, launch=False, cache=True),
    "venv": LayerTypes(build=True, launch=True, cache=True),
}


class RestoredLayer(msgspec.Struct, frozen=True, kw_only=True):
    """What the platform restored of a layer: the bytes of ``<layer>.toml`` and whether its directory is there.

    A directory without its ``<layer>.toml`` counts as nothing restored: the file is removed before a layer is made anew
    and written when it is finished, so an interrupted build leaves none.
    """

    toml: bytes
    contents: bool


class UnreadableMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """Restored metadata that isn't what this version of Lamina writes; ``because`` completes "its metadata …"."""

    because: str


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One field in which restored and wanted metadata differ."""

    field: str
    old: str
    new: str

    def __str__(self) -> str:
        old, new = (self.old[:12], self.new[:12]) if self.field == "archive_sha256" else (self.old, self.new)
        return f"{_FIELD_NAMES[self.field]} {old or 'none'} → {new or 'none'}"


class LayerDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What is done to one layer, and why.

    ``metadata`` and ``types`` are written to ``<layer>.toml``; both are ``None`` for a layer that is dropped.
    ``built_from`` is written there too, unless it is empty: nothing then says what the layer was made from.
    """

    name: str
    action: Action
    because: tuple[str, ...]
    metadata: Metadata | None = None
    types: LayerTypes | None = None
    environment: LayerEnvironment = NO_ENVIRONMENT
    built_from: str = ""


def decode_metadata(toml: bytes, struct: type[M]) -> Outcome[M, UnreadableMetadata]:
    """The metadata in a restored ``<layer>.toml``; any bytes give metadata or an ``UnreadableMetadata``."""
    try:
        document = tomli.loads(toml.decode())
    except (ValueError, RecursionError):  # besides what isn't UTF-8 or TOML: integers of thousands of digits
        return Failure(UnreadableMetadata(because="is not readable TOML"))
    table = document.get("metadata", {})
    if not isinstance(table, dict) or not table:
        return Failure(UnreadableMetadata(because="is empty"))
    table = {field: value for field, value in table.items() if field != BUILT_FROM}
    schema = table.get("schema")
    if schema != SCHEMA:
        found = (
            f"format {schema}"
            if isinstance(schema, str) and schema.isalnum() and len(schema) < 9
            else "no known format"
        )
        return Failure(UnreadableMetadata(because=f"has {found}, this version writes format {SCHEMA}"))
    try:
        return Success(msgspec.convert(table, struct, strict=True))
    except (msgspec.ValidationError, RecursionError):
        return Failure(UnreadableMetadata(because="doesn't have the fields that this version writes"))


def metadata_table(metadata: Metadata, *, built_from: str = "") -> dict[str, str]:
    """The ``[metadata]`` table of ``<layer>.toml``; ``decode_metadata`` of it gives the same value."""
    table = {field: getattr(metadata, field) for field in sorted(metadata.__struct_fields__)}
    return table | ({BUILT_FROM: built_from} if built_from else {})


def decode_built_from(toml: bytes) -> str:
    """What a restored layer was made from, empty where that isn't known; any bytes give a value."""
    try:
        table = tomli.loads(toml.decode()).get("metadata")
    except (ValueError, RecursionError):
        return ""
    found = table.get(BUILT_FROM) if isinstance(table, dict) else None
    return found if isinstance(found, str) else ""


def diff_metadata(old: M, new: M) -> tuple[Difference, ...]:
    """All fields that differ; empty exactly if the two are equal."""
    return tuple(
        Difference(field=field, old=getattr(old, field), new=getattr(new, field))
        for field in old.__struct_fields__
        if getattr(old, field) != getattr(new, field)
    )


def decide_layer(
    name: str,
    wanted: M,
    restored: RestoredLayer | None,
    *,
    environment: LayerEnvironment = NO_ENVIRONMENT,
    types: LayerTypes | None = None,
) -> LayerDecision:
    """Create, keep or recreate one layer, from what is wanted and what was restored of it."""
    action, because = _action(name, wanted, restored)
    return LayerDecision(
        name=name,
        action=action,
        because=because,
        metadata=wanted,
        types=types or TYPES[name],
        environment=environment,
    )


def _action(name: str, wanted: M, restored: RestoredLayer | None) -> tuple[Action, tuple[str, ...]]:
    if restored is None:
        return Action.CREATE, ("nothing was restored from an earlier build",)
    match decode_metadata(restored.toml, type(wanted)):
        case Failure(unreadable):
            return Action.RECREATE, (f"its metadata {unreadable.because}",)
        case Success(old):
            if differences := diff_metadata(old, wanted):
                return Action.RECREATE, tuple(str(difference) for difference in differences)
    if not restored.contents:
        return Action.RECREATE, ("its metadata was restored, its contents were not",)
    return Action.KEEP, (f"nothing that {name} depends on has changed",)


def drop_layer(name: str, because: str) -> LayerDecision:
    """Leave a restored layer out of this build's image and cache."""
    return LayerDecision(name=name, action=Action.DROP, because=(because,))
