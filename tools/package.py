"""Packages the buildpack: a folder per target that a platform takes as it is, and the same as one archive.

The folder holds the launchers, our code, the wheels of vendor.lock and an interpreter that runs them, so that the build
image needs no Python. An application that wants that version needs no download: it gets a copy of the same tree, as it
was in the archive. Two runs over the same input give the same bytes, file times included.
"""

import argparse
import gzip
import os
import re
import shutil
import stat
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec
import tomli
import tomli_w
from pure.manager.table import PIP_TOOL
from pure.outcome import Failure
from pure.python.catalogue import Catalogue, Runtime, encode_catalogue
from pure.runtime.carried import NOTE, CarriedFile, CarriedTree, encode_tree
from shell.bytecode import compile_files
from shell.process import run
from shell.world import WHEELS

from tools.carried import (
    SUPPORTED,
    Carried,
    PackageError,
    carried_archive,
    download,
    host_arch,
    own_runtime,
    sha256_of,
    unpack,
)
from tools.vendor_lock import LOCK, parse, platform_options

ROOT: Final = Path(__file__).resolve().parent.parent

SIZE_LIMIT: Final = 40_000_000
"""The most that the archive of a packaged buildpack may take, in bytes."""

FILE_TIME: Final = 315_532_801
"""1980-01-01T00:00:01Z, the time that pack gives every file of a buildpack."""

RUNTIME: Final = "runtime"
CARRIED: Final = "data/carried.json"
BUILDPACK_SCHEME: Final = "buildpack:"
"""How a carried entry's URL begins: what follows is a path in the buildpack's own folder, wherever that is."""

# The console script and the local lifecycle; a platform brings its own.
DEVELOPERS_ONLY: Final = ("pure/lifecycle", "shell/command", "shell/lifecycle")

# What the interpreter that runs the buildpack never imports, so that it is packaged without bytecode. In the layer of
# an application everything is compiled. Patterns are relative to the runtime.
NOT_FOR_BUILDS: Final = (
    "lib/python3*/config-3*",
    "lib/python3*/site-packages",
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
)

NOT_FROM_WHEELS: Final = ("returns/contrib", "**/*.pyi", "**/py.typed")


class Packaged(msgspec.Struct, frozen=True, kw_only=True):
    """What was made: the folder, the archive of it, and the archive's size in bytes."""

    folder: Path
    archive: Path
    size: int
    entry: Runtime


def package(
    *, target: str, carried: Carried, output: Path, source: Path = ROOT, python: Path | None = None
) -> Packaged:
    """Make the folder and its archive for ``target`` (``linux/amd64``) with a runtime.

    ``output`` gets ``linux-amd64`` and ``lamina-linux-amd64.tar.gz``; what was there before is replaced in the end.
    ``python`` is asked first whether it can write the bytecode, where the runtime itself doesn't run here.
    """
    entry = carried.entry
    if f"{entry.os}/{entry.arch}" != target:
        raise PackageError(f"{carried.archive} is for {entry.os}/{entry.arch}, not for {target}.")
    name = target.replace("/", "-")
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{name}.", dir=output) as temporary:
        folder = Path(temporary, name)
        folder.mkdir()
        unpack(carried.archive, folder / RUNTIME)
        _carry(carried, folder)
        # Before what takes long: there may be none.
        compiler = _python_for(folder, entry, Path(temporary, "python"), python)
        place = _descriptor(source, folder, entry)
        _code(source, folder)
        _vendor(folder / "vendor", entry)
        _download(source / PIP_TOOL.pin_file, folder / WHEELS, "The pinned pip")
        _normalise(folder)
        _compile(compiler, folder, installed_at=f"/cnb/buildpacks/{place}")
        if entry.arch == host_arch():
            _check(folder)
        _normalise(folder)
        packed = Path(temporary, f"lamina-{name}.tar.gz")
        _pack(folder, packed)
        for path in (folder, packed):
            _replace(path, output / path.name)
    size = (output / packed.name).stat().st_size
    return Packaged(folder=output / name, archive=output / packed.name, size=size, entry=entry)


