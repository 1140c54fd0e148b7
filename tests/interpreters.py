"""The interpreters on this machine that tests can use, each once."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

NAMES = ("python3", "python3.11", "python3.12", "python3.13", "python3.14", "python3.15")
QUESTION = (
    "import sys, os; print(os.path.realpath(sys._base_executable)) "
    "if sys.version_info >= (3, 11) and sys.implementation.name == 'cpython' else None"
)


@cache
def interpreters() -> tuple[Path, ...]:
    """Base interpreters of every supported CPython that is on PATH, that of the tests first."""
    candidates = [sys.executable]
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        candidates += [place for name in NAMES if (place := shutil.which(name, path=folder))]
    found: dict[Path, None] = {}
    for candidate in candidates:
        ended = subprocess.run(
            [candidate, "-I", "-S", "-c", QUESTION], capture_output=True, text=True, timeout=30, check=False
        )
        if ended.returncode == 0 and ended.stdout.strip() not in ("", "None"):
            found.setdefault(Path(ended.stdout.strip()), None)
    return tuple(found)
