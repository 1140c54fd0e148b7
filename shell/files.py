"""Reads files that may not exist, and that strangers may have put there: regular ones, within bounds."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO, Final

from pure.build.errors import NotReadable
from pure.wording import size

MOST_BYTES: Final = 32_000_000
"""Several times as much as the largest locks have."""

_PAGE: Final = 65_536


class ReadError(Exception):
    """Carries an expected failure to the one place that returns it."""

    def __init__(self, error: NotReadable) -> None:
        super().__init__()
        self.error = error


def optional(path: Path, *, within: Path | None = None) -> bytes | None:
    """What a file holds; ``None`` where there is none of that name, or something else than a file.

    It has to lie ``within`` a folder, if that is given, whatever links lead to it.
    """
    try:
        return regular(path, within=within)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError):
        # ValueError: a name with a NUL character, which no file can have.
        return None
    except OSError as error:
        raise ReadError(NotReadable(path=str(path), detail=error.strerror or str(error))) from error


def kept(path: Path) -> bytes | None:
    """What a file holds that an earlier build kept; ``None`` also where it can't be read, or is too large for it.

    Builds have to get over whatever an earlier one left behind, by making it anew.
    """
    try:
        return optional(path)
    except ReadError:
        return None


def regular_stream(path: Path) -> BinaryIO:
    """A regular file, opened; never a pipe, which would be waited for, nor a device.

    :raises OSError: as ``open`` does; ``FileNotFoundError`` for what isn't a regular file
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileNotFoundError(errno.ENOENT, "it is no regular file", str(path))
    return open(descriptor, "rb")  # noqa: PTH123  (a descriptor, whose reader closes it)


def regular(path: Path, *, within: Path | None = None, end: bool = False, most: int = MOST_BYTES) -> bytes:
    """What a regular file holds.

    Of one that has more bytes than the ``most``, the ``end`` will do for some readers.

    :raises OSError: as ``open`` does; ``FileNotFoundError`` for what isn't a regular file
    :raises ReadError: it is too large, or lies elsewhere
    """
    if within is not None:
        # What cannot be looked up cannot be read either, and says so below.
        place = Path(os.path.realpath(path))
        if path.exists() and not place.is_relative_to(os.path.realpath(within)):
            raise ReadError(NotReadable(path=str(path), detail=str(place), why="outside"))
    with regular_stream(path) as file:
        known = os.fstat(file.fileno())
        if known.st_size > most and end:
            file.seek(-most, os.SEEK_END)
            return file.read(most)
        if known.st_size > most:
            detail = f"it has {size(known.st_size)}, and at most {size(most)} are read"
            raise ReadError(NotReadable(path=str(path), detail=detail, why="large"))
        # Files that the kernel makes up have no size.
        return file.read(known.st_size or _PAGE)
