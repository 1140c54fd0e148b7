"""Ways to break a build, each of which the histories notice: without a real build, within a bounded number of them.

A mutant changes the steps of turns on their way to the world, or replaces a decision. The builds from nothing that
images are compared with are broken in the same way.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import msgspec
import pytest
from pure.build.news import StartedOver
from pure.build.plan import Plan
from pure.build.states import Build, Completing, Next, Turn
from pure.build.steps import (
    Answer,
    BeginLayer,
    CompileBytecode,
    DropLayer,
    FinishLayer,
    InstallRuntime,
    RemoveFiles,
    RemoveHistories,
    RunProgram,
    Step,
    Steps,
    WriteFiles,
)
from pure.build.workplace import STATE_FILE
from pure.layers.decision import Action, LayerDecision, RestoredLayer
from pure.layers.metadata import Difference, Metadata
from pure.layers.names import PIP_CACHE, LayerName
from pure.layers.packing import Stored
from pure.outcome import Success
from pure.runtime.linked import UNANSWERED
from pure.venv.state import VenvState

from pure.build import check, completing, conversation, describing, environment_steps, plan, synchronising
from pure.layers import decision, inventory, metadata, packing, reconciliation
from pure.layers import moved as moved_layers
from pure.venv import difference
from tests.histories import builds
from tests.histories.application import MANAGERS, Manager
from tests.histories.course import follow
from tests.histories.invariants import Violated
from tests.histories.play import SCENARIOS, Failed, play, sweep
from tests.histories.situation import LAYERS
from tests.often import often

Patch: TypeAlias = pytest.MonkeyPatch
Mutate: TypeAlias = Callable[[Patch], None]


class Mutant(msgspec.Struct, frozen=True, kw_only=True):
    """One way to break a build; ``managers`` are those of whose histories it is sought in."""

    mutate: Mutate
    managers: tuple[Manager, ...] = MANAGERS
    killed: bool = False  # a killed build tells
    later: bool = False  # one of an environment that a later buildpack works with
    commands: bool = False  # one of an application with a build command


MUTANTS: dict[str, Mutant] = {}
_SEEDS = 12
_HISTORIES = 30


def mutant(
    *managers: Manager, killed: bool = False, later: bool = False, commands: bool = False
) -> Callable[[Mutate], Mutate]:
    def add(mutate: Mutate) -> Mutate:
        name = mutate.__name__.lstrip("_")
        MUTANTS[name] = Mutant(
            mutate=mutate, managers=managers or MANAGERS, killed=killed, later=later, commands=commands
        )
        return mutate

    return add


def rewriting(patch: Patch, rewrite: Callable[[Turn], Iterable[Step]]) -> None:
    """Carry out other steps than the conversation asks for."""

    def changed(turn: Turn) -> Turn:
        return msgspec.structs.replace(turn, steps=tuple(rewrite(turn)))

    def begin(*given: object, **more: object) -> object:
        return real_begin(*given, **more).map(changed)  # type: ignore[arg-type]

    def advance(build: Build, answer: Answer) -> Next:
        following = real_advance(build, answer)
        if isinstance(following, Success) and isinstance(turn := following.unwrap(), Turn):
            return Success(changed(turn))
        return following

    real_begin, real_advance = conversation.begin, conversation.advance
    patch.setattr(builds, "begin", begin)
    patch.setattr(builds, "advance", advance)


def is_state_removal(step: Step) -> bool:
    return isinstance(step, RemoveFiles) and step.files == (STATE_FILE,)


def takes_trust_away(step: Step) -> bool:
    return isinstance(step, RemoveFiles) and step.root == LAYERS and all(name.endswith(".toml") for name in step.files)


def takes_out(step: Step) -> bool:
    return isinstance(step, RemoveFiles) and any(name.endswith("of-a-command.txt") for name in step.files)


def is_state(step: Step) -> bool:
    return isinstance(step, WriteFiles) and step.files[0][0] == STATE_FILE


def finishes(step: Step, layer: str) -> bool:
    return isinstance(step, FinishLayer) and step.decision.name == layer


def moved(steps: Steps, chosen: Callable[[Step], bool], before: Callable[[Step], bool]) -> list[Step]:
    """The steps with those that are chosen moved to before the first that ``before`` names, or left where they are."""
    taken = [step for step in steps if chosen(step)]
    others = [step for step in steps if not chosen(step)]
    place = next((at for at, step in enumerate(others) if before(step)), None)
    return list(steps) if place is None else [*others[:place], *taken, *others[place:]]


@mutant("pip", "uv", killed=True, later=True, commands=True)
def _layers_count_as_whole_while_commands_run(patch: Patch) -> None:
    rewriting(patch, lambda turn: (step for step in turn.steps if not takes_trust_away(step)))


@mutant("pip", "uv", killed=True, commands=True)
def _what_commands_leave_in_layers_stays(patch: Patch) -> None:
    rewriting(patch, lambda turn: (step for step in turn.steps if not takes_out(step)))


@mutant("pip", "uv", killed=True, later=True)
def _the_record_goes_last_of_a_change(patch: Patch) -> None:
    def rewrite(turn: Turn) -> Iterator[Step]:
        yield from (step for step in turn.steps if not is_state_removal(step))
        yield from filter(is_state_removal, turn.steps)

    rewriting(patch, rewrite)


@mutant("pip", "uv", killed=True, later=True)
def _the_record_stays_during_a_change(patch: Patch) -> None:
    rewriting(patch, lambda turn: (step for step in turn.steps if not is_state_removal(step)))


@mutant()
def _a_layer_is_begun_after_it_was_made(patch: Patch) -> None:
    def rewrite(turn: Turn) -> Iterator[Step]:
        waiting: list[Step] = []
        for step in turn.steps:
            if isinstance(step, BeginLayer):
                waiting.append(step)
                continue
            yield step
            if isinstance(step, RunProgram | InstallRuntime):
                yield from waiting
                waiting.clear()
        yield from waiting

    rewriting(patch, rewrite)


@mutant()
def _a_tool_is_installed_over_what_is_there(patch: Patch) -> None:
    others = ("pip", "uv", "poetry", "pipenv", "pdm")
    rewriting(
        patch, lambda turn: (step for step in turn.steps if not (isinstance(step, BeginLayer) and step.layer in others))
    )


@mutant("pip", "poetry")
def _what_distributions_said_before_is_said_again(patch: Patch) -> None:
    def stale(found: object, answer: Answer, plan: Plan, *more: object) -> object:
        return plan.previous.seen.described if plan.previous else found

    patch.setattr(describing, "with_bills", stale)


@pytest.fixture(autouse=True)
def _nothing_is_left_patched(monkeypatch: Patch) -> Iterator[None]:
    yield
    monkeypatch.undo()


def _never_finished(layer: str) -> Mutate:
    def mutate(patch: Patch) -> None:
        rewriting(patch, lambda turn: (step for step in turn.steps if not finishes(step, layer)))

    return mutate


for _layer in ("python", "venv", "pip-cache", "poetry"):
    _where: tuple[Manager, ...] = ("poetry",) if _layer == "poetry" else ("pip",)
    MUTANTS[f"{_layer}_is_never_finished"] = Mutant(mutate=_never_finished(_layer), managers=_where)


def _finished_first(layer: LayerName) -> Mutate:
    def mutate(patch: Patch) -> None:
        early: dict[str, LayerDecision] = {}

        def rewrite(turn: Turn) -> Iterator[Step]:
            for step in turn.steps:
                yield step
                if isinstance(step, BeginLayer) and step.layer == layer:
                    found = turn.build.plan.layer(layer)
                    assert found is not None
                    # A runtime that wasn't asked yet what is linked into it would be made anew for that alone.
                    linked = UNANSWERED if layer == "python" else found.linked
                    yield FinishLayer(decision=msgspec.structs.replace(found, linked=linked))

        early.clear()
        rewriting(patch, rewrite)

    return mutate


_firsts: tuple[LayerName, ...] = ("python", "pip", "uv")
for _first in _firsts:
    _where = ("uv",) if _first == "uv" else ("pip",)
    MUTANTS[f"{_first}_has_its_metadata_first"] = Mutant(mutate=_finished_first(_first), managers=_where, killed=True)


@mutant("pip", "uv", killed=True, later=True)
def _the_record_comes_before_the_metadata(patch: Patch) -> None:
    rewriting(patch, lambda turn: moved(turn.steps, is_state, lambda step: finishes(step, "venv")))


@mutant("pip", "uv", killed=True, later=True)
def _the_record_comes_before_the_bytecode(patch: Patch) -> None:
    held: list[Step] = []

    def rewrite(turn: Turn) -> Iterator[Step]:
        compiles = isinstance(turn.build.state, Completing)
        held[:] = [step for step in turn.steps if isinstance(step, CompileBytecode)] if compiles else held
        for step in turn.steps:
            if not (compiles and isinstance(step, CompileBytecode)):
                yield step
            if is_state(step):
                yield from held

    rewriting(patch, rewrite)


def _not_compared(field: str) -> Mutate:
    def mutate(patch: Patch) -> None:
        real = metadata.diff_metadata

        def diff(old: Metadata, new: Metadata) -> tuple[Difference, ...]:
            if hasattr(old, field):
                old = msgspec.structs.replace(old, **{field: getattr(new, field)})
            return real(old, new)

        patch.setattr(decision, "diff_metadata", diff)

    return mutate


for _field in ("arch", "distro", "python_minor", "installer", "archive_sha256", "version"):
    MUTANTS[f"{_field}_is_not_compared"] = Mutant(
        mutate=_not_compared(_field), managers=MANAGERS if _field == "installer" else ("pip", "poetry")
    )


@mutant("pip", "uv")
def _a_stale_environment_is_trusted(patch: Patch) -> None:
    def reconciled(venv: LayerDecision, restored: RestoredLayer | None, **more: Any) -> LayerDecision:
        found: LayerDecision = real(venv, restored, **more)
        if found.action is Action.RECONCILE:
            return msgspec.structs.replace(found, action=Action.KEEP)
        return found

    real = reconciliation.reconciled
    patch.setattr(inventory, "reconciled", reconciled)


@mutant("pip", "uv", killed=True)
def _an_environment_without_a_record_is_trusted(patch: Patch) -> None:
    kept: list[VenvState] = []

    def recorded(stored: Stored, *, packed: bytes | None, in_tree: bytes | None) -> VenvState | None:
        found = real(stored, packed=packed, in_tree=in_tree)
        kept[:] = [state for state in (found, *kept) if state is not None][:1]
        return kept[0] if kept else None

    real = packing.recorded
    patch.setattr(plan, "recorded", recorded)


@mutant("pip", "poetry")
def _metadata_are_trusted_without_contents(patch: Patch) -> None:
    def decide(name: str, wanted: object, restored: RestoredLayer | None, **more: object) -> LayerDecision:
        if restored is not None:
            restored = msgspec.structs.replace(restored, contents=True)
        return real(name, wanted, restored, **more)  # type: ignore[arg-type]

    real = decision.decide_layer
    patch.setattr(inventory, "decide_layer", decide)


@mutant("pip", "uv")
def _starting_over_begins_nothing(patch: Patch) -> None:
    def rewrite(turn: Turn) -> Iterator[Step]:
        over = any(isinstance(each, StartedOver) for each in turn.said)
        return (step for step in turn.steps if not (over and isinstance(step, BeginLayer)))

    rewriting(patch, rewrite)


def _told(patch: Patch, work: str, instead: str, *, planned: bool) -> None:
    def other(layer: LayerDecision, **more: Any) -> str:
        found: str = real(layer, **more)
        return instead if found == work and more["planned"] is planned else found

    real = moved_layers._work
    patch.setattr(moved_layers, "_work", other)


@mutant("pip", "uv")
def _layers_that_are_left_are_told_as_changed(patch: Patch) -> None:
    _told(patch, "left", "changed", planned=False)


@mutant("pip", "uv")
def _layers_that_will_change_are_foreseen_as_left(patch: Patch) -> None:
    _told(patch, "changed", "left", planned=True)


@mutant("pip", "uv")
def _starting_over_is_not_told(patch: Patch) -> None:
    patch.setattr(plan.Plan, "with_layer", lambda self, layer: self)


@mutant("pip", "pipenv")
def _what_changed_is_not_taken_out(patch: Patch) -> None:
    real = environment_steps.take_out

    def take_out(work: object, installed: object, names: object) -> Steps:
        return real(work, installed, ())  # type: ignore[arg-type]

    patch.setattr(environment_steps, "take_out", take_out)
    patch.setattr(synchronising, "take_out", take_out)


@mutant("uv")
def _nothing_is_tidied_up(patch: Patch) -> None:
    patch.setattr(synchronising, "tidy", lambda *given, **more: ())


@mutant("pip", "uv", "pipenv")
def _the_result_is_not_checked(patch: Patch) -> None:
    patch.setattr(check, "why_not_equal", lambda *given: ())


@mutant("project")
def _what_tools_leave_in_the_application_stays(patch: Patch) -> None:
    patch.setattr(completing, "leftovers", lambda *given: ())


@mutant("pip", "project")
def _marks_of_what_was_asked_for_stay(patch: Patch) -> None:
    patch.setattr(environment_steps, "requested_changes", lambda *given: ())


@mutant("pip")
def _clones_keep_their_histories(patch: Patch) -> None:
    rewriting(patch, lambda turn: (step for step in turn.steps if not isinstance(step, RemoveHistories)))


@mutant("pip")
def _credentials_stay(patch: Patch) -> None:
    patch.setattr(environment_steps, "without_credentials", lambda *given: None)


@mutant("pip", killed=True)
def _notes_with_credentials_are_trusted(patch: Patch) -> None:
    rewriting(
        patch,
        lambda turn: (
            step for step in turn.steps if not (isinstance(step, RemoveFiles) and step.files == (f"{PIP_CACHE}.toml",))
        ),
    )


@mutant("pip")
def _the_patch_release_stands_in_the_environment(patch: Patch) -> None:
    def is_configuration(step: Step) -> bool:
        return isinstance(step, WriteFiles) and step.files[0][0] == "pyvenv.cfg"

    rewriting(patch, lambda turn: (step for step in turn.steps if not is_configuration(step)))


@mutant("uv-pip")
def _a_resolution_of_the_same_names_is_what_is_installed(patch: Patch) -> None:
    patch.setattr(
        synchronising,
        "is_installed",
        lambda plan, previous: set(plan.manager.lock.names) == set(previous.resolved.by_name()),
    )


@mutant("uv-pip")
def _folders_that_uv_resolves_are_fixed(patch: Patch) -> None:
    real = check.resolution

    def fixed(*given: object) -> object:
        return real(*given).map(lambda lock: msgspec.structs.replace(lock, unfixed=()))  # type: ignore[arg-type]

    patch.setattr(check, "resolution", fixed)


@mutant("uv", "pdm", "uv-pip")
def _settings_of_builds_do_not_count(patch: Patch) -> None:
    patch.setattr(plan, "build_settings", lambda *given, **more: "")


@mutant("uv", "poetry", "pdm", "uv-pip")
def _only_versions_are_compared(patch: Patch) -> None:
    real = synchronising.redone
    patch.setattr(
        synchronising, "redone", lambda *given: {n: why for n, why in real(*given).items() if why != "artefact_changed"}
    )


@mutant("pip", "project")
def _folders_are_not_installed_anew(patch: Patch) -> None:
    patch.setattr(difference, "always_redone", lambda distribution: None)


@mutant("pipenv")
def _what_pipenv_leaves_stays(patch: Patch) -> None:
    patch.setattr(synchronising, "_unwanted", lambda *given: ())


@mutant()
def _layers_of_other_tools_stay(patch: Patch) -> None:
    rewriting(patch, lambda turn: (step for step in turn.steps if not isinstance(step, DropLayer)))


# What only histories that are drawn meet: these take long.
_RARE = ("clones_keep_their_histories", "installer_is_not_compared", "folders_that_uv_resolves_are_fixed")


@pytest.mark.parametrize("name", often(sorted(MUTANTS), *(name for name in sorted(MUTANTS) if name not in _RARE)))
def test_the_histories_notice(name: str, monkeypatch: Patch) -> None:
    found = MUTANTS[name]
    found.mutate(monkeypatch)
    failed = noticed(found)
    assert failed is not None, "nobody notices"
    assert failed.violated, failed.why


def followed(manager: Manager, *, hashed: bool) -> Failed | None:
    """How the one course ends that meets much."""
    try:
        follow(manager, hashed=hashed)
    except Violated as violated:
        return Failed(why=str(violated), violated=True, story=())
    return None


def noticed(found: Mutant) -> Failed | None:
    """The history that notices: one of the kills of every step, else one of those that are drawn."""
    for manager in found.managers if found.killed else ():
        for scenario in SCENARIOS:
            failed = sweep(manager, scenario, hashed=manager == "pip", later=found.later, commands=found.commands)
            if failed is not None:
                return failed
    for manager in found.managers:
        for hashed in (False, True) if manager == "pip" else (False,):
            failed = followed(manager, hashed=hashed)
            if failed is not None:
                return failed
    # Few of many seeds: histories of one seed resemble each other.
    for number in range(_SEEDS):
        failed = play(_HISTORIES, number=number, managers=found.managers, shrink=False).failed
        if failed is not None:
            return failed
    return None
