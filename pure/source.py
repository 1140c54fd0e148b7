"""Names where a value came from, so that every decision can say it."""

import msgspec


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
