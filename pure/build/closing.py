"""Ends a build: what follows once the dependencies are what they shall be, up to the image's processes."""

from typing import TypeAlias, assert_never

import msgspec

from pure.build import at_launch, findings, news, program_steps, states, static_files, storing
from pure.build.collected import CollectedRecord
from pure.build.collecting import AFTER_COMMANDS
from pure.build.finding import Finding
from pure.build.news import News
from pure.build.processes import final_processes
from pure.build.runtime_steps import borrowed, give_back
from pure.build.states import Build, Done, Next, State, Stopped, Turn
from pure.build.steps import Answer, Compiled, Ended, RuntimeInstalled, Steps
from pure.build.tally import moved_layers
from pure.build.watched import FilesHashed
from pure.complaints.commands import CommandChangedLayers
from pure.outcome import Failure, Success
from pure.project.build_commands import BuildCommands
from pure.start.django import CollectStaticFailed, judge
from pure.venv.resolved import ResolvedSet

_Said: TypeAlias = tuple[News, ...]


def kept_or_settled(build: Build, state: states.Settled, answer: Answer) -> Next:
    """What is settled already; of an environment that is kept, its record says what there is to be told again."""
    resolved, known = state.resolved, state.known
    if known is None:
        return settled(build, resolved, (), collected="what is installed has changed")
    contradictions = findings.judged(known.contradictions, build.facts)
    if isinstance(contradictions, Failure):
        return Failure(Stopped(error=contradictions.failure()))
    lacking = findings.lacking(answer, build.plan, build.facts, build.work, known.foreign)
    build, found = with_findings(build, (*contradictions.unwrap(), *lacking))
    return settled(build, resolved, found, collected=build.plan.collected)


def following(build: Build, state: states.Closing, answer: Answer) -> Next:
    """What follows once the dependencies are what they shall be."""
    match state:
        case states.Settled():
            return kept_or_settled(build, state, answer)
        case states.Commanding():
            return commanded(build, state, answer)
        case states.Collecting(resolved=resolved):
            return collected(build, resolved, answer)
        case states.Trying(resolved=resolved):
            return tried(build, resolved, answer)
        case states.Storing(resolved=resolved):
            return packed(build, resolved, answer)
        case states.PuttingAway(resolved=resolved):
            return done(build, resolved)
        case _:
            assert_never(state)


def settled(build: Build, resolved: ResolvedSet, said: _Said, *, collected: CollectedRecord | str) -> Next:
    """The dependencies are what they shall be: build commands come next, if there are any, and then static files."""
    if build.plan.commands is not None:
        return command(build, build.plan.commands, resolved, said)
    return collecting(build, resolved, said, collected=collected)


def alone(build: Build, said: _Said) -> Next:
    """There is nothing but Python."""
    said = (*said, news.LayersDropped(plan=build.plan))
    commands = build.plan.commands
    return end(build, None, said) if commands is None else command(build, commands, None, said)


def command(build: Build, commands: BuildCommands, resolved: ResolvedSet | None, said: _Said) -> Next:
    """The application's build commands come next."""
    from pure.build import commanding

    planned = news.CommandsPlanned(commands=commands, hidden=commanding.hidden(build.facts, build.hide))
    steps = commanding.look(build.facts, build.work)
    return turn(build, states.Commanding(resolved=resolved), steps, *said, planned)


def commanded(build: Build, state: states.Commanding, answer: Answer) -> Next:
    """A build command is done, or the first comes; after the last the layers are put right, and static files come."""
    from pure.build import commanding

    assert build.plan.commands is not None, "what is run is declared"
    lines, resolved = build.plan.commands.lines, state.resolved
    if state.righted:
        if resolved is None:
            return end(build, None, ())
        return collecting(build, resolved, (), collected=AFTER_COMMANDS)
    said: _Said = tuple(news.CommandDone(seconds=each.seconds) for each in answer.all(Ended))
    if state.before is None:
        state = commanding.looked(state, answer)
    else:
        state = msgspec.structs.replace(state, done=state.done + 1)
    if state.done < len(lines):
        return turn(build, state, commanding.run(build, state), *said, news.CommandBegun(line=lines[state.done]))
    found = commanding.found(state, answer)
    if isinstance(found, CommandChangedLayers):
        return Failure(Stopped(error=found, said=said))
    build, told = with_findings(build, (found,) if found else ())
    steps = commanding.put_right(state, build.work, answer)
    return turn(build, msgspec.structs.replace(state, righted=True), steps, *said, *told)


def collecting(build: Build, resolved: ResolvedSet, said: _Said, *, collected: CollectedRecord | str) -> Next:
    """Static files come next, if there are any."""
    planned = static_files.planned(build.plan, _versions(resolved))
    if planned is None:
        return end(static_files.none(build), resolved, said)
    if not planned.collect:
        return end(build, resolved, (*said, planned))
    state = states.Collecting(resolved=resolved)
    if isinstance(collected, CollectedRecord):
        build = static_files.kept(build, collected)
        told = news.StaticFilesKept(django=planned.django, enabled=collected.enabled, read=len(collected.reads))
        return turn(build, state, static_files.put_back(build.plan, build.work), *said, told)
    again = collected if build.facts.collected is not None else ""
    planned = msgspec.structs.replace(planned, again=again)
    return turn(build, state, static_files.collect(build.plan, build.facts, build.work), *said, planned)


