"""The shared workshop, and benches of which each belongs to one test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builds.lamina import Lamina, write_application
from tests.builds.workshop import Bench, Workshop, locked, own_copies, remove


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    base = tmp_path_factory.getbasetemp()
    # Workers have folders of their own below that of the whole run.
    run = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    shared = Workshop(run / "workshop")
    yield shared
    remove(own_copies(shared.shared))


@pytest.fixture(scope="session")
def tools(workshop: Workshop) -> Path:
    """Layers with Python and pip in them, and no environment yet."""
    folder = workshop.shared / "tools"
    with locked(workshop.shared / "tools-bench"):
        if not folder.exists():
            bench = Bench(workshop.shared / "tools-bench" / "bench", workshop)
            bench.require("# nothing")
            bench.build()
            bench.forget_environment()
            for name in ("launch.toml", "lamina-record.json"):
                (bench.own / name).unlink()
            bench.layers.rename(folder)
    return folder


@pytest.fixture
def bench(tmp_path: Path, workshop: Workshop, tools: Path) -> Iterator[Bench]:
    """A bench whose layers hold Python and pip already."""
    yield Bench(tmp_path / "bench", workshop, tools)
    # Pytest keeps the folders of several runs: these are large.
    remove(tmp_path / "bench")


@pytest.fixture
def empty_bench(tmp_path: Path, workshop: Workshop) -> Iterator[Bench]:
    """A bench without any layers."""
    yield Bench(tmp_path / "bench", workshop)
    remove(tmp_path / "bench")


@pytest.fixture(scope="session")
def built_once(workshop: Workshop) -> Path:
    """A folder for ``--cache`` as the first build of ``APPLICATION`` leaves it; to be copied."""
    folder = workshop.shared / "built-once"
    with locked(workshop.shared / "built-once-lock"):
        if not (folder / "done").exists():
            lamina = Lamina(folder, workshop)
            built = lamina.build(write_application(folder / "app"))
            assert built.status == 0, built.both
            (folder / "done").touch()
    return folder / "cache"
