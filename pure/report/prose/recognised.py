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
from pure.report.prose.advice import Advice
from pure.report.prose.network_reasons import advise_index, advise_repository
from pure.report.prose.requirement_reasons import advise_contents, advise_lock, advise_name
from pure.report.prose.system_reasons import advise_system
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
        advice = advise(words, recognised)
        return Message(
            happened=happened, found=_wrapped(advice.found), means=_wrapped(advice.means), do=_wrapped(advice.do)
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


def advise(words: Terms, recognised: Recognised) -> Advice:
    """What to tell about a recognised reason, in the terms of the application that was built."""
    if isinstance(recognised, NameReason):
        return advise_name(recognised, words)
    if isinstance(recognised, ContentReason):
        return advise_contents(recognised, words)
    if isinstance(recognised, IndexReason):
        return advise_index(recognised, words)
    if isinstance(recognised, RepositoryReason):
        return advise_repository(recognised, words)
    if isinstance(recognised, SystemReason):
        return advise_system(recognised, words)
    if isinstance(recognised, LockReason):
        return advise_lock(recognised, words)
    assert_never(recognised)
