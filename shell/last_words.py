"""Keeps what a program says, as much of it as somebody can read: its beginning and its end."""

from collections import deque
from typing import Final

from pure.wording import count

MOST_LINES: Final = 2000
MOST_CHARACTERS: Final = 400_000
LONGEST: Final = 20_000
_FIRST: Final = 200
_CUT: Final = " […] "


class LastWords:
    """The first lines of a program and its last, each of a length that is one."""

    def __init__(self) -> None:
        self._first: list[str] = []
        self._last: deque[str] = deque()
        self._left_out = 0
        self._room = MOST_CHARACTERS

    def hear(self, line: str) -> None:
        """Keep a line, and forget one from the middle where there are too many."""
        line = shortened(line)
        if not self._last and len(self._first) < _FIRST and self._room - len(line) > MOST_CHARACTERS // 2:
            self._first.append(line)
            self._room -= len(line)
            return
        self._last.append(line)
        self._room -= len(line)
        while len(self._last) > MOST_LINES - _FIRST or (self._room < 0 and len(self._last) > 1):
            self._room += len(self._last.popleft())
            self._left_out += 1

    @property
    def lines(self) -> tuple[str, ...]:
        """What was kept, in its order, and how much wasn't."""
        gap = (f"[… {count(self._left_out, 'line')} left out …]",) if self._left_out else ()
        return (*self._first, *gap, *self._last)


def shortened(line: str) -> str:
    """A line, without its middle if it is too long for one."""
    return line if len(line) <= LONGEST else f"{line[: LONGEST // 2]}{_CUT}{line[-(LONGEST // 2) :]}"