def _carry(carried: Carried, folder: Path) -> None:
    """Note what the runtime is to applications, and give the folder the form that platforms keep: without links."""
    runtime = folder / RUNTIME
    links = {path: path.readlink() for path in sorted(runtime.rglob("*")) if path.is_symlink()}
    # The launchers start it by this name.
    python = runtime / "bin" / "python3"
    started = python.resolve()
    files = [
        CarriedFile(
            path=path.relative_to(runtime).as_posix(),
            at=(python if path == started else path).relative_to(runtime).as_posix(),
            executable=bool(path.stat().st_mode & stat.S_IXUSR),
            sha256=sha256_of(path),
        )
        for path in _files(runtime)
        if path not in links
    ]
    for path in links:
        path.unlink()
    started.rename(python)
    tree = CarriedTree(
        files=tuple(files), links=tuple((path.relative_to(runtime).as_posix(), str(to)) for path, to in links.items())
    )
    (runtime / NOTE).write_bytes(encode_tree(tree))
    here = msgspec.structs.replace(carried.entry, url=f"{BUILDPACK_SCHEME}{RUNTIME}")
    (folder / CARRIED).parent.mkdir(exist_ok=True)
    (folder / CARRIED).write_bytes(encode_catalogue(Catalogue(runtimes=(here,))))


def _descriptor(source: Path, folder: Path, entry: Runtime) -> str:
    """Write buildpack.toml with the one target that the folder is for; where platforms put it below ``buildpacks``."""
    descriptor = tomli.loads((source / "buildpack.toml").read_text())
    target: dict[str, object] = {"os": entry.os, "arch": entry.arch}
    if entry.distro is not None:
        # The interpreter that runs the buildpack was made there, and needs the C library of there.
        target["distros"] = [{"name": entry.distro.name, "version": entry.distro.version}]
    descriptor["targets"] = [target]
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


def _vendor(vendor: Path, entry: Runtime) -> None:
    """Fetch the wheels that vendor.lock allows for the interpreter, and unpack the code and licences in them."""
    with tempfile.TemporaryDirectory() as wheels:
        what = f"The wheels of {LOCK.name} for Python {entry.minor} on linux/{entry.arch}"
        found = _download(LOCK, Path(wheels), what, *platform_options(entry.arch, entry.minor))
        if len(found) != len(parse(LOCK.read_text())):
            raise PackageError(f"pip downloaded {', '.join(path.name for path in found)}, not all of {LOCK.name}.")
        for wheel in found:
            _unpack_wheel(wheel, vendor)
    for pattern in NOT_FROM_WHEELS:
        for path in sorted(vendor.glob(pattern)):
            _remove(path)


def _download(pins: Path, folder: Path, what: str, *options: str) -> list[Path]:
    """The wheels that a file of pins with hashes names."""
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps")
    checked = ("--require-hashes", "--only-binary", ":all:", "--dest", str(folder), "-r", str(pins))
    completed = run((*pip, *checked, *options), env=os.environ)
    if not completed.ok:
        raise PackageError(f"{what} cannot be had; pip says:\n{completed.stderr.strip()}")
    return sorted(folder.glob("*.whl"))


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


def _python_for(folder: Path, entry: Runtime, scratch: Path, given: Path | None) -> Path:
    """An interpreter that runs here and writes bytecode for the packaged one: any of the same minor version."""
    if entry.arch == host_arch():
        return folder / RUNTIME / "bin" / "python3"
    offered = [*([given] if given else []), Path(sys.executable)]
    if found := shutil.which(f"python{entry.minor}"):
        offered.append(Path(found))
    refused = []
    for python in offered:
        answer = run([str(python), "-I", "-S", "-c", _MINOR], env={"PATH": os.environ.get("PATH", "")})
        if answer.ok and answer.stdout.strip() == entry.minor:
            return python
        refused.append(f"{python} is {answer.stdout.strip()}" if answer.ok else f"{python} does not run")
    try:
        here = download(f"linux/{host_arch()}", entry.minor)
    except PackageError as error:
        raise PackageError(
            f"Bytecode for Python {entry.minor} is written by a Python {entry.minor} that runs on this machine "
            f"(linux/{host_arch()}), and there is none: {'; '.join(refused)}.\n{error}\nName one:\n"
            f"  make package PACKAGE_ARGS='--target linux/{entry.arch} --runtime ARCHIVE "
            f"--python /path/to/python{entry.minor}'"
        ) from error
    unpack(here.archive, scratch)
    return scratch / "bin" / "python3"


