"""Holds the whole machine of a build: what happens next, by what the last steps brought back.

``begin`` takes the facts and gives the first turn: steps to carry out and news to tell. ``advance`` takes what the
steps brought back and gives the next turn, or the end. What follows ``Settled`` stands in ``pure.build.closing``;
nothing else in the house decides over the course of a build.

=================  ===================================================  ==============================================
state              what its steps brought back                          what follows
=================  ===================================================  ==============================================
``RuntimeTried``   the new runtime starts                               compile and finish it: ``RuntimeReady``
``RuntimeReady``   no package manager is wanted                         the end: only Python is provided
\\                  the same, but there are build commands               look at the layers: ``Commanding``
\\                  the tool is kept, or a wheel of pip is at hand       install the tool: ``ToolReady``
\\                  no wheel at hand                                     the failure: nothing can install the tool
``ToolReady``      the environment is kept                              finish its layers: ``Settled``
\\                  what pip, or uv by pip's files, installs is open     ask which: ``Resolving``
\\                  pip reconciles it, and every artefact is fixed       take links out, look at it: ``Inspecting``
\\                  it is reconciled, a tool synchronises                take links out, look at it: ``Inspecting``
\\                  it is created or recreated                           make it: ``Installing``
``Resolving``      what they come to, and it is what is installed       finish its layers: ``Settled``
\\                  it is something else                                 take links out, look at it: ``Inspecting``
\\                  the environment is to be made                        make it: ``Installing``
``Inspecting``     pip installs, and it can be changed in place         change it: ``Changing``
\\                  a tool synchronises it, and it can be changed        take out, synchronise, look: ``Tidying``
\\                  it can't                                             start over: ``Installing``
``Installing``     pip's report                                         check it: ``Completing``
\\                  a tool is done                                       tidy up and look: ``Checking``
``Tidying``        what the tool made of it                             tidy up and look: ``Checking``
``Changing``       it is what a fresh installation would give           compile it: ``Completing``
\\                  layers of what is away aren't wanted any more        install that again: ``Changing``
\\                  it isn't                                             start over: ``Installing``
``Checking``       as for ``Changing``                                  ``Completing``, ``Tidying``, ``Installing``
``Completing``     it is compiled, its libraries and indexes looked at  divide it over layers, record it: ``Settled``
``Settled``        the application has build commands                   look at the layers: ``Commanding``
\\                  Django is installed, with files to collect           collect them: ``Collecting``
\\                  it was, and nothing that it reads has changed        put them back: ``Collecting``
\\                  a changed environment, and what starts in it         import that: ``Trying``
\\                  an environment that the cache hasn't as it is        pack it: ``Storing``
\\                  a runtime that the image has already                 leave it to that: ``PuttingAway``
\\                  what was packed of a kept one is damaged             start over: ``Installing``
\\                  nothing is left to do                                the end
``Commanding``     what there is in the layers, or a command's end      run the next: ``Commanding``
\\                  the last one's, and what there is now                put the layers right: ``Commanding``
\\                  they changed what is installed                       the failure
\\                  the layers are right, there are static files         collect them: ``Collecting``
\\                  the layers are right                                 ``Trying``, ``Storing``, ``PuttingAway``
``Collecting``     the files, or that there are none                    look at what was read: ``Collecting``
\\                  what was read, or nothing of it is to be kept        ``Trying``, ``Storing``, ``PuttingAway``
``Trying``         what starts the application imports, or a warning    as for ``Settled``: ``Storing`` and so on
``Storing``        the digest of what was packed                        finish its layers: ``PuttingAway``
``PuttingAway``    what the image has already is left to it             the end
``AskingAgain``    what pip notes in a log of its own                   the failure, by all that it said
=================  ===================================================  ==============================================

A program that fails ends the build in any state, but for pip (and Pipenv, which starts it) whose words leave open why:
it is asked again. Starting over happens once at most: what is made from nothing and isn't as resolved is a failure. An
environment's record goes before its first change and comes back last of all, so a build that was killed in any state
leaves no environment that the next one trusts.
"""

