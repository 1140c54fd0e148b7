"""A script that is traced does what it does otherwise, and what it reads, writes and starts is known afterwards."""

import os
import py_compile
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from pure.build.collected import Trace, decode_trace
from shell.process import Completed, run

from tests.places import ROOT

TRACER = ROOT / "shell/traced.py"


def both(folder: Path, script: str, *arguments: str, env: Mapping[str, str] | None = None) -> tuple[Completed, Trace]:
    """Run a script by itself and traced, which has to come to the same."""
    environ = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **(env or {})}
    trace = folder.parent / "trace.json"
    alone = run([sys.executable, script, *arguments], env=environ, cwd=folder)
    traced = run([sys.executable, str(TRACER), str(trace), script, *arguments], env=environ, cwd=folder)
    assert (traced.returncode, traced.stdout, traced.stderr) == (alone.returncode, alone.stdout, alone.stderr)
    noted = decode_trace(trace.read_bytes())
    assert noted is not None
    return traced, noted


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "app"
    folder.mkdir()
    return folder


SAYS = """
import sys
print(__name__, __file__, __doc__, __spec__, __package__, __builtins__, sys.argv, sys.path)
import __main__
print(__main__.__file__, __main__.SAID)
"""


@pytest.mark.parametrize("env", [{}, {"PYTHONSAFEPATH": "1"}, {"PYTHONPATH": "elsewhere"}])
def test_a_script_sees_itself_as_it_does_otherwise(app: Path, env: Mapping[str, str]) -> None:
    (app / "sub").mkdir()
    (app / "sub/run.py").write_text(f"SAID = 1\n{SAYS}")
    (app / "link.py").symlink_to("sub/run.py")
    for script in ("sub/run.py", "link.py", str(app / "sub/run.py")):
        ended, _ = both(app, script, "collectstatic", "--noinput", env=env)
        assert ended.ok, ended.stderr


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("raise SystemExit(3)", 3),
        ("import sys\nsys.exit('stopped')", 1),
        ("def f():\n    return {}['a']\nf()", 1),
        ("try:\n    {}['a']\nexcept KeyError as error:\n    raise ValueError('x') from error", 1),
        ("import missing", 1),
        ("import atexit\natexit.register(print, 'last')", 0),
        (
            (
                "class Last:\n    def __del__(self, open=open):\n        open('run.py').close()\n"
                "import sys\nsys.kept = Last()"
            ),
            0,
        ),
        ("import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.1), print('late'))).start()", 0),
        ("def broken(:\n", 1),
    ],
)
def test_a_script_ends_as_it_does_otherwise(app: Path, text: str, status: int) -> None:
    (app / "run.py").write_text(text)
    assert both(app, "run.py")[0].returncode == status


def test_what_is_read_and_written_is_known(app: Path) -> None:
    (app / "module.py").write_text("x = 1\n")
    (app / "data").mkdir()
    (app / "data/a.txt").write_text("")
    (app / "b.txt").write_text("")
    (app / "link").symlink_to("data")
    (app / "run.py").write_text(
        "import module, os, shutil, pathlib\n"
        "open('link/a.txt').close()\n"
        "os.close(os.open(b'b.txt', os.O_RDONLY))\n"
        "os.chdir('data')\n"
        "pathlib.Path('made.txt').write_text('x')\n"
        "shutil.copy('made.txt', '../copy.txt')\n"
        "os.mkdir('../new')\n"
        "os.symlink('x', '../new/link')\n"
        "os.rename('../copy.txt', '../moved.txt')\n"
        "os.remove('made.txt')\n"
        "list(os.scandir('../data'))\n"
        "try:\n    open('/nowhere/x')\nexcept OSError:\n    pass\n"
    )
    trace = app.parent / "t.json"
    ended = run([sys.executable, str(TRACER), str(trace), "run.py"], env={"PYTHONDONTWRITEBYTECODE": "1"}, cwd=app)
    assert ended.ok, ended.stderr
    noted = decode_trace(trace.read_bytes())
    assert noted is not None
    own = {path.removeprefix(f"{app}/") for path in noted.reads if path.startswith(f"{app}/")}
    assert own == {"run.py", "module.py", "data", "data/a.txt", "b.txt"}
    made = {path.removeprefix(f"{app}/") for path in noted.writes}
    assert made == {"data/made.txt", "copy.txt", "new", "new/link", "new/x", "moved.txt"}
    assert (noted.started, noted.connected) == ("", "")


def test_the_source_of_bytecode_counts_as_read(app: Path) -> None:
    (app / "module.py").write_text("x = 1\n")
    py_compile.compile(str(app / "module.py"))
    (app / "run.py").write_text("import module, sys\ndel sys.modules['module']\n")
    _, noted = both(app, "run.py")
    assert f"{app}/module.py" in noted.reads


@pytest.mark.parametrize(
    ("text", "started", "connected"),
    [
        ("import subprocess\nsubprocess.run(['true'])", "true", ""),
        ("import os\nos.system('true')", "os.system", ""),
        ("import os\nos.fork() or os._exit(0)", "os.fork", ""),
        ("import os\nos.posix_spawn('/bin/true', ['true'], {})", "true", ""),
        ("import sqlite3\nsqlite3.connect(':memory:')", "", "sqlite3.connect"),
        ("import socket\nsocket.getaddrinfo('127.0.0.1', 9)", "", "socket.getaddrinfo"),
        (
            "import socket\ns = socket.socket()\ntry:\n    s.connect(('127.0.0.1', 9))\nexcept OSError:\n    pass",
            "",
            "socket.connect",
        ),
        ("import socket\nsocket.gethostname()", "", ""),
    ],
)
def test_processes_and_connections_are_known(app: Path, text: str, started: str, connected: str) -> None:
    (app / "run.py").write_text(text)
    _, noted = both(app, "run.py")
    assert (noted.started, noted.connected) == (started, connected)


DATABASE = """
class BaseDatabaseWrapper:
    alias = "default"

    def connect(self, again=False):
        print("connects", again)
        raise OSError
"""


def test_connections_to_djangos_databases_are_known(app: Path) -> None:
    folder = app / "django/db/backends/base"
    folder.mkdir(parents=True)
    (folder / "base.py").write_text(DATABASE)
    (app / "run.py").write_text(
        "from django.db.backends.base.base import BaseDatabaseWrapper\n"
        "import os\nos.listdir('.')\n"
        "try:\n    BaseDatabaseWrapper().connect(again=True)\nexcept OSError:\n    pass\n"
    )
    _, noted = both(app, "run.py")
    assert noted.connected == "django.db.connections['default']"


def test_native_code_that_is_not_pythons_own_is_known(app: Path) -> None:
    (app / "run.py").write_text("import math, _json, _ctypes, uuid\n")
    assert both(app, "run.py")[1].native == ""
    (app / "run.py").write_text("import ctypes\ntry:\n    ctypes.CDLL('libmissing.so')\nexcept OSError:\n    pass\n")
    assert both(app, "run.py")[1].native == "libmissing.so"
    (app / "run.py").write_text("import msgspec\n")
    assert both(app, "run.py")[1].native == "msgspec._core"


def test_a_program_that_ends_at_once_leaves_no_trace(app: Path) -> None:
    (app / "run.py").write_text("import os\nos._exit(0)\n")
    trace = app.parent / "trace.json"
    assert run([sys.executable, str(TRACER), str(trace), "run.py"], env={}, cwd=app).ok
    assert not trace.exists()
