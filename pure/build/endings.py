"""Decides what it means that a program failed, by what it was started for."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias, assert_never

import msgspec

from pure.build.environment_steps import several_indexes
from pure.build.errors import (
    BuildError,
    DoesNotImport,
    NoEnvironment,
    PipFailed,
    PipNotInstalled,
    RuntimeDoesNotStart,
    ToolFailed,
)
from pure.build.facts import Facts
from pure.build.news import FindingsMade, ProgramSaid
from pure.build.own_words import with_own_words
from pure.build.plan import Plan
from pure.build.steps import Ended
from pure.build.workplace import Workplace
from pure.complaints.commands import BuildCommandFailed
from pure.disk import DiskFull, complaint_of_no_room
from pure.redaction import Redactor
from pure.runtime.linked import others

# So many of its last words are shown of a program whose failing is none of the application's.
_LAST_WORDS: Final = 12


class AskAgain(msgspec.Struct, frozen=True, kw_only=True):
    """pip's words, or Pipenv's, leave open why it failed; a second start with a log tells."""


Meaning: TypeAlias = BuildError | AskAgain


def failure(
    ended: Ended,
    plan: Plan,
    facts: Facts,
    work: Workplace,
    hide: Redactor,
    noted: tuple[str, ...] | None = None,
) -> Meaning:
    """What a failed program means. ``noted`` is what pip wrote into a log when it was asked again, if it was."""
    purpose = ended.program.purpose
    said = (*ended.said, *(noted or ()))
    match purpose:
        case "install-tool":
            return _no_room(said, work) or PipNotInstalled(
                version=plan.manager.version,
                hashed=plan.manager.hashed,
                output=_last(said),
                title=plan.manager.manager.tool.title,
                variable=plan.manager.manager.tool.variable,
            )
        case "create-environment":
            return _no_room(said, work) or NoEnvironment(returncode=ended.returncode, output=_last(said))
        case "resolve" if plan.manager.manager.synchronises:
            return _tool(ended, said, plan, facts, work, asked=noted is not None)
        case "resolve" | "install":
            return _pip(ended, said, plan, facts, work, asked=noted is not None)
        case "check-lock" | "synchronise":
            return _tool(ended, said, plan, facts, work, asked=noted is not None)
        case "try-import":
            return does_not_import(ended)
        case "build-command":
            return _command(ended, plan, facts, work, hide)
        case "probe" | "ask-again" | "compare-indexes" | "collect-static":
            raise AssertionError(f"{purpose} may fail")
        case _:
            assert_never(purpose)


def _command(ended: Ended, plan: Plan, facts: Facts, work: Workplace, hide: Redactor) -> Meaning:
    from pure.build.commanding import hidden
    from pure.complaints.commands import why_it_failed

    commands, line = plan.commands, ended.program.argv[-1]
    assert commands is not None, "what is run is declared"
    detail = complaint_of_no_room(ended.said)
    if detail:
        return DiskFull(task="build", path=work.project, detail=detail)
    return BuildCommandFailed(
        line=line,
        source=str(commands.source),
        returncode=ended.returncode,
        signal=ended.signal,
        output=_last(ended.said),
        cause=why_it_failed(ended.said, returncode=ended.returncode, signal=ended.signal, hidden=hidden(facts, hide)),
    )


def does_not_import(ended: Ended) -> DoesNotImport:
    """What it means that what starts the application can't be imported."""
    from pure.build.trial import failing, words
    from pure.complaints.imports import why_not_imported

    return DoesNotImport(
        names=failing(ended),
        returncode=ended.returncode,
        signal=ended.signal,
        output=_last(words(ended)),
        reason=why_not_imported(ended.said),
    )


