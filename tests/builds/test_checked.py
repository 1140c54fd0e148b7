"""Whole builds whose image could not do its work: what starts it is checked in the finished environment."""

import platform
from pathlib import Path

import pytest
from pure.venv.elf import MACHINES

from tests.builds.workshop import Bench
from tests.local_index import make_wheel
from tests.shared_library import library

pytestmark = pytest.mark.heavy

APP = b"from flask import Flask\n\napp = Flask(__name__)\n"
MACHINE = MACHINES[{"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]]


def vendored(folder: Path, *, server: str) -> dict[str, bytes]:
    """Wheels of a Flask with a library that nobody has, and of a server whose module is this."""
    needs = library(["libc.so.6", "libnobodyhas.so.1"], machine=MACHINE)
    flask: dict[str, str | bytes] = {
        "flask/__init__.py": "class Flask:\n    def __init__(self, name): ...\n",
        "flask/fast.so": needs,
    }
    wheels = (
        make_wheel(folder, "flask", "3.1.0", flask, requires=("werkzeug>=3.1",)),
        make_wheel(folder, "werkzeug", "3.1.1", {"werkzeug.py": ""}),
        make_wheel(folder, "gunicorn", "20.0.4", {"gunicorn.py": server}, scripts={"gunicorn": "gunicorn:run"}),
    )
    return {f"vendor/{wheel.name}": wheel.read_bytes() for wheel in wheels}


VENDORED = {"PIP_FIND_LINKS": "/workspace/vendor /pips"}


def test_a_server_that_was_chosen_and_does_not_import_is_an_error(bench: Bench, tmp_path: Path) -> None:
    wheels = vendored(tmp_path, server="import pkg_resources\n\ndef run(): ...\n")
    bench.write({"app.py": APP, "requirements.txt": b"flask\ngunicorn\n", **wheels})
    built = bench.try_build(VENDORED)
    assert built.status == 1
    assert "Error: gunicorn cannot be imported in the finished environment" in built.log
    assert "gunicorn imports pkg_resources" in built.log
    # The library that nobody has was named before.
    assert "Warning: flask needs libnobodyhas.so.1 (flask/fast.so)" in built.log


def test_what_is_declared_is_checked_in_each_build_and_what_was_found_is_said_in_each(
    bench: Bench, tmp_path: Path
) -> None:
    wheels = vendored(tmp_path, server="def run(): ...\n")
    procfile = b"web: uv run gunicorn --bind 0.0.0.0:8000 app:server\nworker: celery -A app worker\n"
    bench.write({"app.py": APP, "Procfile": procfile, "requirements.txt": b"flask\ngunicorn\n", **wheels})
    first, second = bench.build(VENDORED).log, bench.build(VENDORED).log
    for log in (first, second):
        assert "  web: gunicorn --bind 0.0.0.0:8000 app:server" in log
        assert "app.py binds no name server; it has app: write app:app" in log
        assert "web listens on the fixed port 8000" in log
        assert "worker starts celery, which is not installed" in log
        assert "is started without uv run" in log
        assert "Warning: flask needs libnobodyhas.so.1" in log
