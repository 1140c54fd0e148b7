"""Unpacks a runtime's archive into a folder, whole or not at all."""

import glob
import gzip
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Final, cast

from pure.disk import DiskFull
from pure.outcome import Failure, Outcome, Success
from pure.runtime.endings import (
    OTHER_KINDS,
    CorruptArchive,
    NoRuntimeInArchive,
    OtherArchive,
    OversizedArchive,
    Unpacked,
    UnpackError,
    UnpackFailed,
    UnsafeArchive,
)
from pure.runtime.pruning import Member, UnsafeMember, decide, is_ensurepip_wheel, member_fault
from pure.runtime.relocation import MOST_BYTES, is_relocated, relocated

from shell.disk import NO_ROOM, said
from shell.tars import Counted, Entry, Oversized

TOP: Final = "python"
"""The folder that everything in a runtime's archive is in."""

# Several times as much as any Python has, with debug symbols and tests.
MOST_UNPACKED: Final = 4_000_000_000
MOST_ENTRIES: Final = 200_000
MOST_FOLDERS: Final = 40

_BUFFER: Final = 1 << 20


def unpack_runtime(
    archive: Path, target: Path, *, wheel_to: Path | None, stays: bool = True, called: str = ""
) -> Outcome[Unpacked, UnpackError]:
    """Unpack ``archive`` (``.tar.gz``, top folder ``python/``) so that ``target`` has ``bin``, ``lib`` and so on.

    What ``runtime.pruning`` leaves out is not written. The wheel of pip that ``ensurepip`` bundles goes to the folder
    ``wheel_to``, if that is given. ``target`` is replaced in the end, by renaming; before that, and after a failure,
    it is as it was. Owners and times of the archive are not kept; modes are 0755 and 0644. If the runtime
    ``stays`` in ``target``, what its files say of where and how it was made is made to hold there. Errors name it as
    it is ``called``, such as by its URL.
    """
    name = called or str(archive)
    try:
        with sibling(target) as temporary:
            work = _Unpacking(archive, temporary / TOP, wheel_to, str(target) if stays else None)
            work.run()
            if not (temporary / TOP / "bin" / "python3").is_file():
                return Failure(NoRuntimeInArchive(archive=name))
            put_in_place(temporary, target)
            return Success(
                Unpacked(
                    target=str(target),
                    files=work.files,
                    size=work.size,
                    left_out=tuple(sorted(work.left_out.items())),
                    pip_wheel=str(work.wheel) if work.wheel else None,
                )
            )
    except Oversized as oversized:
        return Failure(OversizedArchive(archive=name, what=oversized.what, most=oversized.most))
    except RecursionError:
        # tarfile follows a header to the next by calling itself.
        return Failure(CorruptArchive(archive=name, detail="too many headers follow each other"))
    except _Unsafe as unsafe:
        if unsafe.member.reason == "other folder" and unsafe.first:
            return Failure(NoRuntimeInArchive(archive=name, instead=unsafe.member.path[:200]))
        return Failure(UnsafeArchive(archive=name, member=unsafe.member))
    except (tarfile.TarError, EOFError, zlib.error) as error:
        return Failure(CorruptArchive(archive=name, detail=str(error) or type(error).__name__))
    except OSError as error:
        if error.errno in NO_ROOM:
            return Failure(DiskFull(task="unpack", path=str(target), detail=said(error)))
        if error.errno is None:  # gzip.BadGzipFile
            begin = _begin(archive)
            kind = next((kind for magic, kind in OTHER_KINDS.items() if begin.startswith(magic)), None)
            if kind is not None:
                return Failure(OtherArchive(archive=name, kind=kind))
            return Failure(CorruptArchive(archive=name, detail=str(error)))
        path = error.filename if isinstance(error.filename, str) else str(target)
        return Failure(UnpackFailed(archive=name, path=path, detail=said(error)))


class _Unsafe(Exception):  # noqa: N818  (control flow within this module)
    def __init__(self, member: UnsafeMember, *, first: bool) -> None:
        super().__init__(member.path)
        self.member = member
        self.first = first


def _begin(archive: Path) -> bytes:
    with archive.open("rb") as file:
        return file.read(16).lstrip()