def collected(build: Build, resolved: ResolvedSet, answer: Answer) -> Next:
    """Django was told to collect its static files, or those of the previous build are there."""
    if hashed := answer.all(FilesHashed):
        return end(static_files.looked_at(build, hashed[0]), resolved, ())
    if not (told := answer.all(Ended)):
        return end(build, resolved, ())
    (ended,) = told
    manage, code = build.plan.django.manage or "", build.facts.code
    candidates = code.django[0].candidates if code and code.django else ()
    judgement = judge(manage, ended.returncode, ended.signal, ended.said, candidates=candidates)
    if isinstance(judgement, CollectStaticFailed):
        return Failure(Stopped(error=judgement, said=(news.ProgramSaid(lines=tuple(map(build.hide, ended.said))),)))
    found = static_files.seen(build, answer, judgement)
    said = news.StaticFilesCollected(
        judgement=judgement, seconds=ended.seconds, unlike=found if isinstance(found, str) else ""
    )
    build = static_files.known(build, judgement)
    if isinstance(found, str):
        return end(build, resolved, (said,))
    state = states.Collecting(resolved=resolved, found=found)
    return turn(build, state, (static_files.look_closer(build.work, found),), said)


def end(build: Build, resolved: ResolvedSet | None, said: _Said) -> Next:
    """The end. What is installed decides over the processes, unless only Python is provided."""
    if resolved is None:
        return _done(build, resolved, said)
    minor = build.plan.python.runtime.minor
    decided = final_processes(build.facts, _versions(resolved), minor, programs=build.programs, offered=build.offered)
    if isinstance(decided, Failure):
        return Failure(Stopped(error=decided.failure(), said=said))
    weight = build.record.seen.weight if build.record else None
    installed, layers = _versions(resolved), build.plan.layers
    processes, layers = at_launch.told(decided.unwrap(), layers, build.facts, installed=installed, weight=weight)
    plan = msgspec.structs.replace(build.plan, processes=processes, layers=layers)
    build = msgspec.structs.replace(build, plan=plan)
    if not build.changed:
        return _done(build, resolved, said)
    from pure.build import trial

    step = trial.try_import(plan, build.facts, build.work, may_fail=bool(build.away))
    if step is None:
        return _done(build, resolved, said)
    return turn(build, states.Trying(resolved=resolved), (step,), *said)


def tried(build: Build, resolved: ResolvedSet, answer: Answer) -> Next:
    """What starts the application was imported. One that Lamina chose did import; a declared one need not have."""
    (ended,) = answer.all(Ended)
    if ended.ok:
        return _done(build, resolved, ())
    from pure.build.trial import broken, failing, misses

    if build.away:
        # What fails without them may be whole: only a build that has them can tell.
        missed = misses(ended, build.away) or tuple(piece.name for piece in build.away)
        return _done(build, resolved, (news.NotTried(names=failing(ended), away=missed),))
    # What a program quotes of the build's variables isn't told.
    hidden = msgspec.structs.replace(ended, said=tuple(map(build.hide, ended.said)))
    build, found = with_findings(build, (broken(hidden),))
    return _done(build, resolved, found)


def _done(build: Build, resolved: ResolvedSet | None, said: _Said) -> Next:
    """All is decided: what the next build needs is packed, and what the image has already is left to it."""
    if steps := storing.pack(build):
        return turn(build, states.Storing(resolved=resolved), steps, *said)
    plan, kept = static_files.keep(build)
    build = msgspec.structs.replace(build, plan=plan)
    apart = storing.put_away(plan) if build.archived and build.unpacked else ()
    if steps := (*kept, *apart, *program_steps.at_launch(plan, build.facts, build.work), *give_back(plan)):
        return turn(build, states.PuttingAway(resolved=resolved), steps, *said)
    return done(build, resolved, said)


def packed(build: Build, resolved: ResolvedSet | None, answer: Answer) -> Next:
    """The environment is packed: its layers are finished."""
    plan, steps = storing.packed(build, answer)
    plan, kept = static_files.keep(msgspec.structs.replace(build, plan=plan))
    build = msgspec.structs.replace(build, plan=plan)
    brought = program_steps.at_launch(plan, build.facts, build.work)
    return turn(build, states.PuttingAway(resolved=resolved), (*steps, *kept, *brought, *give_back(plan)))


def done(build: Build, resolved: ResolvedSet | None, said: _Said = ()) -> Next:
    """The end."""
    last = news.ProcessesDecided(plan=build.plan)
    told = (*said, last)
    return Success(
        Done(
            plan=build.plan,
            resolved=resolved,
            record=build.record,
            said=told,
            moved=moved_layers(build),
            foreseen=build.foreseen,
            spent=build.spent,
        )
    )


def with_findings(build: Build, found: tuple[Finding, ...]) -> tuple[Build, _Said]:
    """The build whose plan has these findings, and their news."""
    if not found:
        return build, ()
    plan = msgspec.structs.replace(build.plan, findings=(*build.plan.findings, *found))
    return msgspec.structs.replace(build, plan=plan), (news.FindingsMade(findings=found),)


def turn(build: Build, state: State, steps: Steps, *said: News) -> Next:
    """A turn that brings a build into a state."""
    return Success(Turn(build=msgspec.structs.replace(build, state=state), steps=steps, said=said))


def compiled(answer: Answer, *, of_borrowed: bool = False) -> _Said:
    """The news of compiled bytecode; of a borrowed runtime nobody misses what was left out."""
    done = answer.all(Compiled)
    told = (msgspec.structs.replace(each, left_out=0) for each in done) if of_borrowed else done
    return tuple(news.BytecodeCompiled(compiled=each) for each in told)


def arrived(build: Build, answer: Answer) -> _Said:
    """The news of a runtime that was unpacked."""
    local, own = build.plan.python.url.startswith("file:"), borrowed(build.plan)
    return tuple(
        news.RuntimeArrived(installed=each, local=local or each.cached, borrowed=own)
        for each in answer.all(RuntimeInstalled)
    )


def _versions(resolved: ResolvedSet) -> dict[str, str]:
    return {each.name: each.version for each in resolved.distributions}
