"""Says which files the patterns of an ignore file leave out of what is uploaded, and which pattern it is."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
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


_LONGEST_PATH: Final = 100
_MOST_LINES: Final = 500


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
            if matcher(pattern)(path):
                last = None if negative else LeavesOut(file=name, pattern=line.strip(), place=f"line {number}")
    return last


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
        if matcher(pattern)(path):
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
_ANYWHERE: Final = "**/"


def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a path from the root matches a pattern of a .gitignore file: what it names, and all below."""
    # A name with an ending in a folder (docs/*.md) is meant from the root.
    rooted = pattern.startswith("/") or re.search(r"[^/]/[^/]*\*\.", pattern) is not None
    body = pattern.removeprefix("/") if not pattern.startswith("/**") else pattern
    pieces = [*(() if rooted else (_ANYWHERE,)), *_PIECES.findall(body)]
    # A wildcard after its like adds nothing.
    pieces = [
        piece for at, piece in enumerate(pieces) if not (piece in ("*", _ANYWHERE) and pieces[at - 1 : at] == [piece])
    ]
    below = not pattern.endswith("/")
    # A regular expression is fast, but tries each way to match for each of its wildcards in turn.
    if sum(piece in _MEANING for piece in pieces) <= _FEW_WILDCARDS:
        parts = (_MEANING.get(piece) or re.escape(_literal(piece)) for piece in pieces)
        found = re.compile("".join((*parts, "(?:/.*)?" if below else ".*")), re.DOTALL)
        return lambda path: found.fullmatch(path) is not None
    if len(pieces) > _MOST_PIECES:
        return lambda _: False
    return _Automaton(pieces, below=below).matches


_FEW_WILDCARDS: Final = 2
# No path has so many characters that something of it were left for each.
_MOST_PIECES: Final = 8192


def _literal(piece: str) -> str:
    return piece[1:] if len(piece) == 2 and piece[0] == "\\" else piece


class _Automaton:
    """All ways to match at once, a bit for each state: no way is tried twice."""

    def __init__(self, pieces: Iterable[str], *, below: bool) -> None:
        self._size = 0
        # The states that a character leads on from, or any does.
        self._steps: dict[str, int] = {}
        self._any = 0
        # Those that stay where they are: on any character, on any but a slash.
        self._stays = self._stays_inside = 0
        # Those that lead on without a character, by how far.
        self._skips = {1: 0, 2: 0, 3: 0}
        for piece in pieces:
            self._add(piece)
        if below:
            self._add("/**")
        else:
            self._loop()

    def _add(self, piece: str) -> None:
        match piece:
            case "*":
                self._loop(inside=True)
            case "**/":
                # Whether to pass it over is decided once, before it.
                self._skip(1)
                self._skip(3)
                self._size += 1
                self._loop()
                self._step("/")
            case "/**":
                self._skip(2)
                self._step("/")
                self._loop()
            case "/**/":
                self._step("/")
                self._skip(3)
                self._any |= 1 << self._size
                self._size += 1
                self._loop()
                self._step("/")
            case _:
                for character in _literal(piece):
                    self._step(character)

    def _step(self, character: str) -> None:
        self._steps[character] = self._steps.get(character, 0) | 1 << self._size
        self._size += 1

    def _loop(self, *, inside: bool = False) -> None:
        if inside:
            self._stays_inside |= 1 << self._size
        else:
            self._stays |= 1 << self._size
        self._skip(1)
        self._size += 1

    def _skip(self, far: int) -> None:
        self._skips[far] |= 1 << self._size

    def matches(self, path: str) -> bool:
        """Whether the whole path matches."""
        states = self._skipped(1)
        for character in path:
            stays = self._stays if character == "/" else self._stays | self._stays_inside
            steps = self._steps.get(character, 0) | self._any
            states = self._skipped((states & stays) | ((states & steps) << 1))
            if not states:
                return False
        return bool(states >> self._size & 1)

    def _skipped(self, states: int) -> int:
        before = 0
        while before != states:
            before = states
            for far, skipping in self._skips.items():
                states |= (states & skipping) << far
        return states