class _Unpacking:
    def __init__(self, archive: Path, root: Path, wheel_to: Path | None, home: str | None) -> None:
        self.archive = archive
        self.root = root
        self.wheel_to = wheel_to
        self.home = home
        self.wheel: Path | None = None
        self.links: set[PurePosixPath] = set()
        self.folders: set[str] = set()
        self.left_out: dict[str, int] = {}
        self.files = 0
        self.size = 0

    def run(self) -> None:
        self.root.mkdir()
        # gzip's own reader, because tarfile's ignores the checksum, and the end of a file that is cut short.
        with self.archive.open("rb") as raw, gzip.GzipFile(fileobj=raw) as unzipped:
            counted = Counted(cast("IO[bytes]", unzipped), MOST_UNPACKED)
            with tarfile.open(fileobj=counted, mode="r|", bufsize=_BUFFER, tarinfo=Entry) as tar:
                number = 0
                while (entry := tar.next()) is not None:
                    # It keeps every entry that it has read.
                    tar.members.clear()  # type: ignore[attr-defined]
                    number += 1
                    if number > MOST_ENTRIES:
                        raise Oversized("entries", MOST_ENTRIES)
                    self._entry(tar, entry)
            while counted.read(_BUFFER):
                pass

    def _entry(self, tar: tarfile.TarFile, entry: tarfile.TarInfo) -> None:
        member = _member(entry)
        if fault := member_fault(member, top=TOP, links=self.links):
            raise _Unsafe(fault, first=not self.folders and not self.left_out)
        path = PurePosixPath(member.path)
        if len(path.parts) > MOST_FOLDERS:
            raise Oversized("folders in each other", MOST_FOLDERS)
        below = path.relative_to(TOP)
        if is_ensurepip_wheel(below) and entry.isreg() and self.wheel_to is not None:
            self.wheel_to.mkdir(parents=True, exist_ok=True)
            self.wheel = self.wheel_to / path.name
            self.wheel.unlink(missing_ok=True)
            self._write(tar, entry, self.wheel)
            return
        if reason := decide(below):
            if not entry.isdir():
                self.left_out[reason] = self.left_out.get(reason, 0) + 1
            return
        place = self.root / below
        if entry.isdir():
            self._folder(place)
            return
        self._folder(place.parent)
        self.files += 1
        if entry.issym():
            place.symlink_to(entry.linkname)
            self.links.add(path)
        elif entry.islnk():
            place.hardlink_to(self.root / PurePosixPath(entry.linkname).relative_to(TOP))
        else:
            self.size += entry.size
            self._write(tar, entry, place)
            if self.home is not None and is_relocated(below) and entry.size <= MOST_BYTES:
                place.write_bytes(relocated(place.read_bytes(), folder=self.home))

    def _folder(self, place: Path) -> None:
        if (name := str(place)) not in self.folders:
            place.mkdir(parents=True, exist_ok=True)
            self.folders.add(name)

    def _write(self, tar: tarfile.TarFile, entry: tarfile.TarInfo, place: Path) -> None:
        source = tar.extractfile(entry)
        assert source is not None, "only regular files get here"
        mode = 0o755 if entry.mode & 0o100 else 0o644
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        with os.fdopen(handle, "wb", buffering=0) as file:
            left = entry.size
            while left:
                chunk = source.read(min(left, _BUFFER))
                if not chunk:
                    raise tarfile.ReadError("unexpected end of data")
                left -= len(chunk)
                view = memoryview(chunk)
                while view:
                    view = view[file.write(view) :]
            os.fchmod(file.fileno(), mode)


def _member(entry: tarfile.TarInfo) -> Member:
    if entry.isreg():
        return Member(path=entry.name, kind="file")
    if entry.isdir():
        return Member(path=entry.name, kind="directory")
    if entry.issym():
        return Member(path=entry.name, kind="symlink", link=entry.linkname)
    if entry.islnk():
        return Member(path=entry.name, kind="hardlink", link=entry.linkname)
    return Member(path=entry.name, kind="other")


@contextmanager
def sibling(target: Path) -> Iterator[Path]:
    """A folder beside the target in which that is made, as ``python``; it goes in the end."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for stale in target.parent.glob(f".{glob.escape(target.name)}.*.part"):
        # Left by a build that was killed; nobody else unpacks into the same place at the same time.
        shutil.rmtree(stale, ignore_errors=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def put_in_place(temporary: Path, target: Path) -> None:
    """Replace the target by what was made in a sibling of it."""
    (temporary / TOP).chmod(0o755)
    if target.is_symlink() or target.is_file():
        target.unlink()
    elif target.exists():
        target.rename(temporary / "old")
    (temporary / TOP).rename(target)