from typing import TypeAlias, assert_never

import msgspec

from pure.build import (
    binding_steps,
    check,
    closing,
    completing,
    dividing,
    environment_steps,
    findings,
    news,
    states,
    storing,
    synchronising,
    tally,
)
from pure.build.check import Snapshot
from pure.build.dividing import lost
from pure.build.endings import AskAgain, another_python, failure, last_words, notes, passed_over
from pure.build.errors import NoPipWheel
from pure.build.facts import Facts
from pure.build.keeping import keep
from pure.build.news import News
from pure.build.plan import Plan, PlanError, decide
from pure.build.runtime_steps import asked, borrowed, finish_archive, finish_runtime, install_runtime
from pure.build.states import Build, Next, Stopped, Turn
from pure.build.steps import (
    Answer,
    BuildFoldersListed,
    Ended,
    FinishLayer,
    ListBuildFolders,
    RuntimeInstalled,
    Steps,
)
from pure.build.tool_steps import cache_steps, drops, install_tool, seed_wheel
from pure.build.workplace import workplace
from pure.layers.decision import Action
from pure.layers.names import PYTHON, VENV
from pure.outcome import Failure, Outcome, Success
from pure.redaction import Redactor
from pure.venv import pins
from pure.venv.difference import Changes, RedoReason, diff, redone, unchanged
from pure.venv.resolved import ResolvedSet, with_hidden_urls
from pure.venv.state import as_in_a_tree

_Said: TypeAlias = tuple[News, ...]


def begin(facts: Facts, *, hide: Redactor) -> Outcome[Turn, PlanError]:
    """The first turn of a build. ``hide`` takes out of texts what is known to be secret."""
    decided = decide(facts)
    return decided if isinstance(decided, Failure) else Success(_begun(facts, decided.unwrap(), hide))


def advance(build: Build, answer: Answer) -> Next:
    """The next turn, or the end, by what the steps of the last one brought back."""
    build = tally.counted(build, answer)
    if answer.missed is not None:
        return Failure(Stopped(error=answer.missed, said=_done_so_far(build, answer)))
    if answer.failed is not None:
        return _failed(build, answer.failed, _done_so_far(build, answer))
    listed = answer.all(BuildFoldersListed)
    if listed and build.folders is None:
        build = msgspec.structs.replace(build, folders=listed[0].paths)
    if seen := findings.offered(answer, build.plan, build.work):
        build = msgspec.structs.replace(build, offered=seen)
    if storing.damaged(answer):
        return _start_over(build, (storing.DAMAGED,))
    if isinstance(build.state, states.Closing):
        return closing.following(build, build.state, answer)
    match build.state:
        case states.RuntimeTried():
            return _runtime_tried(build, answer)
        case states.RuntimeReady(wheel=wheel):
            return _runtime_ready(build, wheel, answer)
        case states.ToolReady(wheel=wheel):
            return _tool_ready(build, wheel, answer)
        case states.Resolving():
            return _resolved(build, answer)
        case states.Inspecting(resolved=resolved):
            return _inspected(build, answer, resolved)
        case states.Installing():
            return _installed(build, answer)
        case states.Tidying() as state:
            return _tidy(build, answer, state.before, state.anew)
        case states.Changing() as state:
            return _changed(build, answer, state)
        case states.Checking() as state:
            return _synchronised(build, answer, state)
        case states.Completing() as state:
            return completing.completed(build, state, answer)
        case states.AskingAgain(failed=failed):
            return _failed(build, failed, logs=tuple(answer.read(build.work.temporary).values()))
        case _:
            assert_never(build.state)


