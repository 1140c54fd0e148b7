"""Packs the trees of layers into one file and unpacks it again: what a platform's cache keeps of many files.

The file is a plain tar in which equal trees give equal bytes: sorted, without owners and times. Its sha256, which says
whether it is still what was packed, is taken while it is written and before it is unpacked.
"""

import errno
import hashlib
import io
import os
import stat
import tarfile
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from pure.build.watched import held_by

from shell.layer_store import remove_tree

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_CHUNK: Final = 1 << 20


def pack(root: Path, trees: Iterable[str], archive: Path, *, without: Collection[str] = ()) -> tuple[str, int]:
    """Pack trees below ``root``, but for these names directly in each; the file's sha256, and its bytes.

    The file is there wholly or not at all; until it is, it lies in ``root``.
    """
    return _written(root, _below(root, sorted(trees), without), archive, root)


def pack_files(tree: Path, paths: Iterable[str], archive: Path, *, beside: Path) -> None:
    """Pack these paths below a tree, folders without what lies in them; until the file is whole, it lies ``beside``."""
    _written(tree, sorted(paths), archive, beside)


def _written(tree: Path, names: Iterable[str], archive: Path, beside: Path) -> tuple[str, int]:
    archive.parent.mkdir(parents=True, exist_ok=True)
    part = beside / f".{archive.name}.part"
    try:
        with part.open("wb", buffering=0) as raw:
            hashed = _Hashed(raw)
            # Not by tarfile's own writer of streams: what is in its buffer is copied with every piece that comes.
            with io.BufferedWriter(hashed, _CHUNK) as file:
                for name in names:
                    _add(file, f"{tree}/{name}", name)
                file.write(tarfile.NUL * (2 * tarfile.BLOCKSIZE))
        part.rename(archive)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return hashed.digest, hashed.nbytes


def unpack(archive: Path, root: Path, trees: Iterable[str]) -> str:
    """Make below ``root`` the trees that were packed, in place of those that are there.

    The file's sha256, empty if it isn't one of just these trees. They are there wholly or not at all.
    """
    part = root / ".unpacked.part"
    remove_tree(part)
    part.mkdir(mode=0o755)
    try:
        with archive.open("rb") as raw:
            digest = hashlib.file_digest(raw, "sha256").hexdigest()
            raw.seek(0)
            folders: dict[str, int] = {}
            with tarfile.open(fileobj=raw, mode="r:") as tar:
                for member in tar:
                    _extract(raw.fileno(), member, part, folders)
        found = sorted(path.name for path in part.iterdir())
        if found != sorted(trees):
            return ""
        # From below, so that a folder which nobody may enter is closed last.
        for name, mode in reversed(folders.items()):
            (part / name).chmod(mode)
        for name in found:
            remove_tree(root / name)
            (part / name).rename(root / name)
    except (tarfile.TarError, EOFError, FileNotFoundError, FileExistsError, ValueError):
        return ""
    finally:
        remove_tree(part)
    return digest


def unpack_files(archive: Path, tree: Path) -> bool:
    """Put what was packed where it was: beside all else in a tree, and in place of files of the same names.

    False if there is anything in it that ``pack_files`` doesn't pack, or that would lie behind a link.
    """
    folders: dict[str, int] = {}
    try:
        with archive.open("rb") as raw, tarfile.open(fileobj=raw, mode="r:") as tar:
            for member in tar:
                parent, _, _ = member.name.rpartition("/")
                # What was there already when the files were made isn't among what was packed.
                (tree / parent).mkdir(parents=True, exist_ok=True)
                if _behind_a_link(tree, parent):
                    return False
                folders[parent] = folders.get(parent, 0)
                if (tree / member.name).is_symlink() or not (tree / member.name).is_dir():
                    (tree / member.name).unlink(missing_ok=True)
                elif member.isdir():
                    folders[member.name] = member.mode
                    continue
                _extract(raw.fileno(), member, tree, folders)
    except (tarfile.TarError, EOFError, ValueError):
        return False
    for name, mode in folders.items():
        if mode:
            (tree / name).chmod(mode)
    return True


def _behind_a_link(tree: Path, below: str) -> bool:
    parts = [part for part in below.split("/") if part]
    return ".." in parts or any((tree / "/".join(parts[: n + 1])).is_symlink() for n in range(len(parts)))


