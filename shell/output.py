"""Prints: the only module of the buildpack that does."""

import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TextIO

from pure.redaction import Redactor
from pure.visible import visible, visible_document, whole

from shell.failure import StreamRefused
from shell.own_words import own_words


class Output:
    """Whole lines on one stream, in their order, flushed at once (it is a pipe in a platform).

    Strangers wrote much of what they quote: no line has credentials, and none is anything but one line of text.
    """

    def __init__(self, redact: Redactor, stream: TextIO | None = None) -> None:
        self._redact = redact
        self._redact_own = _for_own_sentences(redact)
        self._stream = stream or sys.stdout

    def lines(self, lines: Iterable[str]) -> None:
        """Print each line, one of ours."""
        self._print(self.shown(line) for line in lines)

    def said(self, lines: Iterable[str]) -> None:
        """Print each line, one that a program said."""
        self._print(visible(self._redact(line)) for line in lines)

    def document(self, text: str) -> None:
        """Print a whole JSON document: whoever made it has taken credentials out of its values."""
        self._stream.write(visible_document(text))
        self._stream.flush()

    def redacted(self, text: str) -> str:
        """A text of ours without credentials, for a document: in UTF-8, which has no halves of characters."""
        return whole(self._redact_own(text))

    def shown(self, line: str) -> str:
        """The line as ``lines`` prints it."""
        return visible(self._redact_own(line))

    def learn(self, redact: Redactor) -> None:
        """Hide the secrets that ``redact`` knows, besides those that were known before."""
        secrets = {*self._redact.secrets, *redact.secrets}
        self._redact = Redactor(secrets=tuple(sorted(secrets, key=lambda secret: (-len(secret), secret))))
        self._redact_own = _for_own_sentences(self._redact)

    def _print(self, lines: Iterable[str]) -> None:
        text = "".join(f"{line}\n" for line in lines)
        if text:
            self._stream.write(text)
            self._stream.flush()


def _for_own_sentences(redact: Redactor) -> Redactor:
    words = own_words(redact.secrets)
    return Redactor(secrets=tuple(secret for secret in redact.secrets if secret not in words)) if words else redact


class _Stream(io.TextIOWrapper):
    """A standard stream; whoever writes to it, what the system has against that is told by its own exception."""

    def __init__(self, stream: TextIO | None, name: str) -> None:
        if stream is None:
            raise StreamRefused(name, "it is closed")
        self._called = name
        super().__init__(stream.buffer, encoding="utf-8", errors="backslashreplace", line_buffering=True)

    def write(self, text: str, /) -> int:
        with self._told():
            return super().write(text)

    def flush(self) -> None:
        with self._told():
            super().flush()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            unread = isinstance(error, BrokenPipeError)
            raise StreamRefused(self._called, error.strerror or str(error), unread=unread) from error


def utf8_streams() -> None:
    """Write UTF-8 whatever the locale says: in a build there usually is none.

    :raises StreamRefused: from then on, too, wherever one of them can't be written to
    """
    sys.stdout = _Stream(sys.stdout, "The standard output")
    sys.stderr = _Stream(sys.stderr, "The standard error")
