"""Packs an installed CPython into an archive that runs wherever it is unpacked.

The layout is that of python-build-standalone: ``python/bin/python3.13``, ``python/lib/python3.13``, …. Libraries that
the interpreter borrows from its system come along in ``lib/bundled``, all but those of the C library: the archive is
bound to a distribution, whose C library is as old or newer. They do not lie in ``lib`` itself, which a platform puts on
``LD_LIBRARY_PATH`` for every process.
"""

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import tarfile
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec
from pure.disk import DiskFull
from pure.outcome import Failure, Outcome, Success
from pure.python.catalogue import Runtime
from pure.runtime.endings import (
    InterpreterUnsupported,
    InterpreterUnusable,
    Packed,
    PackError,
    PackFailed,
    PipWheelMissing,
)
from pure.runtime.pruning import decide
from pure.runtime.relocation import PREFIX
from pure.target import Distro, distro_from_os_release

from shell.command.binaries import PackRefused, is_elf, needed, set_run_paths, strip_debugging
from shell.disk import NO_ROOM, said
from shell.process import run
from shell.scratch import scratch_folder

_FORMAT: Final = "2"
_LEVEL: Final = 6
_TIME: Final = 315532800  # 1980-01-01, the time that platforms give to all files of an image
_ARCHES: Final = {"x86_64": "amd64", "aarch64": "arm64"}
# The C library's own parts must be those of the system that the archive runs on: they belong to its loader.
_C_LIBRARY: Final = re.compile(
    r"(?:linux-vdso|linux-gate|ld-linux.*|lib(?:c|m|dl|pthread|rt|util|resolv|anl|mvec|nsl|nss_.*|BrokenLocale|thread_db))"
    r"\.so(?:\.[12])?\Z|linux-vdso\.so\.1"
)
# Folders and files of a distribution's or a user's own, which are no part of Python.
_FOREIGN: Final = frozenset(
    {"site-packages", "dist-packages", "EXTERNALLY-MANAGED", "sitecustomize.py", "usercustomize.py"}
)
_QUERY: Final = """
import json, os, platform, sys, sysconfig
variable = sysconfig.get_config_var
try:
    libc = os.confstr("CS_GNU_LIBC_VERSION") or ""
except (OSError, ValueError):
    libc = ""
info = sys.version_info
level = {"alpha": "a", "beta": "b", "candidate": "rc", "final": ""}[info.releaselevel]
print(json.dumps({
    "implementation": sys.implementation.name,
    "version": "%d.%d.%d" % info[:3] + (level + str(info.serial) if level else ""),
    "system": sys.platform,
    "machine": platform.machine(),
    "libc": libc,
    "free_threaded": bool(variable("Py_GIL_DISABLED")),
    "prefix": sys.base_prefix,
    "executable": os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable),
    "stdlib": sysconfig.get_path("stdlib", "posix_prefix"),
    "platstdlib": sysconfig.get_path("platstdlib", "posix_prefix"),
    "include": variable("INCLUDEPY") or sysconfig.get_path("include", "posix_prefix"),
    "multiarch": variable("MULTIARCH") or "",
    "libdir": variable("LIBDIR") or "",
    "soname": (variable("INSTSONAME") or "") if variable("Py_ENABLE_SHARED") else "",
    "pkgconfig": variable("LIBPC") or "",
    "wheels": variable("WHEEL_PKG_DIR") or "",
}))
"""


class _Installation(msgspec.Struct, frozen=True, kw_only=True):
    implementation: str
    version: str
    system: str
    machine: str
    libc: str
    free_threaded: bool
    prefix: str
    executable: str
    stdlib: str
    platstdlib: str
    include: str
    multiarch: str
    libdir: str
    soname: str
    pkgconfig: str
    wheels: str

    @property
    def python(self) -> str:
        """``python3.13``."""
        return f"python{'.'.join(self.version.split('.')[:2])}"

    def folder(self, stated: str, usual: str) -> Path:
        """Where its configuration says, or the ``usual`` place where that is only where it was made (``/install``)."""
        return Path(stated) if stated and Path(stated).is_dir() else Path(self.prefix, usual)


_NOTE: Final = "packed.json"


class _CachedPack(msgspec.Struct, frozen=True, kw_only=True):
    packed: Packed
    python: str


