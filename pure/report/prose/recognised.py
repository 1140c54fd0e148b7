"""Says the recognised reasons of a failed installation in words: the cause and the cure."""

from typing import Final, assert_never

from pure.complaints.reasons import (
    ContentReason,
    IndexReason,
    LockReason,
    NameReason,
    Recognised,
    RepositoryReason,
    SystemReason,
)
from pure.manager.terms import InstalledFrom, Terms, terms
from pure.message import Message
from pure.report.prose.explanation import Explanation
from pure.report.prose.network_reasons import explain_index, explain_repository
from pure.report.prose.requirement_reasons import explain_contents, explain_lock, explain_name
from pure.report.prose.system_reasons import explain_system
from pure.wording import wrapped

# Names of files make lines longer than they were written here.
_WIDTH: Final = 108


def describe_installer(
    source: InstalledFrom, version: str, recognised: Recognised | None, *, returncode: int, signal: str | None
) -> Message:
    """The message of a failed installation: the recognised reason, or at least how the tool ended."""
    words = terms(source)
    happened = f"{words.title} {version} could not install the application's dependencies"
    if recognised is not None:
        told = explain(words, recognised)
        return Message(
            happened=told.happened or happened,
            found=_wrapped(told.found),
            means=_wrapped(told.means),
            do=_wrapped(told.do),
        )
    ending = f"was ended by {signal}" if signal else f"ended with status {returncode}"
    return Message(
        happened=happened,
        found=(f"{words.title} {ending}; its own messages stand above.",),
        means=("Nothing of this build is kept; the layers of the last successful build are untouched.",),
        do=("Build again. If it happens again, look for what was built from source just before.",)
        if signal
        else _wrapped((f"Correct {words.declared} as these messages say, then build again.", *words.after)),
    )


def _wrapped(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part for line in lines for part in wrapped(line, width=_WIDTH))


def explain(words: Terms, recognised: Recognised) -> Explanation:
    """What to tell about a recognised reason, in the terms of the application that was built."""
    if isinstance(recognised, NameReason):
        return explain_name(recognised, words)
    if isinstance(recognised, ContentReason):
        return explain_contents(recognised, words)
    if isinstance(recognised, IndexReason):
        return explain_index(recognised, words)
    if isinstance(recognised, RepositoryReason):
        return explain_repository(recognised, words)
    if isinstance(recognised, SystemReason):
        return explain_system(recognised, words)
    if isinstance(recognised, LockReason):
        return explain_lock(recognised, words)
    assert_never(recognised)
