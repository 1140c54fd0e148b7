"""Tells a full disk from other failures to write."""

import errno
from pathlib import Path
from typing import Final

from pure.build.errors import NotWritable
from pure.disk import DiskFull

NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system reports when a disk, a quota or a limit on file sizes is exhausted."""


def said(error: OSError) -> str:
    """The system's word for an error."""
    return error.strerror or str(error)


def not_written(error: OSError, place: Path) -> DiskFull | NotWritable:
    """The error value for what the system said when something at ``place`` couldn't be written."""
    path = str(error.filename or place)
    if error.errno in NO_ROOM:
        return DiskFull(task="build", path=path, detail=said(error))
    return NotWritable(path=path, detail=said(error))
