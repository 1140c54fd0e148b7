"""The program that looks for bound certificates where an image runs: a real interpreter, as the image has it."""

import os
import re
import shlex
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
import tomli
from pure.layers.programs import PROGRAMS

from tests.bound import bind, pem, pem_names
from tests.places import ROOT

INTERPRETER = str(Path(sys.executable).resolve())
VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


# As it lies in an image.
PROGRAM = PROGRAMS["certificates"]
SOURCE = PROGRAM.joined((ROOT / PROGRAM.file).read_bytes(), (ROOT / PROGRAM.needs).read_bytes()).decode()


def launch(env: dict[str, str], program: Path | None = None, descriptors: str = "3>&1") -> tuple[dict[str, str], str]:
    """The variables that it gives to the application, and what it says; it ends well in any case."""
    called = f"-c {shlex.quote(SOURCE)}" if program is None else f"{program}"
    command = ["/bin/sh", "-c", f"exec {INTERPRETER} -ISB {called} {descriptors}"]
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
    return pem_names(Path(path).read_bytes())


def program(folder: Path, **changes: str) -> Path:
    """The program for an image that has something else than this machine."""
    text = SOURCE
    for name, value in changes.items():
        text, times = re.subn(rf"(?ms)^{name} = (\(.*?^\)|[^\n]*)$", f"{name} = {value}", text)
        assert times == 1, name
    (folder / "program.py").write_text(text)
    return folder / "program.py"


def test_bound_ones_are_added_to_those_that_are_trusted(root: Path) -> None:
    (root / "mine.pem").write_text(pem("mine"))
    (root / "other.pem").write_text(pem("other") + pem("two"))
    env = {"SERVICE_BINDING_ROOT": str(root / "bindings"), "TMPDIR": str(root / "tmp")}
    found, said = launch(
        {**env, "SSL_CERT_FILE": str(root / "mine.pem"), "REQUESTS_CA_BUNDLE": str(root / "other.pem")}
    )
    (path,) = set(found.values())
    assert (tuple(found), Path(path).parent, said) == (VARIABLES, root / "tmp", "")
    # Also the system's: each variable was set for those who read it alone.
    known = names(path)
    assert (known[:3], known[-2:]) == (["mine", "other", "two"], ["one", "three"])
    assert len(known) > 100


@pytest.mark.parametrize("text", ["", "no certificate"])
def test_a_variable_that_names_none_takes_none_away(root: Path, text: str) -> None:
    (root / "mine.pem").write_text(text)
    env = {"SERVICE_BINDING_ROOT": str(root / "bindings"), "TMPDIR": str(root / "tmp")}
    found, _ = launch({**env, "SSL_CERT_FILE": str(root / "mine.pem")})
    assert len(names(found["REQUESTS_CA_BUNDLE"])) > 100


def test_where_the_system_has_none_those_of_certifi_are_trusted(root: Path) -> None:
    env = {"SERVICE_BINDING_ROOT": str(root / "bindings"), "TMPDIR": str(root / "tmp"), "VIRTUAL_ENV": str(root / "v")}
    bare = program(root, SYSTEM_AUTHORITIES="()")
    found, said = launch(env, bare)
    assert names(found["SSL_CERT_FILE"]) == ["one", "two", "three"]
    assert said == (
        "Warning: the image has no other certificates: those that are bound are the only ones that are trusted\n"
    )
    folder = root / "v" / "lib" / "python3.13" / "site-packages" / "certifi"
    folder.mkdir(parents=True)
    (folder / "cacert.pem").write_text(pem("public"))
    found, said = launch(env, bare)
    assert (names(found["SSL_CERT_FILE"]), said) == (["public", "one", "two", "three"], "")


