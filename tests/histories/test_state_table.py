"""Each row of the table of what becomes of heavy distributions' layers, as whole builds in memory decide it."""

from collections.abc import Callable
from typing import Final

import pytest
from pure.build.steps import DropLayer, FinishLayer, MakeLinks, MoveTrees, RunProgram
from pure.layers.decision import Action

from tests.histories import state_table
from tests.histories.application import Manager
from tests.histories.builds import Finished
from tests.histories.course import asking, begun
from tests.histories.history import History
from tests.histories.state_table import DONE, GONE, HELD, LOST, MADE, SAME, UNCHANGED, UNWANTED, Row

LAYER: Final = "dist-ns-heavy"
WAYS: Final[tuple[tuple[Manager, bool], ...]] = (("pip", True), ("uv", False), ("pipenv", False))
PROGRAMS: Final = ("install", "synchronise")


def asks(*words: str) -> Callable[[History], None]:
    return lambda history: history.change("the next requirements", application=asking(history, *words))


def aged(history: History) -> None:
    history.age(LAYER, {"schema": "0"})


def heavier(history: History) -> None:
    history.change("the next requirements", application=asking(history, "alpha==1.1", "ns-heavy==1.0"), heavy=99_999)


def nothing(history: History) -> None:
    history.tell("nothing happens")


# What happens after a build that asked for alpha and for ns-heavy, which is in a layer of its own since.
HAPPENS: Final[dict[Row, dict[str, Callable[[History], None]]]] = {
    UNCHANGED: {"nothing": nothing},
    LOST: {"its metadata are of another release": aged, "the image is lost": History.lose_image},
    HELD: {"another one changes": asks("alpha==1.1", "ns-heavy==1.0")},
    SAME: {"the cache is lost": History.lose_cache},
    MADE: {
        "it changes": asks("alpha==1.0", "ns-heavy==1.1"),
        "it is divided over layers only now": lambda history: history.change("on", divided=True),
    },
    UNWANTED: {"only heavier ones have layers, and another one changes": heavier},
    GONE: {
        "it isn't asked for any more": asks("alpha==1.0"),
        "nothing is divided any more": lambda history: history.change("off", divided=False),
    },
}


def actions(built: Finished) -> tuple[Action, Action]:
    return built.record.layers["venv"].action, built.record.layers[LAYER].action


def moved(built: Finished) -> bool:
    return any(isinstance(step, MoveTrees) and LAYER in step.target for step in built.steps)


def linked(built: Finished) -> bool:
    links = (target for step in built.steps if isinstance(step, MakeLinks) for _, target in step.links)
    return any(f"/{LAYER}/" in target for target in links)


def finished(built: Finished) -> bool:
    return any(isinstance(step, FinishLayer) and step.decision.name == LAYER for step in built.steps)


def programs(built: Finished) -> int:
    return sum(isinstance(step, RunProgram) and step.purpose in PROGRAMS for step in built.steps)


def is_unchanged(built: Finished) -> None:
    assert actions(built) == (Action.KEEP, Action.KEEP)
    assert finished(built)
    assert (moved(built), linked(built), programs(built)) == (False, False, 0)
    assert LAYER not in built.after


def is_lost(built: Finished) -> None:
    assert actions(built)[0] is Action.RECONCILE
    assert actions(built)[1] in (Action.CREATE, Action.RECREATE)
    assert set(built.installed) == {"ns-heavy"}
    assert (moved(built), linked(built), programs(built)) == (True, True, 1)


def is_held(built: Finished) -> None:
    assert actions(built) == (Action.RECONCILE, Action.KEEP)
    assert set(built.installed) == {"alpha"}
    assert (moved(built), linked(built), finished(built)) == (False, True, True)
    assert LAYER not in built.after


def is_the_same(built: Finished) -> None:
    assert actions(built) == (Action.RECREATE, Action.KEEP)
    assert (moved(built), linked(built), finished(built)) == (True, True, True)
    assert LAYER not in built.after


def is_made(built: Finished) -> None:
    assert actions(built)[0] is Action.RECONCILE
    assert actions(built)[1] in (Action.CREATE, Action.RECREATE)
    assert (moved(built), linked(built), finished(built)) == (True, True, True)


def is_unwanted(built: Finished) -> None:
    assert actions(built) == (Action.RECONCILE, Action.DROP)
    assert set(built.installed) == {"ns-heavy", "alpha"}
    assert (moved(built), linked(built), programs(built), built.started_over) == (False, False, 2, ())


def is_gone(built: Finished) -> None:
    assert actions(built)[1] is Action.DROP
    assert any(isinstance(step, DropLayer) and step.layer == LAYER for step in built.steps)
    assert (moved(built), linked(built), finished(built)) == (False, False, False)


HOLDS: Final[dict[Row, Callable[[Finished], None]]] = {
    UNCHANGED: is_unchanged,
    LOST: is_lost,
    HELD: is_held,
    SAME: is_the_same,
    MADE: is_made,
    UNWANTED: is_unwanted,
    GONE: is_gone,
}
CASES: Final = [(row, words) for row, ways in HAPPENS.items() for words in ways]


def test_the_table_is_that_of_the_architecture() -> None:
    assert state_table.written() == DONE
    assert HAPPENS.keys() == HOLDS.keys() == DONE.keys()


@pytest.mark.parametrize(("manager", "hashed"), WAYS)
@pytest.mark.parametrize(("row", "words"), CASES, ids=[words for _, words in CASES])
def test_what_is_done(row: Row, words: str, manager: Manager, hashed: bool) -> None:
    history = begun(manager, hashed=hashed)
    if words == "it is divided over layers only now":
        history.change("off", divided=False)
    history.build()
    HAPPENS[row][words](history)
    built = history.build()
    assert isinstance(built, Finished), built
    HOLDS[row](built)
