"""Names the layers: the one place where each name stands."""

from typing import Final, Literal, TypeAlias

from pure.manager.table import ToolName

LayerName: TypeAlias = ToolName | Literal["python", "pip-cache", "venv"]

PYTHON: Final = "python"
PIP_CACHE: Final = "pip-cache"
VENV: Final = "venv"
