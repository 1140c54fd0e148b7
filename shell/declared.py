"""Reads what a check of declared processes goes by: files that commands name, and which programs are here."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from pure.start.declared_files import HEAD, asked
from pure.start.offered import DeclaredFile, DeclaredFiles
from pure.start.processes import Processes

from shell.sources import known, python_names


def read_declared(home: Path, processes: Processes, environ: Mapping[str, str]) -> DeclaredFiles:
    """What the project's folder and this machine hold of what the processes name."""
    paths, programs = asked(processes)
    found = {path: file for path in paths if (file := _file(home, path)) is not None}
    search = environ.get("PATH", "")
    return DeclaredFiles(
        files=found,
        programs=frozenset(name for name in programs if shutil.which(name, path=search)),
        modules=python_names(home),
    )


def _file(home: Path, name: str) -> DeclaredFile | None:
    path = home / name
    if known(path.is_dir):
        return DeclaredFile(folder=True)
    try:
        # Only regular files inside the application: neither devices nor what a link makes of other people's files.
        if not path.is_file() or not path.resolve().is_relative_to(home.resolve()):
            return None
        with path.open("rb") as file:
            return DeclaredFile(executable=bool(path.stat().st_mode & 0o111), raw=file.read(HEAD))
    except (OSError, ValueError, RuntimeError):
        return None