def _compile(python: Path, folder: Path, *, installed_at: str) -> None:
    runtime = folder / RUNTIME
    spared = {path for pattern in NOT_FOR_BUILDS for path in runtime.glob(pattern)}
    sources = [path for path in _files(folder) if path.suffix == ".py" and spared.isdisjoint((path, *path.parents))]
    summary = compile_files(python, sources, env={}, recorded=(folder, PurePosixPath(installed_at)))
    if isinstance(summary, Failure):
        raise PackageError(f"The bytecode cannot be written: {summary.failure()}")
    if (invalid := summary.unwrap().invalid) > 0:
        raise PackageError(f"{invalid} sources do not compile with {python}.")


_MINOR: Final = "import sys; print('%d.%d' % sys.version_info[:2])"
_IMPORT_ALL: Final = """
import importlib, os, sys
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/vendor"]
for name in sys.argv[2:]:
    importlib.import_module(name)
import ssl, tarfile, zipfile, zlib, concurrent.futures, subprocess, urllib.request
for name, module in sorted(sys.modules.items()):
    cached = getattr(getattr(module, "__spec__", None), "cached", None)
    if cached and not os.path.exists(cached):
        sys.exit(f"{name} is imported and has no bytecode")
"""


def _check(folder: Path) -> None:
    """Import every packaged module in the packaged interpreter: what it lacks, also of bytecode, shows now."""
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
        gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0) as zipped,
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


def _report(packaged: Packaged, target: str) -> None:
    """Say what was made; ``PackageError`` if it is larger than a buildpack should be."""
    unpacked = sum(path.stat().st_size for path in _files(packaged.folder))
    runtime = sum(path.stat().st_size for path in _files(packaged.folder / RUNTIME))
    print(f"{_shown(packaged.folder)}  {target}, CPython {packaged.entry.version}, {_megabytes(unpacked)}")
    print(f"  of that the interpreter {_megabytes(runtime)}, without bytecode")
    print(f"{_shown(packaged.archive)}  {_megabytes(packaged.size)}, sha256 {sha256_of(packaged.archive)}")
    if packaged.size > SIZE_LIMIT:
        raise PackageError(f"{packaged.archive.name} is larger than {_megabytes(SIZE_LIMIT)}.")


def _shown(path: Path) -> str:
    return os.path.relpath(path)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _outcome(replaced: list[str], targets: list[str], output: Path) -> str:
    """What an error leaves behind."""
    if not replaced:
        return "Nothing was packaged."
    missing = [each for each in targets if each not in replaced]
    rest = f"; {', '.join(missing)} wasn't packaged" if missing else ""
    return f"{', '.join(replaced)} in {_shown(output)} was replaced{rest}."


def _downloaded(target: str) -> Carried:
    try:
        return download(target)
    except PackageError as error:
        own = target == f"linux/{host_arch()}"
        raise PackageError(
            f"{error}\nWithout that address, name an archive{', or pack the Python that runs this' if own else ''}:\n"
            f"  make package PACKAGE_ARGS='--target {target} --runtime ARCHIVE'   "
            "(of python-build-standalone, or of `lamina runtime pack`)"
            + (f"\n  make package PACKAGE_ARGS='--target {target} --runtime self'" if own else "")
        ) from error


def main(arguments: list[str] | None = None) -> int:
    """Package for each target; 1 with the reason if one cannot be made."""
    parser = argparse.ArgumentParser(prog="make package PACKAGE_ARGS=…", description=__doc__.splitlines()[0])
    parser.add_argument("--runtime", metavar="ARCHIVE", help="an archive of `lamina runtime pack`, or `self`")
    parser.add_argument("--target", choices=SUPPORTED, action="append", help="default: all, or that of --runtime")
    parser.add_argument("--python", type=Path, help="writes the bytecode of a runtime that doesn't run here")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="default: dist")
    options = parser.parse_args(arguments)
    targets = options.target or ([f"linux/{host_arch()}"] if options.runtime else list(SUPPORTED))
    replaced: list[str] = []
    try:
        if options.runtime and len(targets) > 1:
            raise PackageError("One archive serves one target: give one --target with --runtime.")
        for target in targets:
            if options.runtime == "self":
                carried = own_runtime()
            elif options.runtime:
                carried = carried_archive(Path(options.runtime))
            else:
                carried = _downloaded(target)
            packaged = package(target=target, carried=carried, output=options.output, python=options.python)
            replaced.append(target)
            _report(packaged, target)
    except PackageError as error:
        print(f"{_outcome(replaced, targets, options.output)} {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
