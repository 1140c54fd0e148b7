"""Virtual environments with real distributions from the package index, each made once in a test run."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.builds.workshop import locked


def environment_of(factory: pytest.TempPathFactory, name: str, distributions: Iterable[str]) -> Path:
    """The environment ``name``, which holds ``distributions`` and what they need; shared by all workers of a run."""
    base = factory.getbasetemp()
    shared = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "servers"
    folder = shared / name
    with locked(shared / f"{name}-lock"):
        if not (folder / "finished").exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
            pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", *distributions]
            subprocess.run(pip, check=True)
            (folder / "finished").touch()
    return folder


def versions(venv: Path) -> dict[str, str]:
    """The distributions in an environment, by their normalised names."""
    pairs = (
        path.name.removesuffix(".dist-info").rsplit("-", 1) for path in venv.glob("lib/*/site-packages/*.dist-info")
    )
    return {name.lower().replace("_", "-"): version for name, version in pairs}