@pytest.mark.parametrize(
    "damaged",
    [
        "-----BEGIN CERTIFICATE-----\nMAQEAmFi\n",
        pem("other").replace("MA", "MB"),
        pem("other").replace("\n-----END", "!\n-----END"),
        pem("other").replace("-----END", "MAQEAmFi\n-----END"),
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    ],
)
def test_a_damaged_one_takes_no_other_away(root: Path, damaged: str) -> None:
    entry = bind(root / "bindings", "ca", "ca-certificates", {"one.pem": pem("one") + damaged + pem("last")})
    found, said = launch({"SERVICE_BINDING_ROOT": str(root / "bindings"), "TMPDIR": str(root / "tmp")})
    assert names(found["SSL_CERT_FILE"])[-4:] == ["one", "last", "two", "three"]
    assert said == f"Warning: {entry}/one.pem: certificate 2 is cut off or changed, and left out\n"


def test_real_ones_are_as_openssl_reads_them(root: Path) -> None:
    found, _ = launch({"SERVICE_BINDING_ROOT": str(root / "nowhere"), "TMPDIR": str(root / "tmp")})
    assert found == {}
    system = Path("/etc/ssl/certs/ca-certificates.crt").read_text()
    one = "-----BEGIN" + system.split("-----BEGIN")[1]
    line = "".join(one.split("-----")[2].split())
    bind(root / "bindings", "ca", "ca-certificates", {"one.pem": one.replace("\n", "\r\n"), "two.pem": one})
    bind(
        root / "bindings", "old", "ca-certificates", {"three.pem": one.replace(one.split("-----")[2], line)}, older=True
    )
    found, said = launch(
        {"SERVICE_BINDING_ROOT": str(root / "bindings"), "TMPDIR": str(root / "tmp")},
        program(root, SYSTEM_AUTHORITIES="()"),
    )
    assert "no other certificates" in said
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(found["SSL_CERT_FILE"])
    assert context.cert_store_stats()["x509"] == 1


def test_all_entries_together_are_bounded(root: Path) -> None:
    small = program(root, MOST_BYTES=str(len(pem("one")) + len(pem("two")) + 10), SYSTEM_AUTHORITIES="()")
    found, said = launch({"SERVICE_BINDING_ROOT": str(root / "bindings"), "TMPDIR": str(root / "tmp")}, small)
    assert names(found["SSL_CERT_FILE"]) == ["one", "two"]
    assert f"{root}/bindings/old/secret/three.pem is left out" in said


def test_further_names_are_told(root: Path) -> None:
    found, said = launch(
        {"SERVICE_BINDING_ROOT": str(root / "bindings")}, program(root, MOST_NAMES="1", SYSTEM_AUTHORITIES="()")
    )
    assert names(found["SSL_CERT_FILE"]) == ["one"]
    assert f"{root}/bindings has more than 1 entries" in said
    Path(found["SSL_CERT_FILE"]).unlink()


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
    nowhere = program(root, TEMPORARY='("/nowhere",)')
    found, said = launch({"SERVICE_BINDING_ROOT": str(root / "bindings")}, nowhere)
    assert found == {}
    assert said.startswith("Warning: bound certificates are not trusted")


