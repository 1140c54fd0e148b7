"""Starts processes: the only module that does.

Every process gets an argument list (never a shell string), an explicit environment (never ours by accident) and no
standard input. Its output arrives line by line, so that the caller can redact and indent it while it runs.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

import msgspec

LONGEST: Final = 65_536
"""Characters of a line that are read at once; of longer ones the middle is left out."""


class Completed(msgspec.Struct, frozen=True, kw_only=True):
    """How a process ended.

    ``returncode`` is its exit status, or minus the signal's number as in ``subprocess``; ``stdout`` and ``stderr`` hold
    what was captured (empty for a stream that went to ``on_line``).
    """

    argv: tuple[str, ...]
    returncode: int
    stdout: str = ""
    stderr: str = ""

    @property
    def ok(self) -> bool:
        """Whether the process exited with status 0."""
        return self.returncode == 0

    @property
    def signal_name(self) -> str | None:
        """The name of the signal that ended the process, such as ``SIGKILL``; ``None`` if it exited by itself."""
        if self.returncode >= 0:
            return None
        try:
            return signal.Signals(-self.returncode).name
        except ValueError:
            return f"signal {-self.returncode}"


def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path | str | None = None,
    on_line: Callable[[str], None] | None = None,
    timeout: float | None = None,
    user: tuple[int, int] | None = None,
    own_group: bool = True,
    given: str | None = None,
) -> Completed:
    """Run a process to its end.

    With ``on_line``, standard output and standard error are merged in their order and handed over line by line, without
    line ends, as they appear; without it both are captured. Undecodable bytes become U+FFFD. ``timeout`` is in seconds;
    a process that outlives it is killed with its group, and ``returncode`` is minus ``SIGKILL``. ``user`` is a user id
    and a group id to run as (root only). A program that cannot be started ends with 127 (missing) or 126.

    Without ``own_group`` the process stays in ours, so that whoever ends a whole build ends it too. ``given`` is its
    standard input, where its output is captured.
    """
    command = tuple(argv)
    try:
        process = subprocess.Popen(
            command,
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if on_line else subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=own_group,
            user=user[0] if user else None,
            group=user[1] if user else None,
            extra_groups=[] if user else None,
        )
    except FileNotFoundError as error:
        return Completed(argv=command, returncode=127, stderr=f"{error.filename}: {error.strerror}")
    except OSError as error:
        return Completed(argv=command, returncode=126, stderr=f"{error.filename}: {error.strerror}")

    expired = threading.Event()

    def kill() -> None:
        if own_group:
            _kill_group(process.pid)
        else:
            process.kill()

    def expire() -> None:
        expired.set()
        kill()

    timer = threading.Timer(timeout, expire) if timeout is not None else None
    if timer:
        timer.start()
    stdout = stderr = ""
    try:
        with process:
            # Inside: leaving the block waits for the end of the process.
            try:
                if on_line:
                    assert process.stdout is not None
                    for line in _lines(process.stdout):
                        on_line(line)
                else:
                    stdout, stderr = process.communicate(given)
            except BaseException:
                kill()
                raise
    finally:
        if timer:
            timer.cancel()
    returncode = -signal.SIGKILL if expired.is_set() else process.returncode
    return Completed(argv=command, returncode=returncode, stdout=stdout, stderr=stderr)


def _lines(stream: IO[str]) -> Iterator[str]:
    """A stream's lines without their ends; of one that doesn't end, its beginning and its end."""
    while line := stream.readline(LONGEST):
        rest, lost, piece = "", False, line
        while len(piece) == LONGEST and not piece.endswith("\n"):
            piece = stream.readline(LONGEST)
            rest += piece
            if len(rest) > LONGEST:
                rest, lost = rest[-LONGEST:], True
        yield f"{line}{' […] ' if lost else ''}{rest}".rstrip("\r\n")


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