def _begun(facts: Facts, plan: Plan, hide: Redactor) -> Turn:
    work = workplace(facts)
    # Layers that aren't wanted any more go at once only where no tool comes that could start from the wheel in them.
    dropped = () if plan.package_manager else drops(plan)
    decision = plan.decided(PYTHON)
    kept = decision.action is Action.KEEP and not borrowed(plan)
    state = states.RuntimeReady() if kept else states.RuntimeTried()
    seen = tally.foreseen(plan, facts)
    build = Build(facts=facts, plan=plan, work=work, hide=hide, state=state, foreseen=seen)
    steps = (FinishLayer(decision=decision), *finish_archive(plan)) if kept else install_runtime(plan, facts, work)
    steps = (*binding_steps.bring(plan, facts, work), *steps)
    return Turn(build=build, steps=(*dropped, *steps), said=(news.PythonChosen(version=facts.version, plan=plan),))


def _runtime_tried(build: Build, answer: Answer) -> Next:
    (installed,), (probe,) = answer.all(RuntimeInstalled), answer.all(Ended)
    arrived = closing.arrived(build, answer)
    wrong = another_python(probe, build.plan)
    if wrong is not None:
        return Failure(Stopped(error=wrong, said=arrived))
    build = msgspec.structs.replace(build, plan=asked(build.plan, probe))
    steps = finish_runtime(build.plan, build.facts, build.work, compiled=installed.compiled)
    return closing.turn(build, states.RuntimeReady(wheel=installed.wheel), steps, *arrived)


def _runtime_ready(build: Build, of_runtime: str | None, answer: Answer) -> Next:
    said = closing.compiled(answer, of_borrowed=borrowed(build.plan))
    if build.plan.package_manager is None:
        return closing.alone(build, said)
    said = (*said, news.ManagerChosen(plan=build.plan))
    tool = build.plan.manager.manager.tool
    cache = cache_steps(build.plan, tool)
    decision = build.plan.decided(tool.name)
    if decision.action is Action.KEEP:
        return closing.turn(
            build, states.ToolReady(), (*cache, FinishLayer(decision=decision), *drops(build.plan)), *said
        )
    wheel = seed_wheel(build.facts, tool, of_runtime)
    if wheel is None:
        return Failure(Stopped(error=NoPipWheel(python=build.plan.python.version), said=said))
    steps = install_tool(build.plan, build.facts, build.work, wheel)
    steps = (*cache, *steps, FinishLayer(decision=decision), *drops(build.plan))
    return closing.turn(build, states.ToolReady(wheel=wheel), steps, *said)


def _tool_ready(build: Build, wheel: str, answer: Answer) -> Next:
    said: _Said = ()
    for ended in answer.all(Ended):
        title = build.plan.manager.manager.tool.title
        said = (news.ToolInstalled(title=title, wheel=wheel.rpartition("/")[2], seconds=ended.seconds),)
    said = (
        *said,
        *closing.compiled(answer),
        news.LayersDropped(plan=build.plan),
        news.DependenciesBegun(plan=build.plan),
    )
    plan, facts, work = build.plan, build.facts, build.work
    decision = plan.decided(VENV)
    folders = ListBuildFolders(app=work.app)
    match decision.action:
        case Action.KEEP:
            assert plan.previous is not None, "what is kept has a record"
            return keep(build, plan.previous, said)
        case Action.CREATE | Action.RECREATE | Action.RECONCILE if plan.manager.managed.resolves:
            steps = environment_steps.resolve(plan, facts, work)
            return closing.turn(build, states.Resolving(), (folders, *steps), *said)
        case Action.RECONCILE if plan.manager.manager.synchronises:
            return _inspect(build, None, said, (folders,))
        case Action.RECONCILE if (expected := check.foreseen(plan)) is not None:
            return _inspect(build, expected, said, (folders,))
        case Action.RECONCILE:
            steps = environment_steps.resolve(plan, facts, work)
            return closing.turn(build, states.Resolving(), (folders, *steps), *said)
        case Action.CREATE | Action.RECREATE:
            return _make(build, said, (folders,))
        case Action.DROP:
            raise AssertionError("dependencies that are installed have an environment")
        case _:
            assert_never(decision.action)


