"""Which files of an application are read for its start command: its own, within bounds, and never run."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pure.start.code_search import code_facts
from shell.sources import find_manage, read_sources

from shell import sources
from tests.places import ROOT

DJANGO = (
    "import sys\nfrom django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n"
)


def write(app: Path, *names: str, text: str = "x = 1\n") -> None:
    for name in names:
        path = app / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def paths(app: Path) -> list[str]:
    return [file.path for file in read_sources(app).files]


def test_own_python_files_are_read(tmp_path: Path) -> None:
    write(tmp_path, "app.py", "shop/__init__.py", "src/shop/deep/er/main.py", "notes.txt", "Procfile")
    assert paths(tmp_path) == ["app.py", "shop/__init__.py", "src/shop/deep/er/main.py"]


def test_what_is_not_the_applications_own_is_left_alone(tmp_path: Path) -> None:
    write(
        tmp_path,
        ".tox/a.py",
        "node_modules/b/b.py",
        "tests/c.py",
        "my-env/d.py",
        "my-env/pyvenv.cfg",
        "a/b/c/d/e/f/g.py",
    )
    assert paths(tmp_path) == []


def test_links_are_not_followed_and_those_to_files_outside_are_named(tmp_path: Path) -> None:
    app = tmp_path / "app"
    write(app, "backend/manage.py")
    write(tmp_path, "elsewhere/outside.py", "elsewhere/folder/inside.py")
    (app / "manage.py").symlink_to("backend/manage.py")
    (app / "outside.py").symlink_to("../elsewhere/outside.py")
    (app / "folder").symlink_to("../elsewhere/folder")
    (app / "circle").symlink_to(".")
    (app / "broken.py").symlink_to("nowhere.py")
    (app / "self.py").symlink_to("self.py")
    assert paths(app) == ["backend/manage.py"]
    assert read_sources(app).left_out == ("outside.py was skipped: it is a link that leaves the application",)


def test_the_bounds_are_kept_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.py", "b.py", "c/c.py", "c/d.py")
    write(tmp_path, "large.py", text="#" * (sources.MOST_BYTES + 1))
    read = read_sources(tmp_path)
    assert "large.py" not in [file.path for file in read.files]
    assert read.left_out == ("large.py was skipped: it has 512.0 kB",)
    monkeypatch.setattr(sources, "MOST_FILES", 2)
    assert paths(tmp_path) == ["a.py", "b.py"]
    assert "of 5 Python files, the 2 nearest to the root were read" in read_sources(tmp_path).left_out


def test_too_much_together_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.py", "b.py", "c.py")
    monkeypatch.setattr(sources, "MOST_BYTES_TOGETHER", 13)
    read = read_sources(tmp_path)
    assert [file.path for file in read.files] == ["a.py", "b.py"]
    assert "c.py and later files were skipped" in read.left_out[0]
    assert code_facts(read).notes == read.left_out


def test_whose_grammar_reads_the_files_is_said(tmp_path: Path) -> None:
    assert read_sources(tmp_path).own_minor == f"{sys.version_info.major}.{sys.version_info.minor}"


def test_nothing_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    write(tmp_path, "main.py", text=f"import flask\nopen({str(mark)!r}, 'w')\napp = flask.Flask('x')\n")
    assert code_facts(read_sources(tmp_path)).objects
    assert not mark.exists()


def test_manage_py_of_the_root_comes_before_all_others(tmp_path: Path) -> None:
    assert find_manage(tmp_path) == ()
    write(tmp_path, "b/manage.py", "a/b/manage.py", "tests/manage.py", "a/b/c/manage.py", text=DJANGO)
    assert find_manage(tmp_path) == ("b/manage.py", "a/b/manage.py")
    (tmp_path / "manage.py").symlink_to("b/manage.py")
    assert find_manage(tmp_path) == ("manage.py",)


@pytest.mark.parametrize("text", ["from flask.cli import FlaskGroup\nFlaskGroup()()\n", "# Like Django's.\n", ""])
def test_a_manage_py_that_is_not_djangos_is_none_for_static_files_as_for_the_start(tmp_path: Path, text: str) -> None:
    write(tmp_path, "manage.py", "tools/manage.py", text=text)
    assert find_manage(tmp_path) == ()
    write(tmp_path, "backend/manage.py", text=DJANGO)
    assert find_manage(tmp_path) == ("backend/manage.py",)
    assert [each.folder for each in code_facts(read_sources(tmp_path)).django] == ["backend"]


PROBE = """
import sys
from pathlib import Path
from shell.sources import build_folders, find_manage, read_sources
from shell.application import read_application

app = Path(sys.argv[1])
print([file.path for file in read_sources(app).files])
print(find_manage(app))
print(sorted(build_folders(app)))
print(read_application(app, {}).project.unwrap().nested)
print(read_application(app, {"BP_PYTHON_PROJECT_DIR": "data/inner"}).project.failure().because)
"""
# What lets root in everywhere.
OVERRIDES = "-dac_override,-dac_read_search"


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """An application with a folder that can't be entered, and one whose names alone can be read."""
    write(tmp_path, "main.py", "data/x.py", "data/manage.py", "names/y.py", "names/inner/manage.py", text=DJANGO)
    write(tmp_path, "service/requirements.txt")
    (tmp_path / "data").chmod(0)
    (tmp_path / "names").chmod(0o444)
    yield tmp_path
    for name in ("data", "names"):
        (tmp_path / name).chmod(0o755)


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="every folder is open to root")
def test_a_folder_that_cannot_be_entered_is_left_alone(closed: Path) -> None:
    drop = ("setpriv", "--bounding-set", OVERRIDES, "--inh-caps", OVERRIDES) if os.geteuid() == 0 else ()
    entered = subprocess.run([*drop, "ls", closed / "data"], capture_output=True, check=False)
    if entered.returncode == 0:
        pytest.skip("every folder is open to this user")
    probe = [*drop, sys.executable, "-c", PROBE, closed]
    said = subprocess.run(probe, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.stderr == ""
    nested = "('service/requirements.txt',)"
    assert said.stdout.splitlines() == ["['main.py']", "()", "[]", nested, "is no folder of the application"]
