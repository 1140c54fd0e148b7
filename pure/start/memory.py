"""Estimates the memory that a worker of a server takes, by what is installed for it.

Nothing is measured: a process's memory differs from machine to machine, and equal inputs give equal images. What stands
here was calibrated with applications (``docs/running.md``), and is rounded up coarsely, so that small changes of what
is installed change nothing here.
"""

from typing import Final

from pure.venv.weight import Weight

MEGABYTE: Final = 1024 * 1024
STEP: Final = 64 * MEGABYTE
# An interpreter with a server, a framework and a request in it.
_BASE: Final = 48 * MEGABYTE
# What is loaded of modules takes much more than its text; of libraries not all is, and as it is.
_TIMES_MODULES: Final = 2
_OF_LIBRARIES: Final = 2


def worker_memory(found: Weight) -> int:
    """The bytes that one worker is reckoned to take, in whole steps."""
    estimate = _BASE + found.modules * _TIMES_MODULES + found.libraries // _OF_LIBRARIES
    return -(-estimate // STEP) * STEP
