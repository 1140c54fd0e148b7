"""Gives a command a folder for temporary files, and removes those of commands that were killed."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_PREFIX: Final = "lamina-"
_LOCK: Final = ".in-use"


@contextmanager
def scratch_folder(place: Path | None = None, *, prefix: str = _PREFIX) -> Iterator[Path]:
    """An empty folder as long as the block takes. It is locked, so that others know whether we still are.

    ``place`` is where it shall lie, if not among the system's temporary files.

    :raises OSError: there can't be one
    """
    place = place or Path(tempfile.gettempdir())
    _sweep(place, prefix)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
    try:
        # It has its name only when it is locked: without one, nobody sweeps it.
        new = folder / f"{_LOCK}.new"
        descriptor = os.open(new, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            new.rename(folder / _LOCK)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(descriptor)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(place: Path, prefix: str) -> None:
    for folder in place.glob(f"{prefix}*"):
        with suppress(OSError):
            # Only our own: whoever may write here could lay a trap.
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
                continue
            descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(descriptor)