def last_words(ended: Ended, noted: tuple[str, ...], hide: Callable[[str], str]) -> tuple[ProgramSaid, ...]:
    """All that a program said whose words are the application's business; the errors of the others quote them."""
    match ended.program.purpose:
        case "resolve" | "install" | "check-lock" | "synchronise":
            return (ProgramSaid(lines=tuple(map(hide, (*ended.said, *noted)))),)
        case (
            "probe"
            | "install-tool"
            | "create-environment"
            | "ask-again"
            | "compare-indexes"
            | "collect-static"
            | "build-command"
            | "try-import"
        ):
            return ()
        case _:
            assert_never(ended.program.purpose)


def another_python(ended: Ended, plan: Plan) -> RuntimeDoesNotStart | None:
    """The error of a runtime that doesn't start, or is another Python than it should be; ``None`` where all is well."""
    # The loader may complain before Python says a word. How it ends tells nothing: more is asked after its version.
    if plan.python.runtime.version in (line.strip() for line in ended.said):
        return None
    said = _last(others(ended.said), 5)
    if ended.ok or not said:
        said = (f"it says that it is Python {' '.join(said) or 'nothing'}",)
    return RuntimeDoesNotStart(version=plan.python.runtime.version, target=str(plan.target), output=said)


def notes(logs: Iterable[bytes], said: Sequence[str]) -> tuple[str, ...]:
    """What of the logs that pip wrote when it was asked again, after it had ``said`` this, says why it failed."""
    from pure.complaints.recognition import worth_keeping

    return worth_keeping((line for raw in logs for line in raw.decode("utf-8", "replace").splitlines()), said)


def passed_over(meaning: Meaning, logs: Iterable[bytes]) -> tuple[FindingsMade, ...]:
    """The news of indexes that gave no answer, by pip's logs, where the error doesn't tell them."""
    from pure.complaints.indexes import IndexPassedOver, read_indexes
    from pure.complaints.recognition import doubtful

    if not isinstance(meaning, PipFailed) or not doubtful(meaning.recognised):
        return ()
    lines = (line for raw in logs for line in raw.decode("utf-8", "replace").splitlines())
    found = tuple(each for each in read_indexes(lines) if isinstance(each, IndexPassedOver))
    return (FindingsMade(findings=found),) if found else ()


def _pip(ended: Ended, said: Sequence[str], plan: Plan, facts: Facts, work: Workplace, *, asked: bool) -> Meaning:
    # Here and below: only a build that fails needs the table of what tools say, and all of its patterns.
    from pure.complaints.recognition import doubtful, recognise, undecided

    recognised = recognise("pip", said, returncode=ended.returncode, minor=plan.python.runtime.minor)
    if not asked and (undecided(recognised) or (doubtful(recognised) and several_indexes(plan, facts))):
        return AskAgain()
    return _no_room(said, work) or PipFailed(
        source=plan.manager.installed_from,
        version=plan.manager.version,
        returncode=ended.returncode,
        signal=ended.signal,
        recognised=with_own_words(recognised, facts, plan.manager.managed, work),
    )


def _tool(ended: Ended, said: tuple[str, ...], plan: Plan, facts: Facts, work: Workplace, *, asked: bool) -> Meaning:
    from pure.complaints.recognition import recognise, undecided

    decided = plan.manager
    tool = decided.manager.tool.name
    recognised = recognise(tool, said, returncode=ended.returncode, minor=plan.python.runtime.minor)
    # Pipenv has pip install.
    if tool == "pipenv" and not asked and undecided(recognised):
        return AskAgain()
    return _no_room(said, work) or ToolFailed(
        source=decided.installed_from,
        version=decided.version,
        returncode=ended.returncode,
        signal=ended.signal,
        recognised=with_own_words(recognised, facts, plan.manager.managed, work),
    )


def _no_room(said: Sequence[str], work: Workplace) -> DiskFull | None:
    detail = complaint_of_no_room(said)
    return DiskFull(task="install", path=work.layers, detail=detail) if detail else None


def _last(said: Sequence[str], number: int = _LAST_WORDS) -> tuple[str, ...]:
    return tuple([line.rstrip() for line in said if line.strip()][-number:])
