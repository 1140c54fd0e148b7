"""Holds the metadata of each layer: the facts that it was made for, written to ``<layer>.toml`` and read from it.

Every field of a metadata struct invalidates, and all differences are reasons. The metadata of different layers share no
field that must not couple them: a tool's version stands in its own layer alone, so that a new pip can never throw
Python away.

``built_from`` and ``pins`` are the exceptions: the fingerprint of what a layer was made from, beside its metadata, and
what each distribution in it was pinned by (``pure.venv.pins``). They never invalidate, they tell whether there is
anything to reconcile, and what. They stand there and not in the layer, whose bytes are those of what is installed
alone: a lock that changes without changing that gives the same layer. ``holds`` is a digest of what a layer holds, by
which a build knows without its contents that the previous image has just those (``pure.layers.packing``). ``linked``
are the libraries in a runtime, which was asked for them when it was new (``pure.runtime.linked``). ``stated`` is what
the lock of an environment states of what is installed, where the environment is a tree (``pure.venv.state``).

Metadata travels through TOML and JSON on its way to the next build and loses types on it (integers come back as
floats), so all fields are strings.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

import msgspec
import tomli

from pure.layers.names import (
    AT_LAUNCH,
    CERTIFICATES,
    PIP_CACHE,
    PYTHON,
    PYTHON_CACHE,
    STATIC_CACHE,
    VENV,
    VENV_CACHE,
    LayerName,
    is_heavy,
)
from pure.manager.table import TOOLS, ToolName
from pure.outcome import Failure, Outcome, Success

SCHEMA: Final = "1"
BUILT_FROM: Final = "built_from"
PINS: Final = "pins"
HOLDS: Final = "holds"
LINKED: Final = "linked"
STATED: Final = "stated"
_BESIDE: Final = (BUILT_FROM, PINS, HOLDS, LINKED, STATED)


class _Metadata(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    schema: str = SCHEMA


class PythonLayer(_Metadata, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``python``: the runtime."""

    os: str
    arch: str
    # Empty unless the archive is bound to one.
    distro: str
    python_version: str
    archive_sha256: str


