"""Names what may be found beside a build's decisions: what should be changed, and is no error."""

from typing import TypeAlias

from pure.complaints.commands import LeftInLayers
from pure.complaints.imports import BrokenProgram
from pure.complaints.indexes import IndexPassedOver, OnSeveralIndexes
from pure.project.baggage import Baggage
from pure.venv.lacks import Contradiction, MissingLibraries

Finding: TypeAlias = (
    Baggage | MissingLibraries | Contradiction | BrokenProgram | IndexPassedOver | LeftInLayers | OnSeveralIndexes
)
