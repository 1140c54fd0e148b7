"""Recognises, in what an installer wrote, why it failed.

The rules are those of ``rules``. Tools break their lines where they like (Pipenv and PDM at 80 columns, in
the middle of a sentence), so the rules see the whole output as one line of words with single spaces. User information
of URLs is taken out before anything is looked for. Nothing here can fail: text that no rule knows is ``None``.
"""

import re
from collections.abc import Iterable
from typing import Final

from pure.complaints.parts import explained
from pure.complaints.reasons import NameUnknown, OutOfMemory, Recognised
from pure.complaints.rules import RULES
from pure.redaction import Redactor

_COMPILED: Final = tuple((rule, re.compile(rule.pattern)) for rule in RULES)
_ESCAPES: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# What tools put before lines that they quote.
_GUTTER: Final = re.compile(r"^\s*[|│](?=\s|$)")
_LOG_LINE: Final = re.compile(r"Could not fetch URL .*|Skipping link: none of the wheel's tags .*")
_LOG_LINES: Final = 10
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
    """Whether pip has to be asked again with a log of its own: only there it says that an index didn't answer."""
    return isinstance(recognised, NameUnknown) and not recognised.certain


def worth_keeping(log: Iterable[str]) -> tuple[str, ...]:
    """The lines of pip's own log that say why it found nothing and that its output lacks, at most ten."""
    kept: dict[str, None] = {}
    for line in log:
        found = _LOG_LINE.search(line)
        if found:
            kept.setdefault(_redacted(found[0].rstrip()))
            if len(kept) == _LOG_LINES:
                break
    return tuple(kept)
