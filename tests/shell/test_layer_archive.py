"""A layer's tree as one file, and back."""

import hashlib
import io
import os
import stat
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shell.layer_archive import pack, unpack


def listing(tree: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for path in sorted(tree.rglob("*")):
        entry = path.lstat()
        content: object = str(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else ""
        mode = 0 if path.is_symlink() else stat.S_IMODE(entry.st_mode)
        found[path.relative_to(tree).as_posix()] = (stat.S_IFMT(entry.st_mode), mode, content)
    return found


def a_tree(root: Path) -> Path:
    (root / "bin").mkdir(parents=True)
    (root / "bin" / "run").write_bytes(b"#!/bin/sh\n")
    (root / "bin" / "run").chmod(0o755)
    (root / "bin" / "python").symlink_to("/layers/python/bin/python3")
    (root / "lib" / "empty").mkdir(parents=True)
    (root / "lib" / "dangling").symlink_to("../../dist-x/root")
    (root / "lib" / ("long" * 60)).write_bytes(b"x" * 3_000_000)
    (root / "lib" / "closed").mkdir()
    (root / "lib" / "closed" / "in it").write_bytes(b"")
    (root / "lib" / "closed").chmod(0o555)
    (root / "env").mkdir()
    (root / "env" / "VARIABLE").write_bytes(b"1")
    return root


def test_what_was_packed_is_unpacked(tmp_path: Path) -> None:
    tree, archive = a_tree(tmp_path / "layers" / "tree"), tmp_path / "cache" / "tree.tar"
    (tmp_path / "layers" / "more").mkdir()
    (tmp_path / "layers" / "more" / "in it").write_bytes(b"1")
    digest, nbytes = pack(tmp_path / "layers", ("tree", "more"), archive, without=("env",))
    assert (digest, nbytes) == (hashlib.sha256(archive.read_bytes()).hexdigest(), archive.stat().st_size)
    (tmp_path / "again" / "tree").mkdir(parents=True)
    (tmp_path / "again" / "tree" / "stale").write_bytes(b"")
    # Trees of other names are not what was asked for.
    assert unpack(archive, tmp_path / "again", ("tree",)) == ""
    assert listing(tmp_path / "again" / "tree").keys() == {"stale"}
    assert unpack(archive, tmp_path / "again", ("tree", "more")) == digest
    wanted = {path: each for path, each in listing(tree).items() if path.partition("/")[0] != "env"}
    assert listing(tmp_path / "again" / "tree") == wanted
    assert sorted(path.name for path in (tmp_path / "again").iterdir()) == ["more", "tree"]


def test_equal_trees_give_equal_bytes_whenever_and_in_whichever_order_they_were_made(tmp_path: Path) -> None:
    a_tree(tmp_path / "one" / "tree")
    (tmp_path / "two").mkdir()
    other = tmp_path / "two" / "tree"
    first, _ = pack(tmp_path / "one", ("tree",), tmp_path / "1.tar")
    assert unpack(tmp_path / "1.tar", tmp_path / "two", ("tree",)) == first
    for path in other.rglob("*"):
        os.utime(path, (5, 5), follow_symlinks=False)
    again, _ = pack(tmp_path / "two", ("tree",), tmp_path / "2.tar")
    assert again == first
    (other / "bin" / "run").chmod(0o644)
    assert pack(tmp_path / "two", ("tree",), tmp_path / "3.tar")[0] != first


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 20_000), flip=st.booleans())
def test_a_damaged_file_is_noticed(tmp_path_factory: pytest.TempPathFactory, cut: int, flip: bool) -> None:
    root = tmp_path_factory.mktemp("damaged")
    (root / "tree").mkdir()
    for number in range(6):
        (root / "tree" / f"f{number}").write_bytes(bytes([number]) * 1500)
    digest, nbytes = pack(root, ("tree",), root / "tree.tar")
    raw = bytearray((root / "tree.tar").read_bytes())
    at = cut % nbytes
    if flip:
        raw[at] ^= 1
    else:
        del raw[at:]
    (root / "tree.tar").write_bytes(raw)
    (root / "again").mkdir()
    assert unpack(root / "tree.tar", root / "again", ("tree",)) != digest
    assert not list((root / "again").glob(".*"))
    assert not list(root.glob(".*"))


@pytest.mark.parametrize("name", ["/etc/passwd", "../outside", "link/inside", "a/../../outside", "missing/file", "."])
def test_nothing_is_written_outside_of_the_tree(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "bad.tar", "w") as tar:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path)
        tar.addfile(link)
        entry = tarfile.TarInfo(name)
        entry.size = 3
        tar.addfile(entry, io.BytesIO(b"bad"))
    assert unpack(tmp_path / "bad.tar", tmp_path, ("link", name)) == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.tar"]


def test_a_file_that_is_not_there_is_no_tree(tmp_path: Path) -> None:
    assert unpack(tmp_path / "none.tar", tmp_path, ("tree",)) == ""
    assert not (tmp_path / "tree").exists()
