"""Which certificates folders add to those that everybody reads."""

from pathlib import Path

import pytest
from pure.build.tool_steps import WHEELS
from shell.certificates import joined_certificates

from shell import certificates
from tests import bound
from tests.bound import pem_names as names
from tests.places import ROOT


def pem(name: str) -> bytes:
    return bound.pem(name).strip().encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for place, text in {
        "file.pem": b"# subject\n" + pem("first") + b"\n" + pem("second") + b"\n",
        "one/1a2b.0": pem("first"),
        "one/more.pem": pem("third"),
        "one/key.pem": b"-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n",
        "two/4.pem": pem("fourth"),
        "two/nested/5.pem": pem("fifth"),
        "known/1.pem": pem("second"),
    }.items():
        (tmp_path / place).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / place).write_bytes(text)
    (tmp_path / "two" / "broken").symlink_to("nowhere")
    return tmp_path


@pytest.mark.parametrize(
    ("variable", "folders", "found"),
    [
        ("SSL_CERT_FILE", "", []),
        ("SSL_CERT_FILE", "one", ["first", "second", "third"]),
        ("PIP_CERT", "one", ["first", "second", "third"]),
        ("REQUESTS_CA_BUNDLE", "one:two", ["first", "second", "third", "fourth"]),
        ("SSL_CERT_FILE", "known", []),
        ("SSL_CERT_FILE", "nowhere", []),
    ],
)
def test_what_folders_add(folder: Path, variable: str, folders: str, found: list[str]) -> None:
    places = ":".join(str(folder / name) for name in folders.split(":") if name)
    joined = joined_certificates({variable: str(folder / "file.pem"), "SSL_CERT_DIR": places})
    assert names(joined) == found
    assert b"PRIVATE" not in joined


def test_a_file_that_cannot_be_read_is_left_to_who_reads_it(folder: Path) -> None:
    assert joined_certificates({"SSL_CERT_FILE": "/nowhere.pem", "SSL_CERT_DIR": str(folder / "one")}) == b""


def test_without_a_file_it_is_the_systems(folder: Path) -> None:
    joined = names(joined_certificates({"SSL_CERT_DIR": str(folder / "one")}))
    assert joined[-2:] == ["first", "third"]


def test_what_is_bound_is_joined_with_each_file_that_a_tool_is_told_of(folder: Path) -> None:
    settings = {"SSL_CERT_FILE": str(folder / "file.pem"), "PIP_CERT": str(folder / "two" / "4.pem")}
    assert names(joined_certificates(settings, [pem("bound")])) == ["first", "second", "fourth", "bound"]
    # Also where it is known already: not every tool looks where that is known.
    assert names(joined_certificates(settings, [pem("first")])) == ["first", "second", "fourth"]
    assert joined_certificates({"PIP_CERT": "/nowhere.pem"}, [pem("bound")]) == b""


def test_what_is_bound_is_added_to_the_systems() -> None:
    joined = names(joined_certificates({}, [pem("bound")]))
    assert joined[-1] == "bound"
    assert len(joined) > 100


def test_without_any_of_the_systems_it_is_what_pip_trusts(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, "SYSTEM_AUTHORITIES", (str(tmp_path / "nowhere.pem"),))
    (carried,) = map(str, (ROOT / WHEELS).glob("pip-*.whl"))
    joined = names(joined_certificates({}, [pem("bound")], carried_pip=carried))
    assert joined[-1] == "bound"
    assert len(joined) > 100
    for wheel in (None, str(tmp_path / "nowhere.whl"), str(folder / "file.pem")):
        assert names(joined_certificates({}, [pem("bound")], carried_pip=wheel)) == ["bound"]


def test_a_damaged_one_takes_no_other_away(folder: Path) -> None:
    (folder / "file.pem").write_bytes(pem("first") + b"\n-----BEGIN CERTIFICATE-----\nMIIB\n" + pem("second"))
    joined = joined_certificates({"SSL_CERT_FILE": str(folder / "file.pem")}, [pem("bound")])
    assert names(joined) == ["first", "second", "bound"]


def test_all_files_together_are_bounded(tmp_path: Path) -> None:
    (tmp_path / "file.pem").write_bytes(pem("first"))
    folders = [tmp_path / name for name in ("one", "two")]
    for number, folder in enumerate(folders):
        folder.mkdir()
        for file in range(4):
            (folder / f"{file}.pem").write_bytes(pem(f"found{number}{file}") + b"\n" * 3_000_000)
    places = ":".join(map(str, folders))
    joined = joined_certificates({"SSL_CERT_FILE": str(tmp_path / "file.pem"), "SSL_CERT_DIR": places})
    assert names(joined) == ["first", "found00", "found01", "found02", "found03", "found10"]