def packed_once(python: Path, cache: Path, *, distro: Distro | None = None) -> Outcome[Packed, PackError]:
    """What ``pack`` gives, made again only if the interpreter (its place, size or time) changed; kept in ``cache``."""
    distro = distro or read_distro()
    try:
        folder = _folder(python, cache, distro)
    except OSError as error:
        return Failure(InterpreterUnusable(python=str(python), detail=error.strerror or str(error)))
    known = _known(folder)
    if known is not None:
        return Success(known)
    outcome = pack(python, folder, distro=distro)
    if isinstance(outcome, Success):
        note = _CachedPack(packed=outcome.unwrap(), python=str(python.resolve()))
        (folder / _NOTE).write_bytes(msgspec.json.encode(note))
    return outcome


def packed_before(python: Path, cache: Path, *, distro: Distro | None = None) -> Packed | None:
    """What ``packed_once`` packed before, if it did; writes nothing."""
    try:
        return _known(_folder(python, cache, distro or read_distro()))
    except OSError:
        return None


def _folder(python: Path, cache: Path, distro: Distro | None) -> Path:
    real = python.resolve(strict=True)
    facts = real.stat()
    key = json.dumps([_FORMAT, str(real), facts.st_size, facts.st_mtime_ns, str(distro)])
    return cache / hashlib.sha256(key.encode()).hexdigest()[:16]


def _known(folder: Path) -> Packed | None:
    try:
        known = msgspec.json.decode((folder / _NOTE).read_bytes(), type=_CachedPack).packed
        return known if Path(known.archive).stat().st_size == known.size else None
    except (OSError, msgspec.DecodeError):
        return None  # not packed yet, or no longer whole


def pack(python: Path, destination: Path, *, distro: Distro | None = None) -> Outcome[Packed, PackError]:
    """Write an archive of the CPython that ``python`` belongs to into the folder ``destination``.

    ``python`` may be a virtual environment's: its base is packed. ``distro`` is that of this machine unless given. What
    other programs or users installed into it stays out; ``runtime.pruning`` applies, except that the wheel of pip that
    ``ensurepip`` bundles is kept. The same installation gives the same bytes. Needs ``ldd`` and ``patchelf``;
    ``strip`` makes it smaller where there is one.
    """
    try:
        installation = _ask(python)
        return Success(_Packing(installation, destination, distro or read_distro()).run())
    except PackRefused as failed:
        return Failure(failed.error)
    except OSError as error:
        path = error.filename if isinstance(error.filename, str) else str(destination)
        if error.errno in NO_ROOM:
            return Failure(DiskFull(task="pack", path=path, detail=said(error)))
        return Failure(PackFailed(path=path, detail=said(error)))