def _make(build: Build, said: _Said = (), before: Steps = ()) -> Next:
    plan, facts, work = build.plan, build.facts, build.work
    steps = (*before, *environment_steps.make_anew(plan, facts, work), *environment_steps.look(plan, work))
    return closing.turn(build, states.Installing(), (*steps, environment_steps.read_origins(work)), *said)


def _start_over(build: Build, because: tuple[str, ...], said: _Said = ()) -> Next:
    """Make anew what was to be reconciled. The plan says so from now on, and with it log and record."""
    build = msgspec.structs.replace(build, plan=storing.over(build.plan, because), archived=False)
    before: Steps = () if build.folders is not None else (ListBuildFolders(app=build.work.app),)
    return _make(build, (*said, news.StartedOver(because=because)), before)


def _resolved(build: Build, answer: Answer) -> Next:
    if build.plan.manager.managed.resolves:
        return _resolved_by_uv(build, answer)
    report = check.reported(answer, build.work, build.hide)
    if isinstance(report, Failure):
        return Failure(Stopped(error=report.failure()))
    resolved, previous = report.unwrap(), build.plan.previous
    if previous is None:
        return _inspect(build, resolved)
    now = environment_steps.state_of(build.plan, resolved, previous.seen)
    same = as_in_a_tree(previous) == as_in_a_tree(now)
    if same and unchanged(resolved) and not lost(build.plan, build.facts):
        return keep(build, previous, (news.all_kept(resolved),))
    return _inspect(build, resolved)


def _resolved_by_uv(build: Build, answer: Answer) -> Next:
    lock = check.resolution(answer, build.facts, build.work)
    if isinstance(lock, Failure):
        return Failure(Stopped(error=lock.failure()))
    build = msgspec.structs.replace(build, plan=build.plan.with_lock(lock.unwrap()))
    previous = build.plan.previous
    if previous is None or build.plan.decided(VENV).action is not Action.RECONCILE:
        return _make(build)
    if synchronising.is_installed(build.plan, previous) and not lost(build.plan, build.facts):
        return keep(build, previous, (news.all_kept(previous.resolved),))
    return _inspect(build, None)


def _inspect(build: Build, resolved: ResolvedSet | None, said: _Said = (), before: Steps = ()) -> Next:
    plan, work = build.plan, build.work
    steps = (*storing.bring(plan, work), *dividing.take_links_out(plan, work), *environment_steps.look(plan, work))
    return closing.turn(build, states.Inspecting(resolved=resolved), (*before, *steps), *said)


def _inspected(build: Build, answer: Answer, resolved: ResolvedSet | None) -> Next:
    before = _snapshot(build, answer)
    if untrusted := check.why_untrusted(build.work, before.installed):
        return _start_over(build, (untrusted,))
    missing = lost(build.plan, build.facts)
    if resolved is None:
        return _synchronise(build, before, synchronising.redone(build.plan, before.installed, missing))
    previous = build.plan.previous.resolved if build.plan.previous else ResolvedSet()
    return _change(build, before, resolved, diff(before.installed, previous, resolved, lost=missing))


def _change(build: Build, before: Snapshot, resolved: ResolvedSet, changes: Changes, said: _Said = ()) -> Next:
    plan, facts, work = build.plan, build.facts, build.work
    steps = (
        *environment_steps.change(plan, facts, work, before.installed, changes, resolved),
        *environment_steps.look(plan, work),
        environment_steps.read_origins(work),
    )
    state = states.Changing(before=before, changes=changes, resolved=resolved)
    return closing.turn(build, state, steps, *said, news.ChangesDecided(changes=changes))


def _synchronise(build: Build, before: Snapshot, anew: dict[str, RedoReason | None], said: _Said = ()) -> Next:
    plan, facts, work = build.plan, build.facts, build.work
    steps = (
        *synchronising.prepare(plan, facts, work, before.installed, anew),
        *environment_steps.install(plan, facts, work),
        *environment_steps.look(plan, work),
    )
    return closing.turn(build, states.Tidying(before=before, anew=anew), steps, *said)