class ToolLayer(_Metadata, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A package manager's tool, in the layer of its name. What the tool's files don't depend on is ``None``."""

    tool: ToolName
    arch: str
    distro: str | None = None
    python_minor: str | None = None
    version: str


class PythonCacheLayer(_Metadata, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``python-cache``: the runtime's archive, as it was fetched."""

    archive_sha256: str


class PipCacheLayer(_Metadata, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``pip-cache``: pip's HTTP and wheel cache. pip's own version is left out on purpose: the cache outlives it."""

    arch: str
    distro: str
    python_minor: str


class VenvLayer(_Metadata, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``venv``: the application's dependencies; ``venv-cache``: the same, as one file."""

    arch: str
    distro: str
    python_minor: str
    # The package manager's name, never its version.
    installer: str


class StaticCacheLayer(_Metadata, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``static-cache``: what Django collected, and from what (``pure.build.collected``), which says the rest."""

    arch: str
    distro: str
    python_minor: str


class ProgramsLayer(_Metadata, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``ca-certificates``, ``at-launch``: programs of ours that run in the image (``pure.layers.programs``)."""

    # A digest of them all, which name the interpreter that runs them.
    program: str


class HeavyLayer(_Metadata, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``dist-<name>``: the contents of one distribution (``pure.layers.division``)."""

    arch: str
    distro: str
    python_minor: str
    version: str
    # A digest of what it holds (``pure.venv.piece``).
    contents: str


Metadata: TypeAlias = (
    PythonLayer
    | PythonCacheLayer
    | ToolLayer
    | PipCacheLayer
    | VenvLayer
    | StaticCacheLayer
    | ProgramsLayer
    | HeavyLayer
)

# The layers in the order in which a build makes them, with the metadata that decides over each; those of single
# distributions come last.
STRUCTS: Final[Mapping[LayerName, type[Metadata]]] = {
    PYTHON: PythonLayer,
    PYTHON_CACHE: PythonCacheLayer,
    "pip": ToolLayer,
    PIP_CACHE: PipCacheLayer,
    "poetry": ToolLayer,
    "pipenv": ToolLayer,
    "pdm": ToolLayer,
    "uv": ToolLayer,
    VENV: VenvLayer,
    VENV_CACHE: VenvLayer,
    STATIC_CACHE: StaticCacheLayer,
    CERTIFICATES: ProgramsLayer,
    AT_LAUNCH: ProgramsLayer,
}

# How each field is called in a reason; a tool's version is called by the tool's name.
_FIELD_NAMES: Final[Mapping[str, str]] = {
    "arch": "architecture",
    "archive_sha256": "runtime archive",
    "contents": "contents",
    "distro": "distribution",
    "installer": "package manager",
    "os": "operating system",
    "program": "program",
    "python_minor": "Python",
    "python_version": "Python",
    "schema": "layer format",
    "version": "version",
}


def struct_of(name: LayerName) -> type[Metadata]:
    """The metadata that decide over a layer."""
    return HeavyLayer if is_heavy(name) else STRUCTS[name]


class UnreadableMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """Restored metadata that isn't what this version of Lamina writes."""

    # Completes "its metadata …".
    because: str


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One fact in which restored and wanted metadata differ."""

    # By its name in a reason.
    what: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.what} {self.old or 'none'} → {self.new or 'none'}"


def decode_metadata(toml: bytes, name: LayerName) -> Outcome[Metadata, UnreadableMetadata]:
    """The metadata in a restored ``<layer>.toml``; any bytes give metadata or an ``UnreadableMetadata``."""
    document = _document(toml)
    if document is None:
        return Failure(UnreadableMetadata(because="is not readable TOML"))
    table = document.get("metadata", {})
    if not isinstance(table, dict) or not table:
        return Failure(UnreadableMetadata(because="is empty"))
    schema = table.get("schema")
    if schema != SCHEMA:
        found = (
            f"format {schema}"
            if isinstance(schema, str) and schema.isalnum() and len(schema) < 9
            else "no known format"
        )
        return Failure(UnreadableMetadata(because=f"has {found}, this version writes format {SCHEMA}"))
    struct = struct_of(name)
    fields = {_field(struct, name, key): value for key, value in table.items() if key not in _BESIDE}
    try:
        return Success(msgspec.convert(fields | ({"tool": name} if struct is ToolLayer else {}), struct, strict=True))
    except (msgspec.ValidationError, RecursionError):
        return Failure(UnreadableMetadata(because="doesn't have the fields that this version writes"))


@lru_cache(maxsize=64)
def _document(toml: bytes) -> Mapping[str, Any] | None:
    """What a ``<layer>.toml`` says, which is asked for again and again; ``None`` if it isn't readable."""
    try:
        return tomli.loads(toml.decode())
    except (ValueError, RecursionError):  # besides what isn't UTF-8 or TOML: integers of thousands of digits
        return None


def _field(struct: type[Metadata], name: LayerName, key: str) -> str:
    """The field that a key of ``<layer>.toml`` stands for; one that is never written there is no field."""
    if struct is not ToolLayer:
        return key
    return {f"{name}_version": "version", "version": "", "tool": ""}.get(key, key)


def metadata_table(
    metadata: Metadata,
    *,
    built_from: str = "",
    pins: str = "",
    holds: str = "",
    linked: str = "",
    stated: str = "",
) -> dict[str, str]:
    """The ``[metadata]`` table of ``<layer>.toml``; ``decode_metadata`` of it gives the same value."""
    fields: dict[str, Any] = msgspec.structs.asdict(metadata)
    if isinstance(metadata, ToolLayer):
        version = {f"{fields.pop('tool')}_version": fields.pop("version")}
        fields = {name: value for name, value in fields.items() if value is not None} | version
    beside = {BUILT_FROM: built_from, PINS: pins, HOLDS: holds, LINKED: linked, STATED: stated}
    return dict(sorted(fields.items())) | {key: value for key, value in beside.items() if value}


def decode_built_from(toml: bytes) -> str:
    """What a restored layer was made from, empty where that isn't known; any bytes give a value."""
    return _beside(toml, BUILT_FROM)


def decode_pins(toml: bytes) -> str:
    """What the distributions in a restored layer were pinned by, empty where that isn't known, for any bytes."""
    return _beside(toml, PINS)


def decode_holds(toml: bytes) -> str:
    """The digest of what a restored layer holds, empty where that isn't known, for any bytes."""
    return _beside(toml, HOLDS)


def decode_linked(toml: bytes) -> str:
    """What is linked into a restored runtime, empty where that isn't known, for any bytes."""
    return _beside(toml, LINKED)


def decode_stated(toml: bytes) -> str:
    """What a lock states of what is installed in a restored layer, empty where that isn't known, for any bytes."""
    return _beside(toml, STATED)


def _beside(toml: bytes, key: str) -> str:
    table = (_document(toml) or {}).get("metadata")
    found = table.get(key) if isinstance(table, dict) else None
    return found if isinstance(found, str) else ""


def diff_metadata(old: Metadata, new: Metadata) -> tuple[Difference, ...]:
    """All facts that differ between two metadata of one layer; empty exactly if the two are equal."""
    return tuple(
        Difference(what=_called(new, field), old=_shown(old, field), new=_shown(new, field))
        for field in new.__struct_fields__
        if getattr(old, field) != getattr(new, field)
    )


def _called(metadata: Metadata, field: str) -> str:
    if isinstance(metadata, ToolLayer) and field == "version":
        return TOOLS[metadata.tool].title
    return _FIELD_NAMES[field]


def _shown(metadata: Metadata, field: str) -> str:
    value: str = getattr(metadata, field) or ""
    return value[:12] if field in ("archive_sha256", "contents", "program") else value
