"""Completes an environment that holds what it shall: compiled, looked at, divided over layers and recorded."""

from typing import TypeAlias

import msgspec

from pure.build import closing, environment_steps, findings, news, states
from pure.build.check import Snapshot
from pure.build.dividing import divided, pieces_of
from pure.build.errors import NotAsResolved
from pure.build.leftovers import leftovers
from pure.build.news import News
from pure.build.states import Build, Next, Stopped
from pure.build.steps import Answer, BuildFoldersListed, LibrariesRead
from pure.outcome import Failure
from pure.venv.accelerators import accelerated_torch
from pure.venv.difference import verify
from pure.venv.resolved import ResolvedSet

_Said: TypeAlias = tuple[News, ...]


def complete(
    build: Build,
    answer: Answer,
    resolved: ResolvedSet,
    now: Snapshot,
    before: Snapshot | None,
    said: _Said,
    *,
    changed: bool,
) -> Next:
    """Compile an environment; one that has ``changed`` is looked at, too."""
    if before is None and (mismatches := verify(now.installed, resolved)):
        return Failure(Stopped(error=NotAsResolved(mismatches=mismatches), said=said))
    torch = accelerated_torch(resolved, now.installed)
    contradicted = findings.contradicted(answer.read(build.work.venv), build.plan, build.facts, note=changed)
    if isinstance(contradicted, Failure):
        return Failure(Stopped(error=contradicted.failure(), said=said))
    steps = environment_steps.complete(
        build.facts,
        build.work,
        resolved=resolved,
        installed=now.installed,
        in_place=before is not None,
        metadata=answer.read(build.work.venv),
        origins=answer.read(environment_steps.built_wheels(build.work)),
        hide=build.hide,
    )
    moves = len(pieces_of(now.installed, build.plan, build.facts.rules)) > len(now.apart)
    inspected = findings.inspect(build.plan, build.facts, now, build.work) if changed or moves else ()
    asked = environment_steps.compare_indexes(build.plan, build.facts, build.work, resolved) if changed else ()
    build, found = closing.with_findings(msgspec.structs.replace(build, changed=changed), contradicted.unwrap())
    warned = (news.AcceleratedFound(torch=torch),) if torch else ()
    state = states.Completing(resolved=resolved, now=now)
    return closing.turn(build, state, (*asked, *steps, *inspected), *said, *warned, *found)


def completed(build: Build, resolved: ResolvedSet, now: Snapshot, answer: Answer) -> Next:
    """Divide and record it, and remove what tools left behind among the application's files."""
    plan, facts, work = build.plan, build.facts, build.work
    sections = next((each.sections for each in answer.all(LibrariesRead)), {})
    done = divided(plan, facts, work, now, sections)
    after = next((each.paths for each in answer.all(BuildFoldersListed)), frozenset[str]())
    steps = (
        *done.steps,
        *environment_steps.record(done.plan, work, resolved=resolved, pieces=done.pieces),
        environment_steps.list_programs(work),
        *findings.survey(plan, facts, work),
        *leftovers(work.app, build.folders or frozenset(), after),
    )
    seen = findings.found(answer, plan, facts, now, work, resolved) if build.changed else ()
    away = () if plan.division.at_hand else now.apart
    build, found = closing.with_findings(msgspec.structs.replace(build, plan=done.plan, away=away), seen)
    said = (*closing.compiled(answer), news.Divided(plan=done.plan, pieces=done.pieces), *found)
    return closing.turn(build, states.Settled(resolved=resolved), steps, *said)
