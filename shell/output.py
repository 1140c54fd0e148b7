"""Prints: the only module of the buildpack that does."""

import sys
from collections.abc import Iterable
from typing import TextIO

from pure.redaction import Redactor


class Output:
    """Whole lines on one stream, in their order, without credentials, flushed at once (it is a pipe in a platform)."""

    def __init__(self, redact: Redactor, stream: TextIO | None = None) -> None:
        self._redact = redact
        self._stream = stream or sys.stdout

    def lines(self, lines: Iterable[str]) -> None:
        """Print each line."""
        text = "".join(f"{self._redact(line)}\n" for line in lines)
        if text:
            self._stream.write(text)
            self._stream.flush()

    def document(self, text: str) -> None:
        """Print a whole document as it is: whoever made it has taken credentials out of its values."""
        self._stream.write(text)
        self._stream.flush()

    def redacted(self, line: str) -> str:
        """The line as ``lines`` would print it."""
        return self._redact(line)

    def learn(self, redact: Redactor) -> None:
        """Hide the secrets that ``redact`` knows, besides those that were known before."""
        secrets = {*self._redact.secrets, *redact.secrets}
        self._redact = Redactor(secrets=tuple(sorted(secrets, key=lambda secret: (-len(secret), secret))))


def utf8_streams() -> None:
    """Write UTF-8 whatever the locale says: in a build there usually is none."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]
