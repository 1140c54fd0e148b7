"""Looks at an application's files: what there is, what it holds, and what of it is read meanwhile."""

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from pure.build.watched import FileSeen, FilesSeen, held_by

# Older than any change of a file, so that even a system that notes the first reading only (relatime) notes it.
_LONG_AGO: Final = 1_000_000_000


def look(root: Path, *, forget: bool = False) -> FilesSeen:
    """Everything below a folder; with ``forget`` the times of last access are set back first."""
    notes = forget and _forget(root)
    files: dict[str, FileSeen] = {}
    above = len(os.path.join(root, ""))  # noqa: PTH118  (as many as there are files)
    for path, found in _all_below(root):
        version = (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        files[path[above:]] = FileSeen(_kind(path, found), version, found.st_atime_ns)
    return FilesSeen(root=str(root), files=files, notes=notes)


def hashed(root: Path, paths: Iterable[str]) -> dict[str, str]:
    """What each path below a folder holds; what isn't there, or to be reached by a link only, isn't among it."""
    from concurrent.futures import ThreadPoolExecutor

    reached: dict[str, bool] = {}
    real = root.resolve()

    def held(name: str) -> str:
        path, parent = f"{root}/{name}", name.rpartition("/")[0]
        try:
            if parent not in reached:
                reached[parent] = (root / parent).resolve() == real / parent
            if not reached[parent]:
                return ""
            found = os.lstat(path)
            return held_by(_kind(path, found), _digest(path) if stat.S_ISREG(found.st_mode) else "")
        except (OSError, ValueError):
            return ""

    names = tuple(paths)
    # Hashing leaves the interpreter to others.
    with ThreadPoolExecutor(max_workers=len(os.sched_getaffinity(0))) as threads:
        return {name: each for name, each in zip(names, threads.map(held, names), strict=True) if each}


def _forget(root: Path) -> bool:
    """Set back the times of last access; whether the system notes it if a file is read then."""
    probe = None
    for path, found in _all_below(root):
        if stat.S_ISREG(found.st_mode):
            try:
                os.utime(path, ns=(_LONG_AGO, found.st_mtime_ns), follow_symlinks=False)
            except OSError:
                # Somebody else's.
                return False
            if found.st_size:
                probe = Path(path)
    if probe is None:
        return False
    try:
        before = probe.lstat()
        with probe.open("rb", buffering=0) as file:
            file.read(1)
        found = probe.lstat()
        noted = found.st_atime_ns != before.st_atime_ns
        os.utime(probe, ns=(_LONG_AGO, found.st_mtime_ns))
    except OSError:
        return False
    return noted


def _all_below(root: Path) -> Iterator[tuple[str, os.stat_result]]:
    for folder, folders, files in os.walk(root):
        for name in sorted((*folders, *files)):
            path = os.path.join(folder, name)  # noqa: PTH118  (as many as there are files)
            with contextlib.suppress(FileNotFoundError):
                yield path, os.lstat(path)


def _kind(path: str, found: os.stat_result) -> str:
    mode = f"{stat.S_IMODE(found.st_mode):04o}"
    if stat.S_ISLNK(found.st_mode):
        return f"->{os.readlink(path)}"  # noqa: PTH115  (the same)
    if stat.S_ISDIR(found.st_mode):
        return f"{mode}/"
    return mode if stat.S_ISREG(found.st_mode) else f"{mode}, no file"


def _digest(path: str) -> str:
    with open(path, "rb") as file:  # noqa: PTH123  (the same)
        return hashlib.file_digest(file, "sha256").hexdigest()
