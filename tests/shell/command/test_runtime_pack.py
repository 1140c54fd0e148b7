"""Packing interpreters of this machine, and running what was packed somewhere else."""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from pure.disk import DiskFull
from pure.outcome import Failure, Success
from pure.runtime.endings import (
    InterpreterUnsupported,
    InterpreterUnusable,
    Packed,
    PackError,
    PipWheelMissing,
)
from pure.runtime.pruning import decide
from pure.target import Distro
from shell.archive import unpack_runtime
from shell.command.runtime_pack import pack, packed_once, read_distro

from tests.interpreters import interpreters
from tests.often import often
from tests.places import ROOT

pytestmark = pytest.mark.xdist_group("runtime_pack")
DEBIAN = Distro(name="debian", version="12")
MODULES = "ssl, sqlite3, ctypes, lzma, bz2, zlib, hashlib, venv, json, uuid, decimal, pyexpat, curses, readline, socket"


def base(python: Path) -> str:
    ask = "import sys; print(sys.base_prefix)"
    return subprocess.run([python, "-I", "-c", ask], capture_output=True, text=True, check=True).stdout.strip()


def has_wheel(python: Path) -> bool:
    ask = "import ensurepip; print(ensurepip.version())"
    return subprocess.run([python, "-I", "-c", ask], capture_output=True, check=False).returncode == 0


def one_of_each_kind() -> list[Path]:
    """The interpreter of the tests, and one that belongs to the system (split over /usr) if there is one."""
    first = interpreters()[0]
    others = [each for each in interpreters()[1:] if (base(each) == "/usr") != (base(first) == "/usr")]
    return [first, *[each for each in others if has_wheel(each)][:1]]


class Moved:
    """An interpreter packed, then unpacked at another place."""

    def __init__(self, python: Path, folder: Path) -> None:
        self.original = python
        self.folder = folder
        outcome = pack(python, folder / "one", distro=DEBIAN)
        assert isinstance(outcome, Success), outcome
        self.packed: Packed = outcome.unwrap()
        self.root = folder / "elsewhere" / "python"
        self.wheels = folder / "wheels"
        unpacked = unpack_runtime(Path(self.packed.archive), self.root, wheel_to=self.wheels)
        assert isinstance(unpacked, Success), unpacked

    def run(self, *argv: str) -> str:
        """What the moved interpreter prints, in an empty environment."""
        ended = subprocess.run(
            [self.root / "bin" / "python3", "-I", "-B", *argv], env={}, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.strip()


@pytest.fixture(scope="session", params=often(one_of_each_kind(), one_of_each_kind()[0]), ids=str)
def moved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Moved:
    return Moved(request.param, tmp_path_factory.mktemp("pack"))


def test_the_entry_describes_the_archive(moved: Moved) -> None:
    entry = moved.packed.entry
    expected = subprocess.run([moved.original, "-V"], capture_output=True, text=True, check=True).stdout.split()[1]
    assert entry.version == expected
    assert entry.url == Path(moved.packed.archive).as_uri()
    assert entry.distro == DEBIAN
    assert moved.packed.size == Path(moved.packed.archive).stat().st_size


def test_the_same_installation_gives_the_same_bytes(moved: Moved) -> None:
    again = pack(moved.original, moved.folder / "two", distro=DEBIAN).unwrap()
    assert again.entry.sha256 == moved.packed.entry.sha256
    assert Path(again.archive).read_bytes() == Path(moved.packed.archive).read_bytes()


def test_nothing_but_the_archive_is_left(moved: Moved) -> None:
    assert [path.name for path in (moved.folder / "one").iterdir()] == [Path(moved.packed.archive).name]


def test_it_runs_elsewhere_in_an_empty_environment(moved: Moved) -> None:
    assert moved.run("-c", f"import {MODULES}, sys; print(sys.prefix)") == str(moved.root)


def test_it_takes_nothing_from_its_system_but_the_c_library(moved: Moved) -> None:
    allowed = ("libc.so", "libm.so", "libdl.so", "libpthread.so", "librt.so", "libutil.so", "libresolv.so")
    borrowed: set[str] = set()
    files = [*moved.root.glob("lib/python3*/lib-dynload/*.so"), *moved.root.glob("lib/bundled/*")]
    for file in (moved.root / "bin" / "python3", *files):
        ended = subprocess.run(
            ["ldd", file], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False
        )
        for line in ended.stdout.splitlines():
            name, _, place = line.strip().partition(" => ")
            assert "not found" not in place, f"{file}: {name}"
            if place and not place.startswith(str(moved.root)):
                borrowed.add(name)
    assert {name for name in borrowed if not name.startswith(allowed)} == set()


def test_it_makes_virtual_environments(moved: Moved) -> None:
    place = moved.folder / "venv"
    moved.run("-m", "venv", "--without-pip", str(place))
    ask = "import sys; print(sys.prefix, sys.base_prefix, [p for p in sys.path if p.endswith('site-packages')])"
    answer = subprocess.run([place / "bin" / "python", "-c", ask], env={}, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == [
        str(place),
        str(moved.root),
        f"['{next(place.glob('lib/python3*/site-packages'))}']",
    ]


def test_it_can_compile_extensions(moved: Moved) -> None:
    include = Path(moved.run("-c", "import sysconfig; print(sysconfig.get_path('include'))"))
    assert include.is_relative_to(moved.root)
    header = (include / "pyconfig.h").read_text()
    assert "SIZEOF_LONG" in header
    assert moved.run("-c", "import sysconfig; print(sysconfig.get_config_var('EXT_SUFFIX'))").endswith(".so")
    makefile = moved.run("-c", "import sysconfig; print(sysconfig.get_makefile_filename())")
    assert Path(makefile).is_file()


def test_it_has_no_pip_but_its_wheel_came_along(moved: Moved) -> None:
    assert moved.run("-c", "import importlib.util; print(importlib.util.find_spec('pip'))") == "None"
    wheel, *others = moved.wheels.iterdir()
    assert others == []
    assert moved.run(
        "-c", "import sys; sys.path.insert(0, sys.argv[1]); import pip; print(pip.__version__)", str(wheel)
    )


def test_it_is_pruned_already(moved: Moved) -> None:
    with tarfile.open(moved.packed.archive) as tar:
        names = [member.name for member in tar if not member.isdir()]
    from pathlib import PurePosixPath

    left_out = [name for name in names if decide(PurePosixPath(name).relative_to("python"))]
    assert [PurePosixPath(name).parent.name for name in left_out] == ["_bundled"]


def test_no_text_names_the_original_place(moved: Moved) -> None:
    prefix = base(moved.original)
    if prefix in ("/usr", "/usr/local"):
        pytest.skip("these prefixes have other meanings too")
    texts = [path for path in moved.root.rglob("*") if path.suffix in (".py", ".pc", "") and path.is_file()]
    naming = [path for path in texts if path.read_bytes()[:4] != b"\x7fELF" and prefix.encode() in path.read_bytes()]
    assert naming == []


@pytest.mark.heavy
def test_packing_once_is_enough(tmp_path: Path) -> None:
    python = interpreters()[0]
    first = packed_once(python, tmp_path, distro=DEBIAN).unwrap()
    archive = Path(first.archive)
    made = archive.stat().st_mtime_ns
    assert packed_once(python, tmp_path, distro=DEBIAN).unwrap() == first
    assert archive.stat().st_mtime_ns == made
    archive.write_bytes(b"cut short")
    assert packed_once(python, tmp_path, distro=DEBIAN).unwrap() == first
    assert archive.stat().st_size == first.size


ANSWER = {
    "implementation": "cpython",
    "version": "3.13.1",
    "system": "linux",
    "machine": "x86_64",
    "libc": "glibc 2.36",
    "free_threaded": False,
    "prefix": "/opt/python",
    "executable": "/bin/sh",
    "stdlib": "/nonexistent/lib",
    "platstdlib": "/nonexistent/lib",
    "include": "/nonexistent/include",
    "multiarch": "",
    "libdir": "",
    "soname": "",
    "pkgconfig": "",
    "wheels": "/nonexistent/wheels",
}


def failing(folder: Path, answer: str) -> PackError:
    """The error for an interpreter that answers so when it is asked what it is."""
    python = folder / "python3"
    python.write_text(f"#!/bin/sh\ncat <<'END'\n{answer}\nEND\n")
    python.chmod(0o755)
    outcome = pack(python, folder / "out", distro=DEBIAN)
    assert isinstance(outcome, Failure)
    assert list(folder.rglob("*.tar.gz")) == []
    return outcome.failure()


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("implementation", "pypy", "it is pypy, not CPython"),
        ("version", "3.10.2", "it is Python 3.10.2; 3.11 is the oldest that can be packed"),
        ("free_threaded", True, "it is a free-threaded build"),
        ("machine", "riscv64", "it is for linux on riscv64"),
        ("libc", "", "it is not built for the GNU C library"),
    ],
)
def test_what_cannot_be_packed(tmp_path: Path, field: str, value: object, reason: str) -> None:
    error = failing(tmp_path, json.dumps({**ANSWER, field: value}))
    assert error == InterpreterUnsupported(python=str(tmp_path / "python3"), reason=reason)


