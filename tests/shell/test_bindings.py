"""Reading the folder of bindings: what a build has a use for, within bounds."""

import os
from pathlib import Path

import pytest
from pure.bindings.folder import Binding, BindingsUnlisted, EntryUnreadable, TooManyEntries
from pure.outcome import Failure, Success
from shell.bindings import read_bindings

from shell import bindings
from tests.bound import bind

needs_user = pytest.mark.skipif(os.getuid() == 0, reason="root may read anything")


def read(root: Path) -> tuple[Binding, ...]:
    found = read_bindings(str(root), "")
    assert isinstance(found, Success), found
    return found.unwrap()


def test_both_layouts(tmp_path: Path) -> None:
    today = bind(tmp_path, "a", "PyPI", {"url": "https://h/", "username": "u", "other": "x"})
    older = bind(tmp_path, "b", "pypi", {"url": "https://h/"}, older=True)
    one, other = read(tmp_path)
    assert one == Binding(
        name="a",
        kind="PyPI",
        path=str(today),
        names=("other", "type", "url", "username"),
        entries={"url": b"https://h/", "username": b"u"},
    )
    assert (other.name, other.kind, other.path, dict(other.entries)) == (
        "b",
        "pypi",
        str(older),
        {"url": b"https://h/"},
    )


def test_names_that_are_no_text(tmp_path: Path) -> None:
    bind(tmp_path, "odd\udcff", "ca-certificates", {"a.pem": "x", "b\udcff.pem": "y"})
    (found,) = read(tmp_path)
    assert (found.name, dict(found.entries)) == ("odd\ufffd", {"a.pem": b"x"})


def test_of_other_types_nothing_is_read(tmp_path: Path) -> None:
    folder = bind(tmp_path, "db", "postgresql", {"password": "s3cret"})
    os.mkfifo(folder / "pipe")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("no binding")
    (tmp_path / ".hidden").mkdir()
    assert read(tmp_path) == (Binding(name="db", kind="postgresql"), Binding(name="empty", kind=None))


def test_entries_as_kubernetes_mounts_them(tmp_path: Path) -> None:
    real = tmp_path / "ca" / "..2026_11_28"
    real.mkdir(parents=True)
    for name, text in (("type", "ca-certificates"), ("ca.crt", "x")):
        (real / name).write_text(text)
        (tmp_path / "ca" / name).symlink_to(f"..data/{name}")
    (tmp_path / "ca" / "..data").symlink_to("..2026_11_28")
    (found,) = read(tmp_path)
    assert dict(found.entries) == {"ca.crt": b"x"}


def test_what_is_no_file_is_no_entry(tmp_path: Path) -> None:
    folder = bind(tmp_path, "ca", "ca-certificates", {"a.pem": "x"})
    os.mkfifo(folder / "pipe.pem")
    (folder / "folder.pem").mkdir()
    (folder / "broken.pem").symlink_to("nowhere")
    (found,) = read(tmp_path)
    assert dict(found.entries) == {"a.pem": b"x"}


def test_a_file_is_no_folder_of_bindings(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = read_bindings(str(tmp_path / "file"), "SERVICE_BINDING_ROOT")
    wanted = BindingsUnlisted(path=str(tmp_path / "file"), variable="SERVICE_BINDING_ROOT", detail="Not a directory")
    assert found == Failure(wanted)


def test_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bindings, "MOST_BYTES", 20)
    monkeypatch.setattr(bindings, "MOST_ENTRIES", 3)
    monkeypatch.setattr(bindings, "MOST_BINDINGS", 2)
    folder = bind(tmp_path, "ca", "ca-certificates", {"a.pem": "x" * 30})
    error = read_bindings(str(tmp_path), "").failure()
    assert isinstance(error, EntryUnreadable)
    assert (error.binding, error.entry, error.large) == ("ca", "a.pem", True)
    for name in ("b", "c", "d"):
        (folder / name).write_text("")
    assert read_bindings(str(tmp_path), "") == Failure(TooManyEntries(binding="ca", most=3))
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    assert read_bindings(str(tmp_path), "") == Failure(TooManyEntries(binding="", most=2))


@needs_user
def test_what_may_not_be_read_is_an_error(tmp_path: Path) -> None:
    folder = bind(tmp_path, "n", "netrc", {".netrc": "x"})
    (folder / ".netrc").chmod(0)
    assert read_bindings(str(tmp_path), "") == Failure(
        EntryUnreadable(binding="n", entry=".netrc", detail="Permission denied")
    )
