"""Unpacking real archives: whole or not at all, and nothing outside."""

import gzip
import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from pure.disk import DiskFull
from pure.outcome import Failure, Success
from pure.runtime.endings import (
    CorruptArchive,
    NoRuntimeInArchive,
    OtherArchive,
    OversizedArchive,
    UnpackError,
    UnsafeArchive,
)
from shell.archive import unpack_runtime

from tests.places import ROOT

FILES = {
    "python/bin/python3.13": b"#!interpreter",
    "python/lib/python3.13/os.py": b"import sys\n",
    "python/lib/python3.13/test/test_os.py": b"",
    "python/lib/python3.13/ensurepip/__init__.py": b"",
    "python/lib/python3.13/ensurepip/_bundled/pip-25.0-py3-none-any.whl": b"wheel",
    "python/lib/python3.13/site-packages/pip/__init__.py": b"",
    "python/lib/libpython3.13.a": b"static",
}


def entry(name: str, **fields: object) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(info, field, value)
    return info


def archive(path: Path, *extra: tarfile.TarInfo, files: dict[str, bytes] = FILES) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, data in files.items():
            tar.addfile(entry(name, size=len(data), mode=0o755 if "/bin/" in name else 0o644), io.BytesIO(data))
        for info in (entry("python/bin/python3", type=tarfile.SYMTYPE, linkname="python3.13"), *extra):
            tar.addfile(info, io.BytesIO(b"x" * info.size))
    return path


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def refused(path: Path, folder: Path) -> UnpackError:
    outcome = unpack_runtime(path, folder / "target", wheel_to=None)
    assert isinstance(outcome, Failure)
    assert list(folder.iterdir()) == [], "nothing stays behind"
    return outcome.failure()


def test_what_an_application_needs_is_unpacked_and_the_wheel_of_pip_moved(tmp_path: Path) -> None:
    outcome = unpack_runtime(archive(tmp_path / "a"), tmp_path / "t" / "python", wheel_to=tmp_path / "wheels")
    assert isinstance(outcome, Success)
    unpacked = outcome.unwrap()
    assert everything(tmp_path / "t") == ["python/bin/python3", "python/bin/python3.13", "python/lib/python3.13/os.py"]
    assert everything(tmp_path / "wheels") == ["pip-25.0-py3-none-any.whl"]
    assert unpacked.pip_wheel == str(tmp_path / "wheels" / "pip-25.0-py3-none-any.whl")
    assert unpacked.files == 3
    assert dict(unpacked.left_out)["static library"] == 1
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "t").rglob("*.*") if path.is_file()}
    assert modes == {"python3.13": 0o755, "os.py": 0o644}


def test_what_the_runtime_says_of_its_making_holds_where_it_lies(tmp_path: Path) -> None:
    config = "python/lib/python3.13/_sysconfigdata__linux_x86_64-linux-gnu.py"
    said = b"build_time_vars = {'CC': 'clang -pthread',\n 'LIBDIR': '/install/lib'}\n"
    files = {**FILES, config: said, "python/lib/python3.13/other.py": said}
    target = tmp_path / "t" / "python"
    unpack_runtime(archive(tmp_path / "a", files=files), target, wheel_to=None).unwrap()
    there = (tmp_path / "t" / config).read_text()
    assert there == f"build_time_vars = {{'CC': 'cc -pthread',\n 'LIBDIR': '{target}/lib'}}\n"
    assert (tmp_path / "t" / config).stat().st_mode & 0o777 == 0o644
    assert (target / "lib/python3.13/other.py").read_bytes() == said
    unpack_runtime(tmp_path / "a", target, wheel_to=None, stays=False).unwrap()
    assert (tmp_path / "t" / config).read_bytes() == said


def test_an_old_target_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "python"
    (target / "lib").mkdir(parents=True)
    (target / "lib" / "stale.py").write_text("")
    assert isinstance(unpack_runtime(archive(tmp_path / "a"), target, wheel_to=None), Success)
    assert not (target / "lib" / "stale.py").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "python"]


def test_what_a_killed_build_left_is_cleared(tmp_path: Path) -> None:
    (tmp_path / ".python.abc.part" / "python").mkdir(parents=True)
    assert isinstance(unpack_runtime(archive(tmp_path / "a"), tmp_path / "python", wheel_to=None), Success)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "python"]


@pytest.mark.parametrize(
    "bad",
    [
        entry("/etc/evil"),
        entry("python/../evil"),
        entry("other/file"),
        entry("python/lib/l", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        entry("python/lib/l", type=tarfile.SYMTYPE, linkname="../../evil"),
        entry("python/lib/l", type=tarfile.SYMTYPE, linkname="bin/../../../evil"),
        entry("python/lib/l", type=tarfile.LNKTYPE, linkname="../evil"),
        entry("python/bin/python3/through", size=1),
        entry("python/bin/python3", size=1),
        entry("python/dev", type=tarfile.CHRTYPE),
        entry("python/fifo", type=tarfile.FIFOTYPE),
    ],
    ids=lambda info: f"{info.name} {info.linkname}".strip(),
)
def test_an_entry_that_would_leave_is_refused(tmp_path: Path, bad: tarfile.TarInfo) -> None:
    folder = tmp_path / "below"
    folder.mkdir()
    error = refused(archive(tmp_path / "a", bad), folder)
    assert isinstance(error, UnsafeArchive)
    assert error.member.path == bad.name
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "below"]


