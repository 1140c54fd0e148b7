"""The shared workshop, and benches of which each belongs to one test."""

import os
from pathlib import Path

import pytest

from tests.builds.workshop import Bench, Workshop, locked, remove


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    base = tmp_path_factory.getbasetemp()
    # Workers have folders of their own below that of the whole run.
    run = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    return Workshop(run / "workshop")


@pytest.fixture(scope="session")
def tools(workshop: Workshop) -> Path:
    """Layers with Python and pip in them, and no environment yet."""
    folder = workshop.shared / "tools"
    with locked(workshop.shared / "tools-bench"):
        if not folder.exists():
            bench = Bench(workshop.shared / "tools-bench" / "bench", workshop)
            bench.require("# nothing")
            bench.build()
            remove(bench.venv)
            for name in ("venv.toml", "launch.toml", "lamina-record.json"):
                (bench.own / name).unlink()
            bench.layers.rename(folder)
    return folder


@pytest.fixture
def bench(tmp_path: Path, workshop: Workshop, tools: Path) -> Bench:
    """A bench whose layers hold Python and pip already."""
    return Bench(tmp_path / "bench", workshop, tools)


@pytest.fixture
def empty_bench(tmp_path: Path, workshop: Workshop) -> Bench:
    """A bench without any layers."""
    return Bench(tmp_path / "bench", workshop)
