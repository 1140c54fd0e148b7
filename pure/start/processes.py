"""Decides which processes the image offers (specification, launch.toml).

Here are those that the project declares, in a ``Procfile``, in ``pyproject.toml`` or for another buildpack;
``pure.start.command`` detects the others, and ``pure.start.choice`` says which of them decides.
"""

import re
import shlex
from collections.abc import Iterable
from typing import Final, TypeAlias

import msgspec

from pure.outcome import Failure, Outcome, Success
from pure.source import Source
from pure.start.declared import PYPROJECT, TABLE, Declared
from pure.start.peers import PeerCommand
from pure.start.plain_line import NeedsShell, read_line

PROCFILE: Final = "Procfile"

RELEASES: Final = frozenset({"release", "predeploy", "postdeploy", "prerelease", "postrelease"})
"""What some platforms run before each start; a lifecycle doesn't know of it."""

_LINE: Final = re.compile(r"(?P<type>[^:\s]+)\s*:\s*+(?P<command>.*)\Z")
_TYPE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")
_BARE: Final = re.compile(r"[\w@%+=:,./${}-]+\Z")
# Without a shell signals reach the process itself.
_EXECUTED: Final = "executed directly"
_BY_SHELL: Final = "its command needs a shell for {what}: run by bash"
_NO_DEFAULT: Final = "none of several processes is named web, so the image has no default process"
_ONLY_RELEASES: Final = "nothing of it is for the start, so the image has no default process"


class Default(msgspec.Struct, frozen=True, kw_only=True):
    """A variable that a process finds set unless somebody has set it (``pure.start.defaults``)."""

    variable: str
    value: str = ""
    """Empty where it is known at launch only."""
    because: str
    unless: str = ""
    """The file with which it isn't set, from the application's folder."""
    memory: int = 0
    """The bytes of each worker, of whose number it is the variable; 0 before that is known."""


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """One process type of the image."""

    type: str
    command: tuple[str, ...]
    """What makes it what it is: the program, the application, where it listens."""
    args: tuple[str, ...] = ()
    """Options that tune it: those that a container is started with take their place."""
    variables: tuple[tuple[str, str], ...] = ()
    """What is set for it alone."""
    expands: bool = False
    """Words of the command and values are expanded when it is started (``pure.start.expansion``)."""
    default: bool
    """It is what the image starts if nobody says what."""
    source: Source
    """Where it was declared or found."""
    because: str
    working_dir: str = ""
    """An absolute path, empty for the application's folder."""
    defaults: tuple[Default, ...] = ()
    """What a launcher sets for it."""

    @property
    def shown(self) -> str:
        """Its command as a log shows it: without what starts it."""
        if self.command[:2] == ("bash", "-c") and len(self.command) == 3:
            return self.command[2]
        assigned = (f"{name}={_readable(value)}" for name, value in self.variables)
        words = map(_readable if self.expands else shlex.quote, self.command)
        return " ".join((*assigned, *words, *map(shlex.quote, self.args)))


class NotText(msgspec.Struct, frozen=True, kw_only=True):
    """The ``Procfile`` isn't UTF-8 text; ``line`` is the first with an undecodable byte."""

    line: int


class BadLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the ``Procfile`` that isn't ``type: command``."""

    line: int
    text: str


class BadType(msgspec.Struct, frozen=True, kw_only=True):
    """A process type with characters that the specification doesn't allow."""

    line: int
    type: str


class EmptyCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A process type without a command."""

    line: int
    type: str


class DuplicateType(msgspec.Struct, frozen=True, kw_only=True):
    """A process type that is declared twice, on the lines ``first`` and ``line``."""

    first: int
    line: int
    type: str


ProcfileError: TypeAlias = NotText | BadLine | BadType | EmptyCommand | DuplicateType


class Processes(msgspec.Struct, frozen=True, kw_only=True):
    """The image's processes in the order of their declaration."""

    processes: tuple[Process, ...]
    because: tuple[str, ...]
    """The reasons for them, or for their absence."""
    notes: tuple[str, ...] = ()
    """What was passed over."""
    warnings: tuple[str, ...] = ()
    """What should be changed."""
    provisional: bool = False
    """They were decided before anything was installed."""


def from_procfile(raw: bytes) -> Outcome[Processes, ProcfileError]:
    """Read ``type: command`` lines; blank lines and comments are skipped, any bytes give a value or an error."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Failure(NotText(line=raw.count(b"\n", 0, error.start) + 1))
    found: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = _LINE.match(stripped)
        if match is None:
            return Failure(BadLine(line=number, text=stripped[:120]))
        kind, command = match["type"], match["command"].strip()
        if not _TYPE.match(kind):
            return Failure(BadType(line=number, type=kind[:60]))
        if not command:
            return Failure(EmptyCommand(line=number, type=kind))
        if kind in found:
            return Failure(DuplicateType(first=found[kind][0], line=number, type=kind))
        found[kind] = (number, command)
    default = _default(found)
    return Success(
        Processes(
            processes=tuple(
                _process(kind, Source(file=PROCFILE, line=number), command, default)
                for kind, (number, command) in found.items()
            ),
            because=_because(found, default),
        )
    )


def from_table(declared: tuple[Declared, ...]) -> Processes:
    """The processes of ``tool.lamina.processes``."""
    marked = next((each.type for each in declared if each.default), None)
    types = [each.type for each in declared]
    default = marked or _default(types)
    source = Source(file=PYPROJECT, line=None)
    processes: list[Process] = []
    for each in declared:
        if each.line is not None:
            processes.append(_process(each.type, source, each.line, default))
            continue
        processes.append(
            Process(type=each.type, command=each.words, default=each.type == default, source=source, because=_EXECUTED)
        )
    because = f"declared by {TABLE} of {PYPROJECT}"
    if not types:
        because = f"{TABLE} of {PYPROJECT} is empty"
    elif default is None:
        because += f"; {_without_default(types)}"
    return Processes(processes=tuple(processes), because=(because,))


def from_peer(peer: PeerCommand) -> Processes:
    """The process that an application has for another buildpack."""
    process = _process("web", peer.source, peer.command, "web")
    return Processes(processes=(process,), because=(f"declared by {peer.source}",))


def _default(types: Iterable[str]) -> str | None:
    """What the image starts: `web`, or the only process that isn't for before the start."""
    started = [each for each in types if each not in RELEASES]
    return "web" if "web" in started else started[0] if len(started) == 1 else None


def _without_default(types: Iterable[str]) -> str:
    return _ONLY_RELEASES if RELEASES.issuperset(types) else _NO_DEFAULT


def _process(kind: str, source: Source, command: str, default: str | None) -> Process:
    read = read_line(command)
    if isinstance(read, NeedsShell):
        return Process(
            type=kind,
            command=("bash", "-c", command),
            default=kind == default,
            source=source,
            because=_BY_SHELL.format(what=read.what),
        )
    return Process(
        type=kind,
        command=read.words,
        variables=read.variables,
        expands=read.expands,
        default=kind == default,
        source=source,
        because=_EXECUTED,
    )


def _readable(word: str) -> str:
    """A word that is expanded as it would stand in a shell's line."""
    if _BARE.match(word):
        return word
    return f'"{word}"' if "${" in word and '"' not in word else shlex.quote(word)


def _because(found: dict[str, tuple[int, str]], default: str | None) -> tuple[str, ...]:
    if not found:
        return ("the Procfile declares no process",)
    if default is None:
        return (f"declared by the Procfile; {_without_default(found)}",)
    return ("declared by the Procfile",)
