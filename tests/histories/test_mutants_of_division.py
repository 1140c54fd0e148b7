"""Ways to break the division of an environment over layers, each of which the histories notice."""

from collections.abc import Callable, Iterator
from typing import Final, Literal

import msgspec
import pytest
from pure.build.states import Turn
from pure.build.steps import DropLayer, MakeLinks, PackLayers, RemoveFiles, RunProgram, Step
from pure.layers.changes import KnownChange
from pure.layers.decision import Action
from pure.venv.resolved import ResolvedSet
from pure.venv.state import VenvState

from pure.build import conversation, dividing
from pure.layers import division, heavy, inventory
from pure.venv import pins
from tests.histories.application import MANAGERS, Manager
from tests.histories.builds import Finished
from tests.histories.course import asking, begun, follow
from tests.histories.history import Kill
from tests.histories.invariants import Violated
from tests.histories.platforms import LayerWithoutContents
from tests.histories.test_mutants import Mutate, Patch, finishes, rewriting
from tests.often import often

MUTANTS: Final[dict[str, Mutate]] = {}


def mutant(mutate: Mutate) -> Mutate:
    MUTANTS[mutate.__name__.lstrip("_")] = mutate
    return mutate


def without(patch: Patch, left_out: Callable[[Step], bool]) -> None:
    rewriting(patch, lambda turn: (step for step in turn.steps if not left_out(step)))


@mutant
def _links_stay_while_tools_run(patch: Patch) -> None:
    without(patch, lambda step: isinstance(step, RemoveFiles) and any("/ns/heavy" in path for path in step.files))


@mutant
def _links_are_not_made(patch: Patch) -> None:
    without(patch, lambda step: isinstance(step, MakeLinks))


@mutant
def _a_layer_that_is_kept_is_not_finished(patch: Patch) -> None:
    without(patch, lambda step: finishes(step, "dist-ns-heavy"))


@mutant
def _contents_that_are_lost_are_counted_on(patch: Patch) -> None:
    patch.setattr(heavy, "why_lost", lambda *given: ())
    patch.setattr(dividing, "why_lost", lambda *given: ())


@mutant
def _what_a_lock_changes_is_foreseen_as_left(patch: Patch) -> None:
    patch.setattr(inventory, "known_changes", lambda *given: {})


def _known(patch: Patch, action: Literal[Action.RECONCILE, Action.DROP]) -> None:
    def changes(decided: object, state: VenvState, *given: object) -> dict[str, KnownChange]:
        return {each.name: KnownChange(action=action, because="so") for each in state.seen.pieces}

    patch.setattr(inventory, "known_changes", changes)


@mutant
def _what_stays_is_foreseen_as_changing(patch: Patch) -> None:
    _known(patch, Action.RECONCILE)


@mutant
def _what_stays_is_foreseen_as_going(patch: Patch) -> None:
    _known(patch, Action.DROP)


@mutant
def _what_is_made_anew_and_stays_is_foreseen_as_changing(patch: Patch) -> None:
    patch.setattr(heavy, "_elsewhere", lambda *given: ("so",))


@mutant
def _contents_lie_where_a_platform_makes_more_of_them(patch: Patch) -> None:
    patch.setattr(dividing, "_ROOT", ".")


@mutant
def _a_record_is_trusted(patch: Patch) -> None:
    patch.setattr(dividing, "_with_contents", lambda piece, *given: msgspec.structs.replace(piece, contents=piece.key))


@mutant
def _lost_contents_are_not_installed_again(patch: Patch) -> None:
    patch.setattr(conversation, "lost", lambda *given: frozenset())


@mutant
def _a_key_does_not_tell_the_contents(patch: Patch) -> None:
    patch.setattr(division, "_key", lambda each, held, links: each.name)


@mutant
def _what_others_have_too_moves(patch: Patch) -> None:
    patch.setattr(division, "shared_files", lambda installed: ())


@mutant
def _the_biggest_is_what_came_first(patch: Patch) -> None:
    real = division.divide

    def divide(installed: object, rules: division.Rules) -> object:
        found = real(installed, msgspec.structs.replace(rules, limit=99))  # type: ignore[arg-type]
        return found[: rules.limit]

    patch.setattr(dividing, "divide", divide)


@mutant
def _files_that_are_away_are_missed(patch: Patch) -> None:
    patch.setattr(dividing, "with_apart", lambda seen, plan: seen)


@mutant
def _what_is_away_is_linked_whatever_it_is(patch: Patch) -> None:
    patch.setattr(dividing, "astray", lambda *given: ())


