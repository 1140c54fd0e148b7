"""Names the layers: the one place where each name stands."""

from typing import Final, Literal, NewType, TypeAlias

from pure.manager.table import ToolName

HeavyLayerName = NewType("HeavyLayerName", str)
"""The layer of one distribution: ``dist-`` and its normalised name."""

LayerName: TypeAlias = (
    ToolName
    | Literal[
        "python", "python-cache", "pip-cache", "venv", "venv-cache", "static-cache", "ca-certificates", "at-launch"
    ]
    | HeavyLayerName
)

PYTHON: Final = "python"
PYTHON_CACHE: Final = "python-cache"
PIP_CACHE: Final = "pip-cache"
VENV: Final = "venv"
VENV_CACHE: Final = "venv-cache"
STATIC_CACHE: Final = "static-cache"
CERTIFICATES: Final = "ca-certificates"
AT_LAUNCH: Final = "at-launch"

_HEAVY: Final = "dist-"
HEAVY_PATTERN: Final = f"{_HEAVY}*"
"""Matches the layers of single distributions, as a file name pattern."""


def heavy_layer(distribution: str) -> HeavyLayerName:
    """The layer of one distribution, by its normalised name."""
    return HeavyLayerName(f"{_HEAVY}{distribution}")


def is_heavy(name: LayerName) -> bool:
    """Whether a layer is that of one distribution."""
    return name.startswith(_HEAVY)
