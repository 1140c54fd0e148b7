"""What is read for a check of declared processes: regular files of the application, and nothing else."""

import os
from pathlib import Path

from pure.start.declared_check import declared_processes
from pure.start.declared_files import HEAD
from pure.start.offered import DeclaredFiles
from shell.declared import read_declared


def read(app: Path, procfile: str, *, path: str = "") -> DeclaredFiles:
    processes = declared_processes(procfile.encode(), None)
    assert processes is not None
    return read_declared(app, processes, {"PATH": path})


def test_files_are_read_with_their_modes(tmp_path: Path) -> None:
    (tmp_path / "start.sh").write_text("#!/bin/sh\n")
    (tmp_path / "run").write_text("#!/bin/sh\n")
    (tmp_path / "run").chmod(0o755)
    (tmp_path / "app.py").write_text("app = 1\n")
    found = read(tmp_path, "web: ./start.sh\nrun: ./run\napi: gunicorn app:app\n")
    assert {name: file.executable for name, file in found.files.items()} == {
        "start.sh": False, "run": True, "app.py": False,
    }  # fmt: skip
    assert found.files["app.py"].raw == b"app = 1\n"
    assert found.modules == ("app.py",)


def test_packages_are_folders(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    assert read(tmp_path, "web: gunicorn shop.wsgi\n").files["shop"].folder


def test_what_lies_outside_is_not_read(tmp_path: Path) -> None:
    app = tmp_path / "app"
    app.mkdir()
    (tmp_path / "secret.py").write_text("app = 1\n")
    (app / "link.py").symlink_to("../secret.py")
    (app / "environ.py").symlink_to("/proc/self/environ")
    os.mkfifo(app / "pipe.py")
    found = read(app, "a: python link.py\nb: python environ.py\nc: python pipe.py\nd: python ../secret.py\n")
    assert found.files == {}


def test_a_large_file_is_read_from_its_begin(tmp_path: Path) -> None:
    with (tmp_path / "app.py").open("wb") as file:
        file.truncate(20 * HEAD)
    assert len(read(tmp_path, "web: python app.py\n").files["app.py"].raw) == HEAD


def test_programs_are_looked_for_on_the_path(tmp_path: Path) -> None:
    program = tmp_path / "bin/node"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (tmp_path / "bin/other").write_text("no program")
    found = read(tmp_path, "web: node server.js\nworker: other\nclock: third\n", path=str(program.parent))
    assert found.programs == {"node"}