def test_it_imports_next_to_nothing() -> None:
    listed = subprocess.run(
        [INTERPRETER, "-ISB", "-X", "importtime", "-c", SOURCE],
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


@pytest.mark.parametrize("folder", ["tmp\udcff", "tmp\nb", "tmp\x1b"])
def test_a_folder_whose_name_is_no_text_is_none(root: Path, folder: str) -> None:
    place = root / folder
    place.mkdir()
    env = {"SERVICE_BINDING_ROOT": str(root / "bindings"), "TMPDIR": str(place)}
    found, _ = launch(env, program(root, TEMPORARY=f'("{root}/tmp",)'))
    assert Path(found["SSL_CERT_FILE"]).parent == root / "tmp"
    assert [*place.iterdir()] == []


def test_a_relative_folder_is_none(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    env = {"SERVICE_BINDING_ROOT": str(root / "bindings"), "TMPDIR": "tmp"}
    found, _ = launch(env, program(root, TEMPORARY=f'("{root}/bindings",)'))
    assert Path(found["SSL_CERT_FILE"]).parent == root / "bindings"


def test_pipes_and_folders_are_passed_over(root: Path) -> None:
    os.mkfifo(root / "bindings" / "ca" / "pipe.pem")
    (root / "bindings" / "ca" / "folder.pem").mkdir()
    (root / "bindings" / "piped").mkdir()
    os.mkfifo(root / "bindings" / "piped" / "type")
    os.mkfifo(root / "mine.pem")
    env = {"SERVICE_BINDING_ROOT": str(root / "bindings"), "TMPDIR": str(root / "tmp")}
    found, said = launch({**env, "SSL_CERT_FILE": str(root / "mine.pem")})
    assert names(found["SSL_CERT_FILE"])[-3:] == ["one", "two", "three"]
    assert said == ""


@pytest.mark.parametrize("descriptors", ["3>&-", "3>&- 2>&-", "3>&- 2>/dev/full", "3</dev/null", "0<&- 1>&- 2>&- 3>&-"])
def test_without_descriptors_the_application_starts_all_the_same(root: Path, descriptors: str) -> None:
    bind(root / "bindings", "ca", "ca-certificates", {"one.pem": "-----BEGIN CERTIFICATE-----"})
    env = {"SERVICE_BINDING_ROOT": str(root / "bindings"), "TMPDIR": str(root / "tmp")}
    found, said = launch(env, descriptors=descriptors)
    assert found == {}
    assert ("Warning: bound certificates are not trusted: OSError" in said) is ("2>" not in descriptors)
    # No line came into a file that got the number of what was closed.
    (file,) = (root / "tmp").iterdir()
    assert b"Warning" not in file.read_bytes()


def test_each_start_has_the_same_file(root: Path) -> None:
    env = {"SERVICE_BINDING_ROOT": str(root / "bindings"), "TMPDIR": str(root / "tmp")}
    first = Path(launch(env)[0]["SSL_CERT_FILE"])
    made = first.stat().st_ino
    assert Path(launch(env)[0]["SSL_CERT_FILE"]) == first
    assert ([*(root / "tmp").iterdir()], first.stat().st_ino) == ([first], made)
    # Other certificates have another.
    bind(root / "bindings", "ca", "ca-certificates", {"four.pem": pem("four")})
    assert Path(launch(env)[0]["SSL_CERT_FILE"]) != first


@pytest.mark.parametrize("instead", ["changed", "longer", "link", "writable", "pipe", "folder"])
def test_what_has_its_name_is_not_taken_for_it(root: Path, instead: str) -> None:
    env = {"SERVICE_BINDING_ROOT": str(root / "bindings"), "TMPDIR": str(root / "tmp")}
    first = Path(launch(env)[0]["SSL_CERT_FILE"])
    whole = first.read_bytes()
    first.unlink()
    elsewhere = root / "elsewhere.pem"
    elsewhere.write_bytes(whole)
    match instead:
        case "changed":
            first.write_bytes(whole[:-2] + b"\n\n")
        case "longer":
            first.write_bytes(whole + b"\n")
        case "link":
            first.symlink_to(elsewhere)
        case "writable":
            first.write_bytes(whole)
            first.chmod(0o666)
        case "pipe":
            os.mkfifo(first)
        case _:
            first.mkdir()
    found = Path(launch(env)[0]["SSL_CERT_FILE"])
    assert found.read_bytes() == whole
    assert not found.is_symlink()
    assert found.stat().st_mode & 0o777 == 0o644
    assert elsewhere.read_bytes() == whole


def test_what_can_not_be_written_whole_is_taken_away(root: Path) -> None:
    env = {"SERVICE_BINDING_ROOT": str(root / "bindings"), "TMPDIR": str(root / "tmp")}
    nowhere = program(root, TEMPORARY='("/nowhere",)')
    # Of any file; Python leaves the signal alone that would end it.
    command = f"ulimit -f 8; exec {INTERPRETER} -ISB {nowhere} 3>&1 2>/dev/null"
    done = subprocess.run(["/bin/sh", "-c", command], env=env, capture_output=True, check=True)
    assert (done.stdout, [*(root / "tmp").iterdir()]) == (b"", [])
