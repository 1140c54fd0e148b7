"""What lies in a folder, what it holds, and what of it is read, by whatever code."""

import os
from pathlib import Path

import pytest
from shell.layer_archive import pack_files, packed, unpack_files
from shell.watched import hashed, look


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    (folder / "sub/deep").mkdir(parents=True)
    (folder / "a.txt").write_text("a")
    (folder / "sub/b.txt").write_text("b")
    (folder / "sub/b.txt").chmod(0o755)
    (folder / "sub/deep/c.txt").write_text("c")
    (folder / "link").symlink_to("sub")
    return folder


def test_everything_is_seen_and_links_are_not_followed(app: Path) -> None:
    kinds = {path: seen.kind for path, seen in look(app).files.items()}
    assert kinds == {
        "a.txt": "0644",
        "link": "->sub",
        "sub": "0755/",
        "sub/b.txt": "0755",
        "sub/deep": "0755/",
        "sub/deep/c.txt": "0644",
    }


def test_what_is_read_is_noted_where_the_system_does(app: Path) -> None:
    before = look(app, forget=True)
    if not before.notes:
        pytest.skip("this filesystem doesn't note when files are read")
    os.close(os.open(app / "a.txt", os.O_RDONLY))
    (app / "link/b.txt").read_bytes()
    after = look(app)
    read = {path for path, was in before.files.items() if was.accessed != after.files[path].accessed}
    assert {path for path in read if before.files[path].kind.isdigit()} == {"sub/b.txt"}
    changed = {path for path, was in before.files.items() if was.version != after.files[path].version}
    assert changed == set()


def test_what_is_written_or_replaced_has_another_version(app: Path) -> None:
    before = look(app)
    (app / "a.txt").write_text("x")
    (app / "sub/new").write_text("b")
    (app / "sub/new").rename(app / "sub/b.txt")
    after = look(app)
    changed = {path for path, was in before.files.items() if was.version != after.files[path].version}
    assert {"a.txt", "sub/b.txt"} <= changed
    assert "sub/deep/c.txt" not in changed


def test_times_of_change_stay_when_times_of_access_are_set_back(app: Path) -> None:
    times = (app / "a.txt").stat().st_mtime_ns
    look(app, forget=True)
    assert (app / "a.txt").stat().st_mtime_ns == times


def test_an_empty_folder_notes_nothing(tmp_path: Path) -> None:
    assert not look(tmp_path, forget=True).notes


def test_what_was_packed_is_put_back_as_it_was(app: Path, tmp_path: Path) -> None:
    paths = ("sub/b.txt", "sub", "link", "sub/deep", "sub/deep/c.txt")
    archive = tmp_path / "files.tar"
    (app / "sub/deep").chmod(0o555)
    pack_files(app, paths, archive, beside=tmp_path)
    held = hashed(app, paths)
    assert packed(archive) == held
    assert held.keys() == set(paths)
    other = tmp_path / "other"
    (other / "sub").mkdir(parents=True, mode=0o700)
    (other / "sub/b.txt").write_text("what lies there is replaced")
    (other / "beside.txt").write_text("x")
    unpack_files(archive, other)
    assert hashed(other, paths) == held
    assert (other / "beside.txt").read_text() == "x"
    (app / "sub/deep").chmod(0o755)
    (other / "sub/deep").chmod(0o755)


def test_folders_that_were_there_already_are_made_where_they_are_not(app: Path, tmp_path: Path) -> None:
    pack_files(app, ("sub/deep/c.txt",), tmp_path / "files.tar", beside=tmp_path)
    unpack_files(tmp_path / "files.tar", tmp_path / "other")
    assert (tmp_path / "other/sub/deep/c.txt").read_text() == "c"


def test_what_is_not_there_holds_nothing(app: Path, tmp_path: Path) -> None:
    assert hashed(app, ("missing", "link/b.txt", "a.txt/below", "bad\0name")) == {}
    assert packed(tmp_path / "missing.tar") == {}
    (tmp_path / "broken.tar").write_bytes(b"x" * 2000)
    assert packed(tmp_path / "broken.tar") == {}
