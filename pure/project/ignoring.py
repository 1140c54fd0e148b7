"""Says which files the patterns of an ignore file leave out of what is uploaded, and which pattern it is."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from pure.project.document import Document, at, table, words

DESCRIPTOR: Final = "project.toml"
IGNORE_FILES: Final = (".dockerignore", ".gcloudignore", ".cfignore", ".slugignore", ".railwayignore", ".gitignore")
"""Those by which tools leave files out of what they upload, in the order in which they are looked at.

pack reads none of them but ``project.toml``; others do: flyctl and docker, gcloud, cf, Heroku, Railway, git.
"""


class LeavesOut(msgspec.Struct, frozen=True, kw_only=True):
    """A pattern that leaves a file out."""

    file: str
    pattern: str
    """Empty where the file isn't among what ``include`` names."""
    place: str
    """The line, or the key."""


# What strangers write is looked at within bounds: a wildcard may stand for anything, so each multiplies the time.
_LONGEST_PATH: Final = 100
_MOST_LINES: Final = 500
_MOST_WILDCARDS: Final = 3


def left_out(path: str, files: Mapping[str, Document | None]) -> tuple[LeavesOut, ...]:
    """What leaves a file out, by its path from the application's root; ``files`` are the ignore files by name."""
    if len(path) > _LONGEST_PATH:
        return ()
    found = (_by_lines(path, name, file) for name in IGNORE_FILES if (file := files.get(name)))
    return (*_by_descriptor(path, files.get(DESCRIPTOR)), *(each for each in found if each))


def _by_lines(path: str, name: str, file: Document) -> LeavesOut | None:
    last = None
    for number, line in enumerate(file.text.splitlines()[:_MOST_LINES], start=1):
        for pattern, negative in read_patterns((line,)):
            if _matches(pattern, path):
                last = None if negative else LeavesOut(file=name, pattern=line.strip(), place=f"line {number}")
    return last


def _matches(pattern: str, path: str) -> bool:
    wildcards = sum(piece in _MEANING for piece in _PIECES.findall(pattern))
    return wildcards <= _MOST_WILDCARDS and re.fullmatch(expression(pattern), path) is not None


def _by_descriptor(path: str, file: Document | None) -> Iterator[LeavesOut]:
    parsed = table(file.toml.value_or({})) if file else {}
    settings = table(at(parsed, ("io", "buildpacks"))) or table(parsed.get("build"))
    excluded, included = words(settings.get("exclude")), words(settings.get("include"))
    pattern = _last(path, excluded)
    if pattern:
        yield LeavesOut(file=DESCRIPTOR, pattern=pattern, place="exclude")
    elif included and not _last(path, included):
        yield LeavesOut(file=DESCRIPTOR, pattern="", place="include")


def _last(path: str, lines: Iterable[str]) -> str:
    last = ""
    for pattern, negative in read_patterns(tuple(lines)[:_MOST_LINES]):
        if _matches(pattern, path):
            last = "" if negative else pattern
    return last


def read_patterns(lines: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """The patterns of an ignore file's lines, each with whether it takes back what others left out."""
    for line in lines:
        text = line.rstrip("\r").strip(" ")
        if text and not text.startswith("#"):
            negative = text.startswith("!")
            yield text[1:] if negative or text.startswith(("\\#", "\\!")) else text, negative


_PIECES: Final = re.compile(r"/\*\*/|\*\*/|/\*\*|\\.|[*]|[^*\\/]+|.", re.DOTALL)
_MEANING: Final = {"/**/": "(?:/|/.+/)", "**/": "(?:|.*/)", "/**": "(?:|/.*)", "*": "[^/]*"}


def expression(pattern: str) -> str:
    """A pattern of a .gitignore file as a regular expression for whole paths: what it names, and all below."""
    # A name with an ending in a folder (docs/*.md) is meant from the root.
    rooted = pattern.startswith("/") or re.search(r"[^/]/[^/]*\*\.", pattern) is not None
    body = pattern.removeprefix("/") if not pattern.startswith("/**") else pattern
    pieces = (
        _MEANING.get(piece) or re.escape(piece[1:] if len(piece) == 2 and piece[0] == "\\" else piece)
        for piece in _PIECES.findall(body)
    )
    end = ".*" if pattern.endswith("/") else "(?:/.*)?"
    return f"{'' if rooted else '(?:.*/)?'}{''.join(pieces)}{end}"
