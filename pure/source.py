"""Names where a value came from, so that every decision can say it."""

import re
from typing import Final

import msgspec

_LINE: Final = re.compile(r", line [0-9]+")


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A variable, a line of a file (numbered from 1), or ``default`` with the words that explain it."""

    variable: str | None = None
    file: str | None = None
    line: int | None = None
    default: str | None = None

    def __str__(self) -> str:
        if self.variable is not None:
            return f"${self.variable}"
        if self.file is not None:
            return self.file if self.line is None else f"{self.file}, line {self.line}"
        return self.default or "default"


def without_lines(text: str) -> str:
    """A text that names sources, without the numbers of their lines."""
    return _LINE.sub("", text)