@mutant
def _links_come_before_the_contents_are_moved(patch: Patch) -> None:
    def rewrite(turn: Turn) -> Iterator[Step]:
        yield from (step for step in turn.steps if isinstance(step, MakeLinks))
        yield from (step for step in turn.steps if not isinstance(step, MakeLinks))

    rewriting(patch, rewrite)


@mutant
def _settings_have_no_say_in_what_is_pinned(patch: Patch) -> None:
    patch.setattr(pins, "settings_that_count", lambda *given: {})


@mutant
def _a_line_of_requirements_is_its_version(patch: Patch) -> None:
    def expected(wanted: tuple[pins.Pin, ...], previous: ResolvedSet, recorded: object) -> ResolvedSet:
        versions = {each.name: each.version for each in previous.distributions}
        return real(wanted, previous, {pin.name: pin.digest for pin in wanted if versions.get(pin.name) == pin.version})

    real = pins.expected
    patch.setattr(pins, "expected", expected)


@pytest.mark.parametrize("manager", MANAGERS)
def test_a_divided_environment_is_what_a_build_from_nothing_gives(manager: Manager) -> None:
    for hashed in (False, True) if manager == "pip" else (False,):
        follow(manager, hashed=hashed)


@pytest.mark.parametrize("manager", ["pip", "uv"])
def test_contents_that_were_installed_again_stay_at_hand_to_the_end_and_are_not_pushed(manager: Manager) -> None:
    history = begun(manager, hashed=manager == "pip")
    history.build()
    history.lose_cache()
    built = history.build()
    assert isinstance(built, Finished)
    # What starts the application is imported after they are linked; they go when nothing is left to do.
    kinds = [step for step in built.steps if isinstance(step, (MakeLinks, PackLayers, DropLayer))]
    (gone,) = (n for n, s in enumerate(kinds) if isinstance(s, DropLayer) and s.layer == "dist-ns-heavy")
    assert max(n for n, step in enumerate(kinds) if not isinstance(step, DropLayer)) < gone
    assert "dist-ns-heavy" not in built.after
    assert built.record.layers["dist-ns-heavy"].action is Action.KEEP


@pytest.mark.parametrize("manager", MANAGERS)
def test_what_has_no_layer_any_more_is_installed_again_and_nothing_else(manager: Manager) -> None:
    history = begun(manager, hashed=manager == "pip")
    both = ("alpha==1.1", "ns-heavy==1.1", "modules==1.0")
    history.change("two that are heavy", application=asking(history, *both))
    history.build()
    history.change("a third, which is heavier", application=asking(history, *both, "grows==2.0"))
    built = history.build()
    assert isinstance(built, Finished)
    assert built.record.layers["venv"].action is Action.RECONCILE
    (gone,) = (name for name, each in built.record.layers.items() if each.action is Action.DROP)
    assert set(built.installed) - {"app"} == {"grows", gone.removeprefix("dist-")}


@pytest.mark.parametrize(("after", "asked"), [(("alpha==1.1", "ns-heavy==1.0"), False), (("ns-heavy==1.0",), True)])
def test_pip_is_asked_only_where_a_pin_goes(after: tuple[str, ...], asked: bool) -> None:
    history = begun("pip", hashed=True)
    history.build()
    history.change("the next requirements", application=asking(history, *after))
    built = history.build()
    assert isinstance(built, Finished)
    purposes = [step.purpose for step in built.steps if isinstance(step, RunProgram)]
    assert ("resolve" in purposes) is asked


@pytest.mark.parametrize(
    ("manager", "hashed", "back"),
    often(
        [(*each, back) for each in (("pip", True), ("pip", False), ("uv", False)) for back in (True, False)],
        ("pip", False, True),
    ),
)
def test_a_build_that_is_killed_while_it_divides_does_no_harm(manager: Manager, hashed: bool, back: bool) -> None:
    for divided in (False, True):
        step, acting = 0, 1
        while step < acting:
            for act in (0, -1):
                history = begun(manager, hashed=hashed)
                history.change("as it was", divided=divided)
                history.build()
                history.change("the other way", divided=not divided)
                history.build(Kill(step, act), "there")
                acting = history.acting
                if back:
                    history.change("back", divided=divided)
                history.build()
            step += 1


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_it_is_noticed(name: str, monkeypatch: Patch) -> None:
    MUTANTS[name](monkeypatch)
    with pytest.raises((Violated, LayerWithoutContents, AssertionError, OSError)):
        follow_all()


def follow_all() -> None:
    follow("pip", hashed=True)
    follow("pip", hashed=False)
    follow("uv", hashed=False)
