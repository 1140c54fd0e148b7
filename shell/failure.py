"""Ends after what nothing else explains: a bug (no traceback, which helps no user), or a stream that takes nothing."""

import contextlib
import os
import signal
import sys

INTERNAL_ERROR = 70
"""The exit status after a bug (``EX_SOFTWARE`` of sysexits.h)."""
UNPRINTED = 74
"""The exit status where what was asked for can't be printed (``EX_IOERR``)."""


class StreamRefused(Exception):  # noqa: N818  (what happened to us, not a mistake of ours)
    """A standard stream can't be written to; no ``OSError``, which others would take for one of a file of theirs."""

    def __init__(self, stream: str, reason: str, *, unread: bool = False) -> None:
        """``unread``: whoever read it has gone."""
        super().__init__(f"{stream} can't be written to: {reason}")
        self.unread = unread


def internal_error(error: Exception) -> int:
    """Print what failed and where, and give the exit status for it."""
    if isinstance(error, StreamRefused):
        return _unprinted(error)
    if _nowhere():
        lines = ["", "Error: The working directory doesn't exist any more", "", "  Change into one that does."]
        return _ended(lines, 1)
    import traceback

    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(frame.filename)}, line {frame.lineno}, in {frame.name}"  # noqa: PTH119  (a string)
    lines = [
        "",
        f"Error: Lamina failed by a mistake of its own ({type(error).__name__} at {place})",
        "",
        "  This is a bug. Please report it with this log.",
    ]
    if os.environ.get("BP_LOG_LEVEL", "").lower() == "debug":
        from pure.redaction import redactor
        from pure.visible import visible

        redact = redactor(os.environ)
        text = "".join(traceback.format_exception(error))
        lines += ["", *(visible(redact(line)) for line in text.split("\n"))]
    else:
        lines += ["  BP_LOG_LEVEL=debug shows where it happened in full."]
    return _ended(lines, INTERNAL_ERROR)


def _ended(lines: list[str], status: int) -> int:
    """Print the lines, and give the exit status: another one where they can't be printed."""
    try:
        sys.stdout.write("\n".join([*lines, ""]))
        sys.stdout.flush()
    except StreamRefused as refused:
        return _unprinted(refused)
    return status


def _unprinted(error: StreamRefused) -> int:
    """Say so where that can be read, unless nobody reads any more, as after ``| head``."""
    if not error.unread:
        with contextlib.suppress(OSError):
            os.write(2, f"Error: {error}\n".encode(errors="backslashreplace"))
    # The interpreter writes what is left in its streams as it ends, and would complain itself.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return 128 + signal.SIGPIPE if error.unread else UNPRINTED


def _nowhere() -> bool:
    """Whether somebody has removed the folder that we work in: everything fails then, and nothing by our mistake."""
    try:
        os.getcwd()  # noqa: PTH109  (a question, not a path)
    except FileNotFoundError:
        return True
    return False
