"""Chooses the group and its build plan from what ``bin/detect`` of each buildpack answered.

Buildpack API, "Phase #1: Detection". One alternative per buildpack is tried at a time, left to right and depth first;
the first combination wins in which every requirement is provided by the same or an earlier buildpack and every
provision is required by the same or a later one.
"""

from collections.abc import Iterator, Sequence

import msgspec
import tomli_w

from pure.lifecycle.toml_data import Value, parse_toml, string, subtable, tables
from pure.outcome import Failure, Outcome, Success

PASS, FAIL, ERROR = 0, 100, -1

#: More combinations than this are not tried; a real group has a handful.
MAX_TRIALS = 100_000


class Require(msgspec.Struct, frozen=True, kw_only=True):
    """A requirement; ``metadata`` is its TOML text in a buildpack plan, so that the value stays hashable and exact."""

    name: str
    metadata: str = ""


class Sections(msgspec.Struct, frozen=True, kw_only=True):
    """One alternative of a build plan."""

    provides: tuple[str, ...] = ()
    requires: tuple[Require, ...] = ()


class DetectAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What one buildpack's detection gave: its exit status and its alternatives, the first one preferred."""

    buildpack: str
    optional: bool
    status: int
    alternatives: tuple[Sections, ...] = (Sections(),)


class PlanEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A name of the resolved plan: who can provide it and every requirement for it."""

    name: str
    providers: tuple[str, ...]
    requires: tuple[Require, ...]


class GroupResolution(msgspec.Struct, frozen=True, kw_only=True):
    """The group that takes part, by buildpack id in order, and its plan."""

    group: tuple[str, ...]
    plan: tuple[PlanEntry, ...]


class Unresolved(msgspec.Struct, frozen=True, kw_only=True):
    """Why no combination works; ``errored`` says that a buildpack broke, ``conflicts`` explains the last trial."""

    errored: bool
    conflicts: tuple[str, ...] = ()


def parse_build_plan(data: bytes) -> Outcome[tuple[Sections, ...], str]:
    """The alternatives in a build plan file, or why it is not one. An empty file is one empty alternative."""
    document = parse_toml(data)
    if isinstance(document, Failure):
        return document
    table = document.unwrap()
    try:
        return Success((_sections(table), *(_sections(section) for section in tables(table, "or"))))
    except TypeError as error:
        return Failure(str(error))


def _sections(table: dict[str, Value]) -> Sections:
    requires = []
    for entry in tables(table, "requires"):
        if string(entry, "version"):
            raise TypeError("`requires.version` is not supported any more; write it under `requires.metadata`")
        metadata = subtable(entry, "metadata")
        requires.append(Require(name=string(entry, "name"), metadata=_metadata(metadata)))
    provides = tuple(string(entry, "name") for entry in tables(table, "provides"))
    return Sections(provides=provides, requires=tuple(requires))


def _metadata(table: dict[str, Value]) -> str:
    return tomli_w.dumps({"entries": {"metadata": table}}) if table else ""


def resolve(answers: Sequence[DetectAnswer]) -> Outcome[GroupResolution, Unresolved]:
    """The first group and plan that work."""
    passed = [answer for answer in answers if answer.status == PASS]
    errored = any(answer.status not in (PASS, FAIL) for answer in answers)
    if any(answer.status != PASS and not answer.optional for answer in answers):
        return Failure(Unresolved(errored=errored))
    if not passed:
        return Failure(Unresolved(errored=False))
    conflicts: tuple[str, ...] = ()
    for number, trial in enumerate(_trials(passed)):
        outcome = _run_trial(trial)
        if isinstance(outcome, Success):
            return outcome
        conflicts = outcome.failure()
        if number == MAX_TRIALS:
            break
    return Failure(Unresolved(errored=False, conflicts=conflicts))


class _Member(msgspec.Struct, frozen=True, kw_only=True):
    buildpack: str
    optional: bool
    sections: Sections


def _trials(answers: Sequence[DetectAnswer]) -> Iterator[tuple[_Member, ...]]:
    if not answers:
        yield ()
        return
    first, rest = answers[0], answers[1:]
    last = len(first.alternatives) - 1
    for index, sections in enumerate(first.alternatives):
        # A buildpack may be left out of the group only where none of its alternatives works.
        member = _Member(buildpack=first.buildpack, optional=first.optional and index == last, sections=sections)
        for others in _trials(rest):
            yield (member, *others)


def _run_trial(trial: tuple[_Member, ...]) -> Outcome[GroupResolution, tuple[str, ...]]:
    while trial:
        plan, unmet = _walk(trial)
        if not unmet:
            return Success(GroupResolution(group=tuple(member.buildpack for member in trial), plan=plan))
        conflicts = tuple(words for member, words in unmet if not member.optional)
        if conflicts:
            return Failure(conflicts)
        dropped = {member.buildpack for member, _ in unmet}
        trial = tuple(member for member in trial if member.buildpack not in dropped)
    return Failure(())


def _walk(trial: tuple[_Member, ...]) -> tuple[tuple[PlanEntry, ...], list[tuple[_Member, str]]]:
    pending: dict[str, list[_Member]] = {}
    providers: dict[str, list[_Member]] = {}
    requires: dict[str, list[Require]] = {}
    unmet: list[tuple[_Member, str]] = []
    for member in trial:
        for name in member.sections.provides:
            pending.setdefault(name, []).append(member)
        for require in member.sections.requires:
            name = require.name
            providers.setdefault(name, []).extend(pending.pop(name, ()))
            if providers[name]:
                requires.setdefault(name, []).append(require)
            else:
                unmet.append((member, f"{member.buildpack} requires {name}, which nothing before it provides"))
    for name, members in pending.items():
        unmet.extend(
            (member, f"{member.buildpack} provides {name}, which nothing after it requires") for member in members
        )
    plan = tuple(
        PlanEntry(
            name=name,
            providers=tuple(member.buildpack for member in providers[name]),
            requires=tuple(requires[name]),
        )
        for name in requires
    )
    return plan, unmet


def entries_for(plan: Sequence[PlanEntry], buildpack: str) -> tuple[PlanEntry, ...]:
    """The part of the plan that a buildpack is asked to provide."""
    return tuple(entry for entry in plan if buildpack in entry.providers)


def without_met(plan: Sequence[PlanEntry], buildpack: str, unmet: Sequence[str]) -> tuple[PlanEntry, ...]:
    """The plan for the next buildpacks: what this one was asked for is met, except for the ``unmet`` names."""
    return tuple(entry for entry in plan if buildpack not in entry.providers or entry.name in unmet)


def encode_entries(entries: Sequence[PlanEntry]) -> bytes:
    """The buildpack plan file: one entry for each requirement."""
    parts: list[str] = []
    for entry in entries:
        for require in entry.requires:
            parts.append("[[entries]]\n" + tomli_w.dumps({"name": entry.name}) + require.metadata)
    return "\n".join(parts).encode()
