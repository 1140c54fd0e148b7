"""Splits a declared command into the programs that it runs, each with its words, its variables and its folder."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

SHELLS: Final = frozenset({"sh", "bash", "dash"})
# The options before a line to run.
_GIVEN_LINE: Final = re.compile(r"-[a-z]*c\Z")
_WITH_LINE: Final = 2
# Longer lines aren't looked into.
_LONGEST: Final = 8000
# As a POSIX shell splits a line, apart from here-documents. Whatever else there is gives the line up.
_TOKEN: Final = re.compile(
    r"""(?P<space>[ \t]+)
    |(?P<redirection>[0-9]*(?:&>>?|>>?&?|<<?<?&?)[ \t]*[^\s;&|()<>'"\\`]*)
    |(?P<operator>&&|\|\||;;|[;&|\n()])
    |(?P<word>(?:[^\s;&|()<>'"\\`$]|\\.|\$\{[^{}]*\}|\$|`[^`]*`|'[^']*'|"(?:[^"\\]|\\.)*")+)
    |(?P<unknown>.)""",
    re.DOTALL | re.VERBOSE,
)
_PIECE: Final = re.compile(
    r"""'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|\\(?P<escaped>.)|(?P<plain>.)""", re.DOTALL
)
_ASSIGNMENT: Final = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)\Z", re.DOTALL)
# Words of the shell's grammar before a command, and those after which there is none that could be understood.
_BEFORE: Final = frozenset({"then", "else", "do", "!", "{", "time", "if", "while", "until", "elif"})
_APART: Final = frozenset({"for", "case", "select", "function", "fi", "done", "esac", "}", "[", "[["})
# Programs that start the program which their words name, without a word of their own (or with assignments).
_STARTING: Final = frozenset({"exec", "command", "env", "nice", "nohup", "sudo"})


class ShellWord(msgspec.Struct, frozen=True, kw_only=True):
    """A word of a command: what it says without quotes, and where it stands."""

    text: str
    start: int
    """In the line, or among the words of a command without a shell."""
    end: int


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A program that a command runs."""

    words: tuple[ShellWord, ...]
    """The program's name comes first."""
    variables: tuple[tuple[str, str], ...] = ()
    """What is set for it alone."""
    folder: str = ""
    """Where it runs, from the folder in which the process starts; what can't be known has a ``$`` in it."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The words without their places."""
        return tuple(word.text for word in self.words)


def runs(command: tuple[str, ...], variables: tuple[tuple[str, str], ...] = ()) -> tuple[Run, ...]:
    """The programs that a process runs, in their order; none where its line can't be understood.

    ``variables`` are set for a command without a shell.
    """
    line = shell_line(command)
    if line is None:
        words = [ShellWord(text=text, start=at, end=at + 1) for at, text in enumerate(command)]
        return tuple(msgspec.structs.replace(run, variables=(*variables, *run.variables)) for run in _run(words, ""))
    if len(line) > _LONGEST:
        return ()
    found: list[Run] = []
    folder = ""
    for words in _simple(line):
        for run in _run(words, folder):
            name, *rest = run.texts
            if name == "cd":
                folder = below(folder, rest[0] if rest else "$HOME")
            elif name:
                found.append(run)
    return tuple(found)


def inside(run: Run) -> tuple[Run, ...]:
    """What a shell runs that is told by its words what to run: ``sh -c "exec gunicorn app:app"``."""
    name, *rest = run.texts
    if name not in SHELLS or not rest or not _GIVEN_LINE.match(rest[0]) or len(rest) < _WITH_LINE:
        return ()
    return runs(("bash", "-c", rest[1]))


def shell_line(command: tuple[str, ...]) -> str | None:
    """The line that a shell is given; ``None`` for a command without one."""
    return command[2] if len(command) == 3 and command[:2] == ("bash", "-c") else None


def below(folder: str, path: str) -> str:
    """A path from a folder, without ``.`` and ``..``; one that leads out of the application has a ``$`` in it."""
    if path.startswith(("/", "~", "-")):
        return "$"
    parts = folder.split("/") if folder else []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return "$"
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def unknown(text: str) -> bool:
    """Whether a word is only known at launch."""
    return any(each in text for each in "$`*?")


def _simple(line: str) -> Iterator[list[ShellWord]]:
    """The simple commands of a line; none where it can't be understood."""
    commands: list[list[ShellWord]] = [[]]
    masked = _without_substitutions(line)
    for match in _TOKEN.finditer(masked):
        match match.lastgroup:
            case "operator":
                commands.append([])
            case "word":
                commands[-1].append(
                    ShellWord(text=_unquoted(line[slice(*match.span())]), start=match.start(), end=match.end())
                )
            case "unknown":
                return
            case _:
                continue
    yield from (each for each in commands if each)


def _without_substitutions(line: str) -> str:
    """A line as long as this, whose ``$(…)`` and ``$((…))`` are plain words; empty where one isn't closed."""
    parts: list[str] = []
    at = 0
    while (start := line.find("$(", at)) >= 0:
        depth, end = 0, start + 1
        while end < len(line):
            depth += (line[end] == "(") - (line[end] == ")")
            end += 1
            if not depth:
                break
        if depth:
            return ""
        parts += (line[at:start], "$", "_" * (end - start - 1))
        at = end
    return "".join((*parts, line[at:]))


def _unquoted(raw: str) -> str:
    if not any(quote in raw for quote in "'\"\\"):
        return raw
    return "".join(match[match.lastgroup or 0] for match in _PIECE.finditer(raw))


def _run(words: list[ShellWord], folder: str) -> Iterator[Run]:
    variables: list[tuple[str, str]] = []
    at = 0
    while at < len(words):
        text = words[at].text
        assigned = _ASSIGNMENT.match(text)
        if assigned:
            variables.append((assigned["name"], assigned["value"]))
        elif text in _APART:
            return
        elif text not in _BEFORE and text not in _STARTING:
            break
        at += 1
    # The shell finds no program of an empty name.
    if at < len(words) and words[at].text:
        yield Run(words=tuple(words[at:]), variables=tuple(variables), folder=folder)
