"""Names what may be found beside a build's decisions: what should be changed, and is no error."""

from typing import TypeAlias

from pure.complaints.imports import BrokenProgram
from pure.project.baggage import Baggage
from pure.venv.contradictions import Contradiction
from pure.venv.libraries import MissingLibraries

Finding: TypeAlias = Baggage | MissingLibraries | Contradiction | BrokenProgram
