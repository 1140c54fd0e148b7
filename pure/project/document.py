"""Holds the bytes of a file with the one document that they are parsed to.

Whoever needs a file is handed this value, so that it is parsed once, when it is first asked for, or never. The same
bytes give the same document: what is kept here changes no answer.
"""

import codecs
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

import msgspec
import tomli

from pure.outcome import Failure, Outcome, Success

_BYTE: Final = re.compile(r"\(byte (?P<byte>[0-9]+)\)")


class NotParsed(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes are no document of the language that was asked for."""

    # It completes "it …".
    because: str
    # The parser's own words, and the same with the place that it knows.
    detail: str = ""
    placed: str = ""
    # From 1, where the parser says it.
    line: int | None = None
    # Git left its marks.
    conflict: bool = False


class FileUnreadable(msgspec.Struct, frozen=True, kw_only=True):
    """The file is not what its name says."""

    file: str
    # It completes "it …".
    because: str
    # The parser's own words, and the line where it gave up; empty where there is nothing to add.
    detail: str = ""
    # Git left its marks.
    conflict: bool = False


class Document(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A file's contents."""

    raw: bytes

    @property
    def content(self) -> bytes:
        """The bytes without the mark that some editors put at the begin of UTF-8."""
        return self.raw.removeprefix(codecs.BOM_UTF8)

    @property
    def text(self) -> str:
        """What it says, for whoever only searches it."""
        return self.content.decode("utf-8", "replace")

    @cached_property
    def toml(self) -> Outcome[Mapping[str, Any], NotParsed]:
        """It as TOML; any bytes give a value or an error value."""
        try:
            return Success(tomli.loads(self.content.decode()))
        except UnicodeDecodeError as error:
            return Failure(NotParsed(because="is not UTF-8 text", detail=str(error), placed=str(error)))
        except tomli.TOMLDecodeError as error:
            return self._unparsed("TOML", error.msg, placed=str(error), line=error.lineno)
        except (ValueError, RecursionError) as error:
            # A number of more digits than Python converts, or nesting without end.
            return self._unparsed("TOML", str(error), placed=str(error))

    @cached_property
    def json(self) -> Outcome[object, NotParsed]:
        """It as JSON; any bytes give a value or an error value."""
        try:
            return Success(msgspec.json.decode(self.content))
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            # msgspec counts bytes; a number of more digits than Python converts and nesting without end have no place.
            place = _BYTE.search(str(error))
            line = self.content.count(b"\n", 0, int(place["byte"])) + 1 if place else None
            detail = str(error)[: place.start()].strip() if place else str(error)
            return self._unparsed("JSON", detail, placed=str(error), line=line)

    def _unparsed(self, language: str, detail: str, *, placed: str, line: int | None = None) -> Failure[NotParsed]:
        conflict = b"\n<<<<<<< " in b"\n" + self.raw
        return Failure(
            NotParsed(because=f"is not valid {language}", detail=detail, placed=placed, line=line, conflict=conflict)
        )


def toml(document: Document, file: str) -> Outcome[Mapping[str, Any], FileUnreadable]:
    """The TOML document in a file of this name; any bytes give a document or a ``FileUnreadable``."""
    found = document.toml
    return Failure(unreadable(found.failure(), file)) if isinstance(found, Failure) else found


def unreadable(unparsed: NotParsed, file: str) -> FileUnreadable:
    """The error for a file of this name that is no document."""
    place = f"line {unparsed.line}: " if unparsed.line else ""
    detail = f"{place}{unparsed.detail}" if unparsed.detail else ""
    return FileUnreadable(file=file, because=unparsed.because, detail=detail, conflict=unparsed.conflict)


def words(value: object) -> tuple[str, ...]:
    """The strings of an array."""
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def table(value: object) -> Mapping[str, Any]:
    """The table, or an empty one where there is something else."""
    return value if isinstance(value, dict) else {}


def at(document: object, path: tuple[str, ...]) -> object:
    """The value under nested keys; ``None`` where a table on the way is missing or is none."""
    for key in path:
        if not isinstance(document, Mapping):
            return None
        document = document.get(key)
    return document
