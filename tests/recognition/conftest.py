"""The tools that are made to fail, each in an environment of its own, made once in a test run."""

import os
import sys
import venv
from pathlib import Path

import pytest
from pure.manager.table import MANAGERS
from shell.process import run

from tests.builds.workshop import PIN, locked
from tests.recognition.stage import Stage, Tools

REQUIREMENTS = {
    "pip": (f"pip=={PIN}",),
    "uv": ("uv==0.13.9",),
    "poetry": ("poetry==2.5.1",),
    "pipenv": ("pipenv==2026.10.3",),
    # PDM's own lower bounds let in a hishel that it cannot work with.
    "pdm": ("pdm[locked]==2.29.3",),
}
BUILD_TOOLS = ("setuptools", "wheel")


def _install(root: Path, tool: str) -> None:
    folder = root / "tools" / tool
    with locked(root / "locks" / tool):
        if folder.exists():
            return
        new = root / "new" / tool
        venv.create(new, with_pip=False)
        argv = (sys.executable, "-m", "pip", "--python", str(new / "bin" / "python"), "install", "--quiet")
        done = run((*argv, *REQUIREMENTS[tool]), env=dict(os.environ))
        assert done.ok, done.stderr
        # Its scripts name their interpreter, so it cannot be moved: a link stands for "complete".
        folder.parent.mkdir(exist_ok=True)
        folder.symlink_to(new)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.getbasetemp()
    run_folder = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = run_folder / "recognition"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def wheels(shared: Path) -> Path:
    folder = shared / "wheels"
    with locked(shared / "locks" / "wheels"):
        if not folder.exists():
            argv = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", f"{folder}.new")
            done = run((*argv, *BUILD_TOOLS), env=dict(os.environ))
            assert done.ok, done.stderr
            Path(f"{folder}.new").rename(folder)
    return folder


@pytest.fixture
def stage(request: pytest.FixtureRequest, tmp_path: Path, shared: Path, wheels: Path) -> Stage:
    """A stage with the tool that the test's parameter ``tool`` names, pip without one."""
    tool = request.node.callspec.params.get("tool", "pip") if hasattr(request.node, "callspec") else "pip"
    tool = MANAGERS[tool].tool.name
    _install(shared, tool)
    return Stage(tmp_path / "stage", Tools(root=shared / "tools", wheels=wheels), settings={})
