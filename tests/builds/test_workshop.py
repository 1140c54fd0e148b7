"""The workshop itself: what workers share doesn't reach into each other's builds."""

from multiprocessing import get_context
from pathlib import Path

from shell.watched import look

from tests.builds.workshop import Bench, copy_layers, own_copies, remove


def test_another_workers_bench_changes_nothing(bench: Bench, tools: Path, tmp_path: Path) -> None:
    """Build commands are judged by what they changed, and a file's second name counts as a change of it."""
    before = {path: seen.version for path, seen in look(bench.own).files.items()}
    worker = get_context("spawn").Process(target=copy_layers, args=(tools, tmp_path / "another"))
    worker.start()
    worker.join()
    assert worker.exitcode == 0
    remove(own_copies(tools.parent, worker.pid))
    assert (tmp_path / "another" / "lamina_python" / "pip").is_dir()
    assert {path: seen.version for path, seen in look(bench.own).files.items()} == before
