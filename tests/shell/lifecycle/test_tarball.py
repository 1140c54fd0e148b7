"""Layer tars: the same tree gives the same bytes, and comes back as it was."""

import io
import os
import stat
import tarfile
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shell.lifecycle.disk import remove
from shell.lifecycle.tarball import TarError, extract, parents, walk, write_tar

ROOT = "/layers/b/l"
NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=3).filter(
    lambda name: name not in (".", "..") and len(name.encode()) < 200
) | st.sampled_from(["n" * 60, "n" * 101, "m" * 200])
TREES = st.recursive(
    st.binary(max_size=2000) | NAMES,
    lambda inner: st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


Tree: TypeAlias = bytes | str | dict[str, "Tree"]


def make(path: Path, tree: Tree) -> None:
    if isinstance(tree, bytes):
        path.write_bytes(tree)
        path.chmod(0o600 + len(tree) % 64)
    elif isinstance(tree, str):
        path.symlink_to(tree)
    else:
        path.mkdir()
        for name, below in tree.items():
            make(path / name, below)
        path.chmod(0o700 + len(tree))


def look(path: Path) -> object:
    mode = stat.S_IMODE(path.lstat().st_mode)
    if path.is_symlink():
        return os.readlink(path)
    if path.is_dir():
        return mode, {name: look(path / name) for name in sorted(os.listdir(path))}
    return mode, path.read_bytes()


def pack(tree: Path, tar: Path) -> str:
    with tar.open("wb") as stream:
        return write_tar([*parents(ROOT), *walk(str(tree), ROOT)], stream)


@given(TREES)
@settings(deadline=None, max_examples=60)
def test_a_tree_comes_back(tmp_path_factory: pytest.TempPathFactory, tree: Tree) -> None:
    folder = tmp_path_factory.mktemp("tree")
    make(folder / "in", tree)
    digest = pack(folder / "in", folder / "tar")
    extract(folder / "tar", digest=digest, prefix=ROOT, target=folder / "out")
    assert look(folder / "out") == look(folder / "in")
    assert pack(folder / "out", folder / "again") == digest
    assert (folder / "again").read_bytes() == (folder / "tar").read_bytes()
    with tarfile.open(folder / "tar") as archive:
        members = archive.getmembers()
    assert [member.name for member in members[:3]] == ["/layers", "/layers/b", ROOT]
    assert {(member.uid, member.gid, member.mtime) for member in members} == {(1000, 1000, 315532801)}
    remove(folder)


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_damage_is_noticed(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    make(folder / "in", {"file": b"x" * 700, "link": "file", "n" * 120: {"below": b""}})
    digest = pack(folder / "in", folder / "tar")
    content = bytearray((folder / "tar").read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.sampled_from([len(content), place]))
    (folder / "tar").write_bytes(content[:cut])
    with pytest.raises(TarError):
        extract(folder / "tar", digest=digest, prefix=ROOT, target=folder / "out")
    remove(folder)


@pytest.mark.parametrize(
    "members",
    [
        [("/etc/passwd", None)],
        [(ROOT, "dir"), (f"{ROOT}/../../up", None)],
        [(ROOT, "dir"), (f"{ROOT}/link", "/tmp"), (f"{ROOT}/link/file", None)],
        [(ROOT, "dir"), (f"{ROOT}/missing/file", None)],
        [(ROOT, "dir"), (f"{ROOT}/..", None)],
    ],
)
def test_nothing_is_written_outside_of_the_layer(tmp_path: Path, members: list[tuple[str, str | None]]) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, kind in members:
            info = tarfile.TarInfo(name)
            if kind == "dir":
                info.type = tarfile.DIRTYPE
            elif kind:
                info.type, info.linkname = tarfile.SYMTYPE, kind
            archive.addfile(info)
    (tmp_path / "tar").write_bytes(stream.getvalue())
    with pytest.raises(TarError):
        extract(tmp_path / "tar", digest=None, prefix=ROOT, target=tmp_path / "out")


def test_special_files_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    os.mkfifo(tmp_path / "in" / "pipe")
    (tmp_path / "in" / "file").write_text("x")
    extract(tmp_path / "tar", digest=pack(tmp_path / "in", tmp_path / "tar"), prefix=ROOT, target=tmp_path / "out")
    assert os.listdir(tmp_path / "out") == ["file"]
