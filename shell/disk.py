"""Tells a full disk from other failures to write."""

import errno
from typing import Final

NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system reports when a disk, a quota or a limit on file sizes is exhausted."""


def said(error: OSError) -> str:
    """The system's word for an error."""
    return error.strerror or str(error)
