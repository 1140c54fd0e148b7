"""Recognises why a build command of an application's own failed, and names what it may do wrong."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, TypeAlias

import msgspec

from pure.complaints.imports import ImportReason, why_not_imported

CommandKind: TypeAlias = Literal["program", "system", "permission", "memory", "hidden", "import"]

# What shells say of a program that isn't there or may not be started, and what those that start others say of theirs.
# Few builds need them, so they aren't compiled here.
_MISSING: Final = (
    r"^\S{0,100}sh: (?:line )?(?:\d{1,6}: )?(?:exec: )?(?P<subject>[^\s:]{1,200}): (?:command )?not found$",
    r"\bCan't find (?P<subject>msgfmt|msgmerge|msguniq|msgattrib|xgettext)\b",
    r"^FileNotFoundError: \[Errno 2\] No such file or directory: '(?P<subject>[\w.+-]{1,100})'$",
    r"^(?P<subject>sh): No such file or directory$",
)
_DENIED: Final = r"^\S{0,100}sh: (?:line )?(?:\d{1,6}: )?(?P<subject>[^\s:]{1,200}): Permission denied$"
# Debian's packages of programs that commands of applications start, and that no distribution brings.
PACKAGES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("msgfmt", "msgmerge", "msguniq", "msgattrib", "xgettext"), "gettext"),
    "make": "make",
    "git": "git",
    "curl": "curl",
    "wget": "wget",
    "unzip": "unzip",
    "ffmpeg": "ffmpeg",
    "pandoc": "pandoc",
}
NODE: Final = frozenset({"node", "npm", "npx", "yarn", "pnpm", "corepack"})
"""What a buildpack for Node.js brings."""

_LAST: Final = 40
_LONGEST: Final = 500
_KILLED: Final = 128 + 9


class CommandCause(msgspec.Struct, frozen=True, kw_only=True):
    """What the output shows to be wrong; ``subject`` is the program, file or variable."""

    kind: CommandKind
    subject: str = ""
    reason: ImportReason | None = None
    """Of a module that can't be imported."""


class BuildCommandFailed(msgspec.Struct, frozen=True, kw_only=True):
    """A build command failed; all that it said was printed above."""

    line: str
    source: str
    """Where it is declared."""
    returncode: int
    signal: str | None
    output: tuple[str, ...]
    """Its last words."""
    cause: CommandCause | None


class CommandChangedLayers(msgspec.Struct, frozen=True, kw_only=True):
    """Build commands changed or removed files that were installed; ``paths`` are the first of them."""

    paths: tuple[str, ...]
    number: int


class LeftInLayers(msgspec.Struct, frozen=True, kw_only=True):
    """Build commands wrote new files among what is installed, which were removed; ``paths`` are the first of them."""

    paths: tuple[str, ...]
    number: int


CommandError: TypeAlias = BuildCommandFailed | CommandChangedLayers


def why_it_failed(
    lines: Sequence[str], *, returncode: int, signal: str | None, hidden: Iterable[str]
) -> CommandCause | None:
    """The cause, from how a command ended and its last lines; ``hidden`` are variables that it didn't get."""
    if signal == "SIGKILL" or returncode == _KILLED:
        return CommandCause(kind="memory")
    last = [line[:_LONGEST].strip() for line in lines if line.strip()][-_LAST:]
    words = {word for line in last[-3:] for word in re.findall(r"[A-Za-z_][A-Za-z0-9_]*", line)}
    missed = next((name for name in hidden if name in words), None)
    if missed is not None:
        return CommandCause(kind="hidden", subject=missed)
    for line in reversed(last):
        for pattern in _MISSING:
            if match := re.search(pattern, line):
                subject = match["subject"]
                known = subject in PACKAGES or subject in NODE
                return CommandCause(kind="system" if known else "program", subject=subject)
        if match := re.search(_DENIED, line):
            return CommandCause(kind="permission", subject=match["subject"])
    reason = why_not_imported(last)
    return CommandCause(kind="import", subject=reason.subject, reason=reason) if reason else None
