"""Which certificates folders add to those that everybody reads."""

from pathlib import Path

import pytest
from shell.certificates import joined_certificates


def pem(name: str) -> bytes:
    return f"-----BEGIN CERTIFICATE-----\n{name}\n-----END CERTIFICATE-----".encode()


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


def names(text: bytes) -> list[str]:
    return [line for line in text.decode().splitlines() if not line.startswith("-----")]


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