def read_distro(path: Path = Path("/etc/os-release")) -> Distro | None:
    """The distribution that an os-release file names, ``None`` where there is no such file or name."""
    try:
        return distro_from_os_release(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None


def _ask(python: Path) -> _Installation:
    ended = run([str(python), "-I", "-S", "-c", _QUERY], env={"PATH": os.environ.get("PATH", "")}, timeout=60)
    if not ended.ok:
        lines = ended.stderr.strip().splitlines()
        # A program that isn't Python may repeat the whole question.
        detail = lines[-1][:120] if lines else ended.signal_name or f"exit status {ended.returncode}"
        raise PackRefused(InterpreterUnusable(python=str(python), detail=detail))
    try:
        found = msgspec.json.decode(ended.stdout, type=_Installation)
    except msgspec.DecodeError as error:
        raise PackRefused(InterpreterUnusable(python=str(python), detail=str(error))) from error
    version = tuple(int(part) for part in found.version.split(".")[:2])
    reasons = (
        (found.implementation != "cpython", f"it is {found.implementation}, not CPython"),
        (version < (3, 11), f"it is Python {found.version}; 3.11 is the oldest that can be packed"),
        (found.free_threaded, "it is a free-threaded build"),
        (found.system != "linux" or found.machine not in _ARCHES, f"it is for {found.system} on {found.machine}"),
        (not found.libc, "it is not built for the GNU C library"),
    )
    for applies, reason in reasons:
        if applies:
            raise PackRefused(InterpreterUnsupported(python=str(python), reason=reason))
    return found


class _Packing:
    """One archive in the making: ``files`` maps places in it to what goes there."""

    def __init__(self, installation: _Installation, destination: Path, distro: Distro | None) -> None:
        self.installation = installation
        self.destination = destination
        self.distro = distro
        self.files: dict[PurePosixPath, Path | bytes] = {}
        self.links: dict[PurePosixPath, str] = {}
        self.lib = PurePosixPath("lib", installation.python)

    def run(self) -> Packed:
        self._interpreter()
        self._tree(Path(self.installation.stdlib), self.lib)
        if self.installation.platstdlib != self.installation.stdlib:
            self._tree(Path(self.installation.platstdlib), self.lib)
        self._pip_wheel()
        self._headers()
        self.destination.mkdir(parents=True, exist_ok=True)
        with scratch_folder(self.destination, prefix=".pack-") as folder:
            self._make_movable(folder)
            return self._write(folder)

    def _interpreter(self) -> None:
        name = self.installation.python
        executable = Path(self.installation.executable)
        self.files[PurePosixPath("bin", name)] = executable
        self.links |= {PurePosixPath("bin", short): name for short in ("python3", "python")}
        config = executable.with_name(f"{name}-config")
        if config.is_file() and (text := config.read_bytes()).startswith(b"#!/bin/sh"):
            # The shell version finds its own place; the Python version, on static builds, does not.
            self.files[PurePosixPath("bin", config.name)] = self._neutral(text)
            self.links[PurePosixPath("bin", "python3-config")] = config.name
        soname = self.installation.soname
        shared = self.installation.folder(self.installation.libdir, "lib") / soname
        if soname and shared.is_file() and not _is_system(self.installation.prefix):
            self._shared_library(shared, soname)
        for source in sorted(self.installation.folder(self.installation.pkgconfig, "lib/pkgconfig").glob("python*.pc")):
            minor = name.removeprefix("python")
            if re.fullmatch(rf"python(?:-{re.escape(minor)}|3)(?:-embed)?\.pc", source.name):
                self.files[PurePosixPath("lib", "pkgconfig", source.name)] = self._neutral(source.read_bytes())

    def _shared_library(self, shared: Path, soname: str) -> None:
        self.files[PurePosixPath("lib", soname)] = shared
        self.links[PurePosixPath("lib", soname.partition(".so")[0] + ".so")] = soname
        stable = shared.with_name("libpython3.so")
        if stable.is_file():
            self.files[PurePosixPath("lib", stable.name)] = stable

    def _tree(self, root: Path, place: PurePosixPath) -> None:
        for folder, folders, names in os.walk(root):
            below = place / PurePosixPath(Path(folder).relative_to(root))
            folders[:] = sorted(name for name in folders if name not in _FOREIGN and decide(below / name) is None)
            for name in names:
                source = Path(folder, name)
                if name in _FOREIGN or decide(below / name) is not None or not source.is_file():
                    continue
                if name.startswith("_sysconfig") or name in ("Makefile", "python-config.py") or name.endswith(".pc"):
                    self.files[below / name] = self._neutral(source.read_bytes())
                else:
                    self.files[below / name] = source

    def _pip_wheel(self) -> None:
        bundled = Path(self.installation.stdlib, "ensurepip", "_bundled")
        searched = (bundled, *(Path(folder) for folder in (self.installation.wheels,) if folder))
        for folder in searched:
            if wheels := sorted(folder.glob("pip-*.whl")):
                self.files[self.lib / "ensurepip" / "_bundled" / wheels[-1].name] = wheels[-1]
                return
        raise PackRefused(
            PipWheelMissing(python=self.installation.executable, searched=tuple(str(folder) for folder in searched))
        )

    def _headers(self) -> None:
        place = PurePosixPath("include", self.installation.python)
        include = self.installation.folder(self.installation.include, f"include/{self.installation.python}")
        self._tree(include, place)
        # Debian's pyconfig.h only includes the one of the architecture, by a path below /usr/include.
        own = include.parent / self.installation.multiarch / self.installation.python / "pyconfig.h"
        if self.installation.multiarch and own.is_file():
            self.files[place / "pyconfig.h"] = own

    def _neutral(self, text: bytes) -> bytes:
        prefix = re.escape(self.installation.prefix.rstrip("/").encode())
        if _is_system(self.installation.prefix):
            # Much else begins with /usr: only what belongs to Python is named anew.
            python = re.escape(self.installation.python.encode())
            text = re.sub(rb"(?<![\w./-])" + prefix + rb"(?=/[^\s'\":]*" + python + rb")", PREFIX.encode(), text)
            return re.sub(rb"(prefix=|prefix': ')" + prefix + rb"(?=['\s])", rb"\1" + PREFIX.encode(), text)
        return re.sub(rb"(?:(?<=-[LI])|(?<![\w/-]))" + prefix + rb"(?![\w.-])", PREFIX.encode(), text)

    def _make_movable(self, folder: Path) -> None:
        """Copy every program and library, and let it look for what it needs next to itself."""
        elves = {
            place: source
            for place, source in self.files.items()
            if isinstance(source, Path)
            and (place.suffix == ".so" or ".so." in place.name or place.name == self.installation.python)
            and is_elf(source)
        }
        libraries: dict[str, Path] = {}
        needing: set[PurePosixPath] = set()
        for place, borrowed in needed(elves).items():
            for name, path in borrowed:
                if _C_LIBRARY.match(name):
                    continue
                needing.add(place)
                if name == self.installation.soname:
                    own = PurePosixPath("lib", name)
                    if own not in self.files:
                        self._shared_library(path, name)
                        elves[own] = path
                        needing.add(own)
                else:
                    libraries[name] = path
        moved: dict[str, list[Path]] = {}
        for index, (place, source) in enumerate(sorted(elves.items())):
            if place not in needing and self.installation.prefix.encode() not in source.read_bytes():
                continue
            above = "/".join([".."] * (len(place.parts) - 1))
            run_path = f"$ORIGIN/{above}/lib:$ORIGIN/{above}/lib/bundled"
            self.files[place] = self._copy(source, folder / str(index), moved.setdefault(run_path, []))
        for name, source in sorted(libraries.items()):
            place = PurePosixPath("lib", "bundled", name)
            self.files[place] = self._copy(source, folder / name, moved.setdefault("$ORIGIN", []))
        # Before the run paths: patchelf moves what strip would otherwise put back.
        strip_debugging([path for paths in moved.values() for path in paths])
        set_run_paths(moved)

    @staticmethod
    def _copy(source: Path, to: Path, into: list[Path]) -> Path:
        shutil.copyfile(source, to)
        to.chmod(0o755)
        into.append(to)
        return to

    def _write(self, folder: Path) -> Packed:
        version, machine = self.installation.version, _ARCHES[self.installation.machine]
        distro = f"-{self.distro.name}-{self.distro.version}" if self.distro else ""
        name = re.sub(r"[^A-Za-z0-9._-]", "_", f"cpython-{version}-linux-{machine}{distro}.tar.gz")
        temporary = folder / name
        with temporary.open("wb") as raw, gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as zipped:
            self._write_tar(zipped)
        with temporary.open("rb") as packed:
            digest = hashlib.file_digest(packed, "sha256").hexdigest()
        size = temporary.stat().st_size
        archive = (self.destination / name).resolve()
        temporary.replace(archive)
        entry = msgspec.convert(
            {
                "version": version,
                "os": "linux",
                "arch": machine,
                "url": archive.as_uri(),
                "sha256": digest,
                "distro": self.distro,
            },
            Runtime,
        )
        return Packed(archive=str(archive), entry=entry, size=size, files=len(self.files) + len(self.links))

    def _write_tar(self, zipped: gzip.GzipFile) -> None:
        folders = {parent for place in (*self.files, *self.links) for parent in place.parents}
        top = PurePosixPath("python")
        with tarfile.open(fileobj=zipped, mode="w", format=tarfile.GNU_FORMAT) as tar:
            for place in sorted({*folders, *self.files, *self.links}):
                entry = tarfile.TarInfo(str(top / place))
                entry.mtime = _TIME
                entry.mode = 0o755
                if place in folders:
                    entry.type = tarfile.DIRTYPE
                    tar.addfile(entry)
                elif place in self.links:
                    entry.type = tarfile.SYMTYPE
                    entry.mode = 0o777
                    entry.linkname = self.links[place]
                    tar.addfile(entry)
                else:
                    data = self.files[place]
                    text = data if isinstance(data, bytes) else data.read_bytes()
                    executable = place.parts[0] == "bin" or (isinstance(data, Path) and os.access(data, os.X_OK))
                    entry.mode = 0o755 if executable else 0o644
                    entry.size = len(text)
                    tar.addfile(entry, io.BytesIO(text))


def _is_system(prefix: str) -> bool:
    return prefix.rstrip("/") in ("", "/usr")
