"""Where things lie in the repository that tests name."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOLDENS = ROOT / "tests" / "goldens"
DOCS = ROOT / "docs"
