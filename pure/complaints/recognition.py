"""Recognises, in what an installer wrote, why it failed.

The rules are those of ``rules``. Tools break their lines where they like (Pipenv and PDM at 80 columns, in
the middle of a sentence), so the rules see the whole output as one line of words with single spaces. User information
of URLs is taken out before anything is looked for. Nothing here can fail: text that no rule knows is ``None``.
"""

import re
from collections.abc import Iterable
from typing import Final

from pure.complaints.parts import NAME, explained
from pure.complaints.reasons import (
    BuildFailed,
    Conflict,
    HashMismatch,
    NameUnknown,
    NoSuchVersion,
    OtherPlatform,
    OtherPython,
    OutOfMemory,
    Recognised,
)
from pure.complaints.rules import RULES
from pure.names import normalise_name
from pure.redaction import Redactor

_COMPILED: Final = tuple((rule, re.compile(rule.pattern)) for rule in RULES)
_ESCAPES: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# What tools put before lines that they quote.
_GUTTER: Final = re.compile(r"^\s*[|│](?=\s|$)")
_LOG_LINE: Final = re.compile(r"Could not fetch URL .*|Skipping link: none of the wheel's tags .*")
_LOG_LINES: Final = 10
_SOUGHT: Final = re.compile(rf"No matching distribution found for (?P<name>{NAME})")
# Ended by SIGKILL: as its parent sees it, as a shell says it, as pip says it of its helper (pip --python).
_KILLED: Final = frozenset({-9, 128 + 9, 256 - 9})
_redacted: Final = Redactor(secrets=())


def recognise(tool: str, lines: Iterable[str], *, returncode: int, minor: str = "") -> Recognised | None:
    """Why ``tool`` failed, from its output and exit status (minus a signal's number); ``None`` where nobody knows.

    ``minor`` is the minor version of the application's Python, empty where it isn't known.
    """
    plain = " ".join(_GUTTER.sub("", _ESCAPES.sub("", line)) for line in lines)
    text = _redacted(" ".join(plain.split()))
    for rule, pattern in _COMPILED:
        if tool in rule.tools:
            for match in pattern.finditer(text):
                found = rule.make(match, text)
                if found is not None:
                    return explained(found, minor) if isinstance(found, NameUnknown) else found
    return OutOfMemory() if returncode in _KILLED else None


def undecided(recognised: Recognised | None) -> bool:
    """Whether pip has to be asked again with a log of its own: only there it says that an index didn't answer.

    It prints what it found elsewhere, which may be a stranger's distribution of the same name.
    """
    match recognised:
        case NameUnknown(certain=certain):
            return not certain
        case OtherPython(python=python):
            # What pip ignored; a distribution that refuses this Python is named with it.
            return not python
        case NoSuchVersion():
            return True
        case _:
            return False


def doubtful(recognised: Recognised | None) -> bool:
    """Whether a stranger's distribution may have been met, where one of several indexes didn't answer."""
    return isinstance(recognised, Conflict | HashMismatch | OtherPlatform | BuildFailed)


def worth_keeping(log: Iterable[str], said: Iterable[str] = ()) -> tuple[str, ...]:
    """The lines of pip's own log that say why it found nothing and that its output lacks, at most ten.

    ``said`` is its output: what the log says of the name that it ended with counts before what it says of others.
    """
    kept = dict.fromkeys(_redacted(found[0].rstrip()) for line in log if (found := _LOG_LINE.search(line)))
    sought = [found["name"] for line in said if (found := _SOUGHT.search(line))]
    page = f"/{normalise_name(sought[-1])}/" if sought else ""
    about = [line for line in kept if page and page in line]
    return tuple(about or kept)[:_LOG_LINES]