def test_an_installation_without_the_wheel_of_pip(tmp_path: Path) -> None:
    assert failing(tmp_path, json.dumps(ANSWER)) == PipWheelMissing(
        python="/bin/sh", searched=("/nonexistent/lib/ensurepip/_bundled", "/nonexistent/wheels")
    )


def test_what_is_no_python(tmp_path: Path) -> None:
    assert isinstance(failing(tmp_path, "hello"), InterpreterUnusable)
    outcome = pack(tmp_path / "missing", tmp_path, distro=DEBIAN)
    assert isinstance(outcome, Failure)
    assert isinstance(outcome.failure(), InterpreterUnusable)
    assert isinstance(packed_once(tmp_path / "missing", tmp_path), Failure)


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """The limit on file sizes acts as a full disk does, and needs no root; it holds for a process of its own."""
    script = (
        "import resource, sys; from pathlib import Path; from shell.command.runtime_pack import pack\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "print(type(pack(Path(sys.argv[1]), Path(sys.argv[2])).failure()).__name__)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(interpreters()[0]), str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert ended.stdout.strip() == DiskFull.__name__
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "distro"),
    [
        ('ID=debian\nVERSION_ID="12"\n', DEBIAN),
        ("# x\nVERSION_ID='24.04'\nID=ubuntu", Distro(name="ubuntu", version="24.04")),
        ("ID=arch\n", Distro(name="arch", version="")),
        ("NAME=x\n", None),
    ],
)
def test_the_distribution_is_read(tmp_path: Path, text: str, distro: Distro | None) -> None:
    path = tmp_path / "os-release"
    path.write_text(text)
    assert read_distro(path) == distro
    assert read_distro(tmp_path / "missing") is None
