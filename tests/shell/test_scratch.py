"""A build's temporary folder ends with it, or, where it was killed, with the next one."""

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from shell.scratch import scratch_folder

from tests.places import ROOT

HOLD = """
import time
from shell.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "deep").mkdir()
    (folder / "deep" / "file").write_text("x")
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def _held() -> tuple[subprocess.Popen[str], Path]:
    child = subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, cwd=ROOT, text=True)
    assert child.stdout is not None
    return child, Path(child.stdout.readline().strip())


def test_it_ends_with_the_block(place: Path) -> None:
    with scratch_folder() as folder:
        assert folder.parent == place
        (folder / "file").write_text("x")
    assert list(place.iterdir()) == []


def test_what_a_killed_build_left_is_removed_and_that_of_a_running_one_is_not(place: Path) -> None:
    killed, left = _held()
    running, used = _held()
    try:
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        assert left.exists()
        (place / "lamina-of-somebody-else").mkdir()
        with scratch_folder():
            assert not left.exists()
            assert (used / "deep" / "file").exists()
            assert (place / "lamina-of-somebody-else").exists()
    finally:
        running.kill()
        running.communicate()
