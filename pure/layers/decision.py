"""Decides for a layer whether it is created, kept, recreated or dropped.

A layer is kept as long as its metadata, the facts that it was made for, equals the metadata wanted now. Which layers
there are, and with which metadata, is decided in ``pure.layers.inventory``.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import msgspec

from pure.layers.environment import NO_ENVIRONMENT, LayerEnvironment
from pure.layers.metadata import Metadata, decode_metadata, diff_metadata, metadata_table
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
from pure.outcome import Failure, Success


class Action(StrEnum):
    """What a build does to a layer."""

    CREATE = "create"
    KEEP = "keep"
    RECREATE = "recreate"
    RECONCILE = "reconcile"
    DROP = "drop"


class LayerTypes(msgspec.Struct, frozen=True, kw_only=True):
    """The ``[types]`` of a layer (specification, Layer Types)."""

    build: bool
    launch: bool
    cache: bool

    def __str__(self) -> str:
        return ", ".join(name for name in ("build", "launch", "cache") if getattr(self, name)) or "none"


_IN_THE_IMAGE_ONLY: Final = LayerTypes(build=False, launch=True, cache=False)
_IN_THE_CACHE_ONLY: Final = LayerTypes(build=False, launch=False, cache=True)
EVERYWHERE: Final = LayerTypes(build=True, launch=True, cache=True)
FOR_BUILDS: Final = LayerTypes(build=True, launch=False, cache=True)
"""What a later buildpack works with, and no image."""

TYPES: Final[Mapping[LayerName, LayerTypes]] = {
    PYTHON: _IN_THE_IMAGE_ONLY,
    PYTHON_CACHE: _IN_THE_CACHE_ONLY,
    "pip": _IN_THE_CACHE_ONLY,
    PIP_CACHE: _IN_THE_CACHE_ONLY,
    "poetry": _IN_THE_CACHE_ONLY,
    "pipenv": _IN_THE_CACHE_ONLY,
    "pdm": _IN_THE_CACHE_ONLY,
    "uv": _IN_THE_CACHE_ONLY,
    VENV: _IN_THE_IMAGE_ONLY,
    VENV_CACHE: _IN_THE_CACHE_ONLY,
    STATIC_CACHE: _IN_THE_CACHE_ONLY,
    CERTIFICATES: _IN_THE_IMAGE_ONLY,
    AT_LAUNCH: _IN_THE_IMAGE_ONLY,
}


def types_of(name: LayerName) -> LayerTypes:
    """The types that a layer has unless the build needs something else of it."""
    return _IN_THE_IMAGE_ONLY if is_heavy(name) else TYPES[name]


class RestoredLayer(msgspec.Struct, frozen=True, kw_only=True):
    """What the platform restored of a layer.

    A directory without its ``<layer>.toml`` counts as nothing restored: the file is removed before a layer is made anew
    and written when it is finished, so an interrupted build leaves none.
    """

    # The bytes of <layer>.toml.
    toml: bytes
    # Whether its directory is there.
    contents: bool


class LayerDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What is done to one layer, and why."""

    name: LayerName
    action: Action
    because: tuple[str, ...]
    # Both are written to <layer>.toml, and None for a layer that is dropped. A plan doesn't know the former of one that
    # will hold another version of its distribution.
    metadata: Metadata | None = None
    types: LayerTypes | None = None
    environment: LayerEnvironment = NO_ENVIRONMENT
    # Written there too, unless it is empty: nothing then says what the layer was made from.
    built_from: str = ""
    # The same of what each distribution is pinned by, and a digest of what it holds.
    pins: str = ""
    holds: str = ""
    # Of a runtime, which libraries are linked into it.
    linked: str = ""
    # Of an environment, what its lock states of what is installed, where its record lies in it.
    stated: str = ""
    # Its contents are not there and need not be: the previous image has them.
    away: bool = False

    @property
    def document(self) -> dict[str, Any]:
        """What ``<layer>.toml`` says (buildpack specification, "Layer Content Metadata"), but for a dropped layer."""
        assert self.types is not None, "a dropped layer is not finished"
        assert self.metadata is not None, "a finished layer has metadata"
        table = metadata_table(
            self.metadata,
            built_from=self.built_from,
            pins=self.pins,
            holds=self.holds,
            linked=self.linked,
            stated=self.stated,
        )
        types = {name: getattr(self.types, name) for name in ("build", "cache", "launch")}
        return {"types": types, "metadata": table}


def decide_layer(
    name: LayerName,
    wanted: Metadata,
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
        types=types or types_of(name),
        environment=environment,
    )


def _action(name: LayerName, wanted: Metadata, restored: RestoredLayer | None) -> tuple[Action, tuple[str, ...]]:
    if restored is None:
        return Action.CREATE, ("nothing was restored from an earlier build",)
    match decode_metadata(restored.toml, name):
        case Failure(unreadable):
            return Action.RECREATE, (f"its metadata {unreadable.because}",)
        case Success(old):
            if differences := diff_metadata(old, wanted):
                return Action.RECREATE, tuple(str(difference) for difference in differences)
    if not restored.contents:
        return Action.RECREATE, ("its metadata was restored, its contents were not",)
    return Action.KEEP, (nothing_changed(name),)


def nothing_changed(name: LayerName) -> str:
    """Why a layer is kept."""
    return f"nothing that {name} depends on has changed"


def drop_layer(name: LayerName, because: str) -> LayerDecision:
    """Leave a restored layer out of this build's image and cache."""
    return LayerDecision(name=name, action=Action.DROP, because=(because,))