def _installed(build: Build, answer: Answer) -> Next:
    if build.plan.manager.manager.synchronises:
        return _tidy(build, answer, None, {})
    report = check.reported(answer, build.work, build.hide)
    if isinstance(report, Failure):
        return Failure(Stopped(error=report.failure()))
    resolved = report.unwrap()
    said = news.InstalledFresh(resolved=resolved, seconds=answer.seconds)
    return completing.complete(build, answer, resolved, _result(build, answer), None, (said,), changed=True)


def _tidy(build: Build, answer: Answer, before: Snapshot | None, anew: dict[str, RedoReason | None]) -> Next:
    now = _snapshot(build, answer)
    old = before.installed if before else None
    steps = synchronising.tidy(build.work, now.installed, answer.read(build.work.venv), old=old)
    state = states.Checking(before=before, anew=anew, seconds=answer.seconds)
    return closing.turn(build, state, (*steps, *environment_steps.look(build.plan, build.work)))


def _changed(build: Build, answer: Answer, state: states.Changing) -> Next:
    now = _result(build, answer)
    said = (news.Reconciled(changes=state.changes, seconds=answer.seconds),)
    resolved = state.resolved
    if pins.without_origin(resolved):
        report = check.reported(answer, build.work, build.hide)
        if isinstance(report, Failure):
            return Failure(Stopped(error=report.failure()))
        resolved = pins.with_origins(resolved, report.unwrap())
    because = check.why_not_equal(now, resolved, state.changes, state.before) or tuple(
        f"pip doesn't say what it installed {name} from" for name in pins.without_origin(resolved)
    )
    if because:
        return _start_over(build, because, said)
    if again := dividing.astray(now):
        return _change(build, now, resolved, redone(resolved, again), said)
    return completing.complete(build, answer, resolved, now, state.before, said, changed=not state.changes.empty)


def _synchronised(build: Build, answer: Answer, state: states.Checking) -> Next:
    now = _result(build, answer)
    resolved = with_hidden_urls(synchronising.resolved(now.installed), build.hide)
    if state.before is None:
        said: News = news.InstalledFresh(resolved=resolved, seconds=state.seconds + answer.seconds)
        return completing.complete(build, answer, resolved, now, None, (said,), changed=True)
    changes = synchronising.changes(state.before.installed, now.installed, state.anew)
    said = news.Synchronised(title=build.plan.manager.manager.tool.title, changes=changes)
    because = check.why_not_equal(now, resolved, changes, state.before)
    if because:
        return _start_over(build, because, (said,))
    if again := dividing.astray(now):
        return _synchronise(build, now, dict.fromkeys(again, "contents_lost"), (said,))
    return completing.complete(build, answer, resolved, now, state.before, (said,), changed=not changes.empty)


def _failed(build: Build, ended: Ended, said: _Said = (), *, logs: tuple[bytes, ...] | None = None) -> Next:
    """What follows the end of a program that failed; ``logs`` are pip's own, where it was asked again."""
    noted = None if logs is None else notes(logs, ended.said)
    meaning = failure(ended, build.plan, build.facts, build.work, build.hide, noted)
    if isinstance(meaning, AskAgain):
        again = environment_steps.ask_again(ended.program, build.work)
        return closing.turn(build, states.AskingAgain(failed=ended), again, *said)
    told: _Said = (*last_words(ended, noted or (), build.hide), *passed_over(meaning, logs or ()))
    return Failure(Stopped(error=meaning, said=(*said, *told)))


def _snapshot(build: Build, answer: Answer) -> Snapshot:
    return dividing.with_apart(check.snapshot(answer, build.work, build.plan.python.runtime.minor), build.plan)


def _result(build: Build, answer: Answer) -> Snapshot:
    return dividing.with_pieces(_snapshot(build, answer), build.plan, build.facts.rules)


def _done_so_far(build: Build, answer: Answer) -> _Said:
    """The news of a turn that was ended before its time."""
    return (*closing.arrived(build, answer), *closing.compiled(answer))
