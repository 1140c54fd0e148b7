"""What strangers' applications make us read: their own regular files, of a size that is one."""

import os
from pathlib import Path

import pytest
from pure.build.errors import NotReadable
from pure.build.workplace import PACKED_STATE, STATE_FILE
from pure.layers.names import VENV, VENV_CACHE
from pure.outcome import Success
from shell.files import MOST_BYTES
from shell.sources import read_sources
from shell.world import read_facts

from tests.places import ROOT

ENVIRON = {"PIP_CONFIG_FILE": "/dev/null"}


def _read(app: Path, **variables: str) -> object:
    environ = {**ENVIRON, **variables}
    read = read_facts(buildpack=ROOT, app=app, layers=app.parent / "layers", plan=None, environ=environ)
    return read.unwrap() if isinstance(read, Success) else read.failure()


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "requirements.txt").write_text("flask\n")
    return folder


@pytest.mark.parametrize("name", ["Procfile", "pyproject.toml", "requirements.txt", "uv.lock", ".python-version"])
@pytest.mark.parametrize(
    "target", ["/proc/self/environ", "/proc/kmsg", "/etc/passwd", "../secret", "inner/../../secret"]
)
def test_a_link_that_leaves_the_application_is_not_followed(app: Path, name: str, target: str) -> None:
    (app / "inner").mkdir()
    (app.parent / "secret").write_text("web: told\n")
    (app / name).unlink(missing_ok=True)
    (app / name).symlink_to(target)
    failed = _read(app)
    assert isinstance(failed, NotReadable)
    assert (failed.path, failed.why) == (str(app / name), "outside")


def test_a_folder_that_is_a_link_leads_nowhere_else(app: Path) -> None:
    (app / "more").symlink_to("/proc/self")
    (app / "requirements.txt").write_text("-r more/environ\n")
    failed = _read(app)
    assert isinstance(failed, NotReadable)
    assert failed.why == "outside"


@pytest.mark.parametrize("line", ["-r /proc/self/environ", "-r ../secret", "-c /etc/passwd"])
def test_a_line_names_files_of_the_application_only(app: Path, line: str) -> None:
    (app.parent / "secret").write_text("flask\n")
    (app / "requirements.txt").write_text(f"{line}\n")
    failed = _read(app)
    assert isinstance(failed, NotReadable)
    assert failed.why == "outside"


def test_links_that_stay_inside_are_fine(app: Path) -> None:
    (app / "config").mkdir()
    (app / "config" / "Procfile.real").write_text("web: python -m shop\n")
    (app / "Procfile").symlink_to("config/Procfile.real")
    (app / "config" / "base.txt").symlink_to("../limits.txt")
    (app / "limits.txt").write_text("flask\n")
    (app / "requirements.txt").write_text("-r config/base.txt\n")
    facts = _read(app)
    assert not isinstance(facts, NotReadable)
    assert facts.procfile == b"web: python -m shop\n"  # type: ignore[attr-defined]


def test_a_variable_may_name_a_file_of_the_platform(app: Path) -> None:
    (app.parent / "limits.txt").write_text("flask<9\n")
    assert not isinstance(_read(app, PIP_CONSTRAINT=str(app.parent / "limits.txt")), NotReadable)


@pytest.mark.parametrize("name", ["requirements.txt", "uv.lock", "Procfile"])
def test_a_file_of_twenty_gigabytes_is_no_file_to_read(app: Path, name: str) -> None:
    with (app / name).open("wb") as file:
        file.truncate(20_000_000_000)
    failed = _read(app)
    assert isinstance(failed, NotReadable)
    assert (failed.why, failed.detail) == ("large", "it has 20.0 GB, and at most 32.0 MB are read")
    os.truncate(app / name, MOST_BYTES + 1)
    assert isinstance(_read(app), NotReadable)


@pytest.mark.parametrize("place", [f"{VENV}/{STATE_FILE}", f"{VENV_CACHE}/{PACKED_STATE}"])
def test_what_an_earlier_build_left_behind_ends_no_build(app: Path, place: str) -> None:
    record = app.parent / "layers" / place
    record.parent.mkdir(parents=True)
    record.write_bytes(b"{}")
    assert b"{}" in (_read(app).venv_state, _read(app).packed_state)  # type: ignore[attr-defined]
    os.truncate(record, MOST_BYTES + 1)
    facts = _read(app)
    assert not isinstance(facts, NotReadable)
    assert (facts.venv_state, facts.packed_state) == (None, None)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["Procfile", "pyproject.toml", ".netrc", "pip.conf"])
def test_nobody_waits_for_a_pipe(app: Path, name: str) -> None:
    os.mkfifo(app / name)
    facts = _read(app, NETRC=str(app / ".netrc"), PIP_CONFIG_FILE="pip.conf")
    assert not isinstance(facts, NotReadable)


def test_code_that_is_a_link_out_of_the_application_is_named_and_not_read(app: Path) -> None:
    (app.parent / "other.py").write_text("x = 1\n")
    (app / "app.py").symlink_to("../other.py")
    (app / "kernel.py").symlink_to("/proc/kmsg")
    found = read_sources(app)
    assert found.files == ()
    assert found.left_out == (
        "app.py was skipped: it is a link that leaves the application",
        "kernel.py was skipped: it is a link that leaves the application",
    )


def test_a_catalogue_is_read_within_bounds_as_well(app: Path) -> None:
    (app.parent / "catalogue.json").touch()
    os.truncate(app.parent / "catalogue.json", 20_000_000_000)
    facts = _read(app, BP_PYTHON_CATALOGUE=str(app.parent / "catalogue.json"))
    assert "20.0 GB" in facts.operator_catalogue.detail  # type: ignore[attr-defined]
