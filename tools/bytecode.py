"""Writes the bytecode of a packaged buildpack, and looks whether what builds import has it."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from pure.outcome import Failure
from pure.python.catalogue import Runtime
from shell.bytecode import compile_files
from shell.process import run

from tools.carried import PackageError, download, host_arch, unpack

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


def files(folder: Path) -> Iterator[Path]:
    """The files below a folder in one order, but for bytecode."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)


def interpreter(folder: Path, entry: Runtime, scratch: Path, given: Path | None) -> Path:
    """An interpreter that runs here and writes bytecode for the packaged one: any of the same minor version."""
    if entry.arch == host_arch():
        return folder / "runtime" / "bin" / "python3"
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
            f"--compile-with /path/to/python{entry.minor}'"
        ) from error
    unpack(here.archive, scratch)
    return scratch / "bin" / "python3"


def write(python: Path, folder: Path, *, installed_at: str) -> None:
    """Compile what builds import; the files say that they lie where the buildpack will."""
    runtime = folder / "runtime"
    spared = {path for pattern in NOT_FOR_BUILDS for path in runtime.glob(pattern)}
    sources = [path for path in files(folder) if path.suffix == ".py" and spared.isdisjoint((path, *path.parents))]
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


def check(folder: Path) -> None:
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