def packed(archive: Path) -> dict[str, str]:
    """What each path in a file holds that ``pack_files`` made; nothing of one that can't be read.

    It is said as ``shell.watched.hashed`` says it of the paths themselves.
    """
    found: dict[str, str] = {}
    try:
        with tarfile.open(archive, mode="r|", bufsize=_CHUNK) as tar:
            for member in tar:
                found[member.name] = _held(tar, member)
    except (tarfile.TarError, EOFError, OSError, ValueError):
        return {}
    return found


def _held(tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    if member.issym():
        return held_by(f"->{member.linkname}", "")
    if member.isdir():
        return held_by(f"{member.mode:04o}/", "")
    if not member.isreg():
        return ""
    content = tar.extractfile(member)
    assert content is not None, "a regular file has contents"
    return held_by(f"{member.mode:04o}", hashlib.file_digest(content, "sha256").hexdigest())  # type: ignore[arg-type]


def _below(root: Path, names: Iterable[str], without: Collection[str] = ()) -> Iterator[str]:
    """The names and what lies below them, each folder before what is in it; of the folders named, ``without`` these."""
    for name in names:
        yield name
        place = f"{root}/{name}"
        if stat.S_ISDIR(os.lstat(place).st_mode):
            yield from _below(root, [f"{name}/{below}" for below in sorted(os.listdir(place)) if below not in without])  # noqa: PTH208


def _add(file: IO[bytes], path: str, name: str) -> None:
    found = os.lstat(path)
    entry = tarfile.TarInfo(name)
    entry.mode = stat.S_IMODE(found.st_mode)
    if stat.S_ISLNK(found.st_mode):
        entry.type, entry.linkname = tarfile.SYMTYPE, os.readlink(path)  # noqa: PTH115
        file.write(_header(entry))
    elif stat.S_ISDIR(found.st_mode):
        entry.type = tarfile.DIRTYPE
        file.write(_header(entry))
    elif stat.S_ISREG(found.st_mode):
        content = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            left = entry.size = os.fstat(content).st_size
            file.write(_header(entry))
            # A library of some hundred megabytes needn't be in memory.
            while left:
                data = os.read(content, min(left, _CHUNK))
                if not data:
                    raise OSError(errno.EIO, "the file became shorter while it was read", path)
                file.write(data)
                left -= len(data)
        finally:
            os.close(content)
        file.write(tarfile.NUL * (-entry.size % tarfile.BLOCKSIZE))


def _header(entry: tarfile.TarInfo) -> bytes:
    return entry.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")


def _extract(archive: int, member: tarfile.TarInfo, tree: Path, folders: dict[str, int]) -> None:
    # Nobody has compared the digest yet, and nothing may be written elsewhere: only below folders of the tree.
    parent, _, name = member.name.rpartition("/")
    if name in ("", ".", "..") or (parent and parent not in folders):
        raise ValueError(member.name)
    target = f"{tree}/{member.name}"
    if member.isdir():
        # What may not be written into is closed when all of it is there.
        os.mkdir(target, mode=0o700)  # noqa: PTH102  (of thousands each counts)
        folders[member.name] = member.mode
    elif member.issym():
        os.symlink(member.linkname, target)  # noqa: PTH211
    elif member.isreg():
        file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _copy(archive, file, member.offset_data, member.size)
            os.fchmod(file, member.mode)
        finally:
            os.close(file)
    else:
        raise ValueError(member.name)


def _copy(source: int, target: int, start: int, nbytes: int) -> None:
    """Copy so many bytes from there on without having them here."""
    end = start + nbytes
    while start < end:
        copied = os.sendfile(target, source, start, end - start)
        if not copied:
            raise EOFError("the file ends in the middle of another")
        start += copied


class _Hashed(io.RawIOBase):
    """A file of which a digest is taken as it is written."""

    def __init__(self, file: io.FileIO) -> None:
        super().__init__()
        self._file = file
        self._sha256 = hashlib.sha256()
        self.nbytes = 0

    @property
    def digest(self) -> str:
        return self._sha256.hexdigest()

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer") -> int:
        with memoryview(data) as view:
            written = self._file.write(view)
            self._sha256.update(view[:written])
        self.nbytes += written
        return written
