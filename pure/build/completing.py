"""Completes an environment that holds what it shall: compiled, looked at, divided over layers and recorded."""

from typing import TypeAlias

import msgspec

from pure.build import closing, describing, environment_steps, findings, news, states, storing
from pure.build.check import Snapshot
from pure.build.dividing import divided, look_at_contents, needs_of
from pure.build.errors import NotAsResolved
from pure.build.leftovers import leftovers
from pure.build.news import News
from pure.build.states import Build, Next, Stopped
from pure.build.steps import Answer, BuildFoldersListed, RemoveFiles
from pure.build.watched import FilesHashed
from pure.build.workplace import STATE_FILE
from pure.outcome import Failure
from pure.venv.accelerators import accelerated_torch
from pure.venv.difference import verify
from pure.venv.resolved import ResolvedSet
from pure.venv.state import Insight
from pure.venv.weight import weight

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
    metadata = answer.read(build.work.venv)
    known = None if changed or build.plan.previous is None else build.plan.previous.seen
    contradictions = known.contradictions if known else findings.contradicted(metadata, build.plan)
    judged = findings.judged(contradictions, build.facts)
    if isinstance(judged, Failure):
        return Failure(Stopped(error=judged.failure(), said=said))
    steps = environment_steps.complete(
        build.plan,
        build.facts,
        build.work,
        resolved=resolved,
        installed=now.installed,
        in_place=before is not None,
        metadata=metadata,
        origins=answer.read(environment_steps.built_wheels(build.work)),
        hide=build.hide,
    )
    said_of_themselves = describing.in_their_words(
        build.plan, build.facts, build.work, now, resolved, metadata, steps, build.hide
    )
    # What moves into layers is read, too: dividing takes its time, and a changed environment is read in any case.
    read = changed or len(now.pieces) > len(now.apart)
    steps = (
        *(environment_steps.compare_indexes(build.plan, build.facts, build.work, resolved) if changed else ()),
        *steps,
        describing.read_bills(build.plan, build.work),
        *(findings.inspect(now, build.work) if read else ()),
        *look_at_contents(now, build.work),
        *findings.seek_libraries(build.plan, build.facts, build.work),
        *environment_steps.prune(build.plan, build.work),
    )
    build, found = closing.with_findings(msgspec.structs.replace(build, changed=changed), contradictions)
    warned = (news.AcceleratedFound(torch=torch),) if torch else ()
    state = states.Completing(resolved=resolved, now=now, contradictions=contradictions, described=said_of_themselves)
    return closing.turn(build, state, steps, *said, *warned, *found)


def completed(build: Build, state: states.Completing, answer: Answer) -> Next:
    """Divide and record it, and remove what tools left behind among the application's files."""
    plan, facts, work, now = build.plan, build.facts, build.work, state.now
    known = None if build.changed or plan.previous is None else plan.previous.seen
    libraries, programs = findings.inspected(answer)
    sections = {**needs_of(now.apart, plan), **libraries}
    held = {path: each for hashed in answer.all(FilesHashed) for path, each in hashed.held.items()}
    done = divided(plan, facts, work, now, held, sections, programs)
    seen = Insight(
        pieces=done.pieces,
        foreign=known.foreign if known else findings.foreign(sections, plan, now, work, answer),
        contradictions=state.contradictions,
        described=describing.with_bills(state.described, answer, plan, work, now),
        weight=weight(now.installed),
        programs=now.programs,
    )
    record = environment_steps.state_of(plan, state.resolved, seen)
    after = next((each.paths for each in answer.all(BuildFoldersListed)), frozenset[str]())
    steps = (
        # What is moved is missing from then on: nobody may trust the environment before all of it is linked.
        *((RemoveFiles(root=work.venv, files=(STATE_FILE,)),) if done.steps else ()),
        *done.steps,
        *storing.record(done.plan, work, record),
        *findings.survey(plan, work),
        *leftovers(work.app, build.folders or frozenset(), after),
    )
    on_indexes = findings.on_indexes(answer, work, state.resolved) if build.changed else ()
    lacking = findings.lacking(answer, plan, facts, work, seen.foreign)
    away = () if plan.division.at_hand else now.apart
    build = msgspec.structs.replace(build, plan=done.plan, away=away, record=record, programs=frozenset(seen.programs))
    build, found = closing.with_findings(build, (*on_indexes, *lacking))
    said = (*closing.compiled(answer), news.Divided(plan=done.plan, pieces=done.pieces), *found)
    return closing.turn(build, states.Settled(resolved=state.resolved), steps, *said)
