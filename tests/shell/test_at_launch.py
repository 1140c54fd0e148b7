"""The program that looks for bound certificates where an image runs: a real interpreter, as the image has it."""

import subprocess
import sys
from pathlib import Path

import pytest
import tomli
from pure.bindings.at_launch import PROGRAM

from tests.bound import bind, pem
from tests.places import ROOT

INTERPRETER = str(Path(sys.executable).resolve())
VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def launch(env: dict[str, str], program: Path = ROOT / PROGRAM) -> tuple[dict[str, str], str]:
    """The variables that it gives to the application, and what it says."""
    command = ["/bin/sh", "-c", f"exec {INTERPRETER} -ISB {program} 3>&1"]
    done = subprocess.run(command, env=env, capture_output=True, check=True)
    return tomli.loads(done.stdout.decode()), done.stderr.decode()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    bind(tmp_path / "bindings", "ca", "CA-Certificates", {"one.pem": f"# x\n{pem('one')}", "two.pem": pem("two")})
    bind(tmp_path / "bindings", "old", "ca-certificates", {"three.pem": pem("three")}, older=True)
    bind(tmp_path / "bindings", "db", "postgresql", {"root.crt": pem("of a database")})
    (tmp_path / "bindings" / "odd").mkdir()
    (tmp_path / "tmp").mkdir()
    return tmp_path


def names(path: str) -> list[str]:
    return [line for line in Path(path).read_text().splitlines() if not line.startswith("-----")]


def test_bound_ones_are_added_to_those_that_are_trusted(root: Path) -> None:
    (root / "mine.pem").write_text(pem("mine"))
    (root / "other.pem").write_text(pem("other") + pem("two"))
    env = {"SERVICE_BINDING_ROOT": str(root / "bindings"), "TMPDIR": str(root / "tmp")}
    found, said = launch(
        {**env, "SSL_CERT_FILE": str(root / "mine.pem"), "REQUESTS_CA_BUNDLE": str(root / "other.pem")}
    )
    (path,) = set(found.values())
    assert (tuple(found), Path(path).parent, said) == (VARIABLES, root / "tmp", "")
    assert names(path) == ["mine", "other", "two", "one", "three"]
    # Each start has a file of its own, which nobody else can have put there.
    assert set(launch(env)[0].values()) != {path}


def test_without_a_variable_they_are_added_to_the_systems(root: Path) -> None:
    found, _ = launch({"SERVICE_BINDING_ROOT": str(root / "bindings"), "TMPDIR": str(root / "tmp")})
    known = names(found["SSL_CERT_FILE"])
    assert known[-3:] == ["one", "two", "three"]
    assert len(known) > 100


@pytest.mark.parametrize("folder", ["nowhere", "file", "bindings/db", "empty"])
def test_where_nothing_is_bound_nothing_is_told(root: Path, folder: str) -> None:
    (root / "file").write_text("")
    (root / "empty").mkdir()
    assert launch({"SERVICE_BINDING_ROOT": str(root / folder)}) == ({}, "")


def test_it_says_so_where_it_can_write_nowhere(root: Path) -> None:
    program = root / "program.py"
    # The places that every image has.
    text = (ROOT / PROGRAM).read_text()
    program.write_text(text.replace('"/tmp", "/var/tmp", "/dev/shm"', '"/nowhere"'))
    assert text != program.read_text()
    found, said = launch({"SERVICE_BINDING_ROOT": str(root / "bindings")}, program)
    assert found == {}
    assert said.startswith("Warning: bound certificates are not trusted")


def test_it_imports_next_to_nothing() -> None:
    listed = subprocess.run(
        [INTERPRETER, "-ISB", "-X", "importtime", str(ROOT / PROGRAM)],
        env={"SERVICE_BINDING_ROOT": "/nowhere"},
        capture_output=True,
        check=True,
    ).stderr.decode()
    imported = {line.rpartition("|")[2].strip() for line in listed.splitlines()}
    assert not {"site", "re", "pathlib", "typing", "tempfile", "json"} & imported


@pytest.mark.parametrize("odd", ['a"b', "a\\b"])
def test_the_path_is_toml_whatever_it_is(root: Path, odd: str) -> None:
    folder = root / odd
    folder.mkdir()
    found, _ = launch({"SERVICE_BINDING_ROOT": str(root / "bindings"), "TMPDIR": str(folder)})
    assert Path(found["SSL_CERT_FILE"]).parent == folder