@pytest.mark.parametrize("cut", [1, 8, 9, 200, 400, 10_000])
def test_an_archive_that_is_cut_is_refused(tmp_path: Path, cut: int) -> None:
    whole = archive(tmp_path / "a", entry("python/lib/big", size=100_000)).read_bytes()
    (tmp_path / "a").write_bytes(whole[:-cut])
    (tmp_path / "below").mkdir()
    assert isinstance(refused(tmp_path / "a", tmp_path / "below"), CorruptArchive)


def test_an_archive_with_a_damaged_byte_is_refused(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    whole = bytearray(archive(tmp_path / "a").read_bytes())
    whole[-5] ^= 1
    (tmp_path / "a").write_bytes(whole)
    assert isinstance(refused(tmp_path / "a", tmp_path / "below"), CorruptArchive)


@pytest.mark.parametrize(
    "data", [b"not an archive", gzip.compress(b"no tar" * 200, mtime=0), gzip.compress(b"", mtime=0)]
)
def test_something_else_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "a").write_bytes(data)
    assert isinstance(refused(tmp_path / "a", tmp_path / "below"), CorruptArchive | NoRuntimeInArchive)


@pytest.mark.parametrize(
    ("begin", "kind"),
    [(b"\x28\xb5\x2f\xfd", "zstd"), (b"\xfd7zXZ\x00", "xz"), (b"BZh9", "bzip2"), (b"<!DOCTYPE", "HTML")],
)
def test_archives_of_other_kinds_say_so_by_what_they_are_called(tmp_path: Path, begin: bytes, kind: str) -> None:
    (tmp_path / "a").write_bytes(begin + b"x" * 100)
    url = "https://mirror.example/cpython.tar.zst"
    unpacked = unpack_runtime(tmp_path / "a", tmp_path / "python", wheel_to=None, called=url)
    assert isinstance(unpacked, Failure)
    error = unpacked.failure()
    assert isinstance(error, OtherArchive)
    assert error.archive == url
    assert kind in error.kind


def test_an_archive_with_another_folder_at_its_root_says_which(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    with tarfile.open(tmp_path / "a", "w:gz") as tar:
        tar.addfile(entry("cpython-3.13/bin/python3"))
    error = refused(tmp_path / "a", tmp_path / "below")
    assert error == NoRuntimeInArchive(archive=str(tmp_path / "a"), instead="cpython-3.13/bin/python3")


def test_an_archive_without_an_interpreter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    with tarfile.open(tmp_path / "a", "w:gz") as tar:
        tar.addfile(entry("python/lib/os.py"))
    assert isinstance(refused(tmp_path / "a", tmp_path / "below"), NoRuntimeInArchive)


def test_an_interpreter_that_is_a_folder_is_none(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    with tarfile.open(tmp_path / "a", "w:gz") as tar:
        tar.addfile(entry("python/bin/python3", type=tarfile.DIRTYPE, mode=0o755))
    assert isinstance(refused(tmp_path / "a", tmp_path / "below"), NoRuntimeInArchive)


def oversized(path: Path) -> str:
    (path.parent / "below").mkdir()
    error = refused(path, path.parent / "below")
    assert isinstance(error, OversizedArchive)
    return error.what


def test_folders_in_folders_without_end_are_refused(tmp_path: Path) -> None:
    assert oversized(archive(tmp_path / "a", entry("python/lib" + "/a" * 2000, size=1))) == "folders in each other"


def test_what_unpacks_to_more_than_a_disk_holds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shell.archive.MOST_UNPACKED", 3_000_000)
    assert oversized(archive(tmp_path / "a", entry("python/lib/zeros", size=4_000_000))) == "bytes"


def test_what_follows_the_archive_counts_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shell.archive.MOST_UNPACKED", 3_000_000)
    with archive(tmp_path / "a").open("ab") as file:
        file.write(gzip.compress(bytes(4_000_000)))
    assert oversized(tmp_path / "a") == "bytes"


def test_entries_without_end_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shell.archive.MOST_ENTRIES", 50)
    assert oversized(archive(tmp_path / "a", *(entry(f"python/lib/{at}") for at in range(60)))) == "entries"


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK])
def test_headers_that_fill_the_memory_are_refused(tmp_path: Path, kind: bytes) -> None:
    with gzip.open(tmp_path / "a", "wb") as file:
        header = entry("python/x", type=kind, size=8_000_000_000)
        file.write(header.tobuf(tarfile.GNU_FORMAT))
        file.write(bytes(100_000))
    assert oversized(tmp_path / "a") == "bytes in a header"


def test_headers_of_headers_of_headers_are_refused(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    with gzip.open(tmp_path / "a", "wb") as file:
        for _ in range(3000):
            file.write(entry("python/x", type=tarfile.XHDTYPE, size=512).tobuf(tarfile.USTAR_FORMAT))
            file.write(b"11 path=ab\n".ljust(512, b"\0"))
    assert isinstance(refused(tmp_path / "a", tmp_path / "below"), CorruptArchive)


def test_a_full_disk_leaves_the_old_runtime_as_it_was(tmp_path: Path) -> None:
    """The limit on file sizes acts as a full disk does, and needs no root; it holds for a process of its own."""
    target = tmp_path / "t" / "python"
    target.mkdir(parents=True)
    (target / "old").write_text("")
    path = archive(tmp_path / "a", entry("python/lib/big", size=100_000))
    script = (
        "import json, resource, sys; from pathlib import Path; from shell.archive import unpack_runtime\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "print(type(unpack_runtime(Path(sys.argv[1]), Path(sys.argv[2]), wheel_to=None).failure()).__name__)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(path), str(target)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert ended.stdout.strip() == DiskFull.__name__
    assert everything(tmp_path / "t") == ["python/old"]
