"""Each row of the table of what becomes of a packed environment, as whole builds in memory decide it."""

from collections.abc import Callable
from typing import Final

import pytest
from pure.build.steps import InstallRuntime, PackLayers, RunProgram, UnpackLayers
from pure.layers.decision import Action

from tests.histories.application import Manager
from tests.histories.builds import Finished
from tests.histories.course import asking, begun
from tests.histories.history import History
from tests.histories.state_table import rows

HEADER: Final = "| `venv-cache` | `venv` in the image | what is done |"
WAYS: Final[tuple[tuple[Manager, bool], ...]] = (("pip", True), ("uv", False), ("pipenv", False))


def nothing(history: History) -> None:
    history.tell("nothing happens")


def changes(history: History) -> None:
    history.change("the next requirements", application=asking(history, "alpha==1.1", "ns-heavy==1.0"))


def was_a_tree(history: History) -> None:
    history.change("a later buildpack", later=True)
    history.build()
    history.change("none any more", later=False)


def other_image(history: History) -> None:
    history.age("venv", {"schema": "0"})


def steps(built: Finished) -> tuple[bool, bool, bool]:
    """Whether the environment was unpacked, whether it was packed, and whether anything was started."""
    kinds = {type(step) for step in built.steps}
    return UnpackLayers in kinds, PackLayers in kinds, bool({RunProgram, InstallRuntime} & kinds)


def is_untouched(built: Finished) -> None:
    assert built.record.layers["venv"].action is Action.KEEP
    assert steps(built) == (False, False, False)
    assert not {"venv", "python"} & built.after.keys()


def is_exported_again(built: Finished) -> None:
    assert built.record.layers["venv"].action is Action.KEEP
    # The runtime is at hand in case that what was packed is damaged.
    assert steps(built) == (True, False, True)
    assert "venv" in built.after


def is_changed(built: Finished) -> None:
    assert built.record.layers["venv"].action is Action.RECONCILE
    assert steps(built) == (True, True, True)
    assert "venv" in built.after
    assert "python" not in built.after


def is_made_anew(built: Finished) -> None:
    assert built.record.layers["venv"].action is Action.RECREATE
    assert (steps(built)[1], "venv" in built.after) == (True, False)


def is_packed(built: Finished) -> None:
    assert built.record.layers["venv"].action is Action.KEEP
    assert steps(built) == (False, True, False)


HAPPENS: Final[dict[tuple[str, str], tuple[tuple[Callable[[History], None], ...], Callable[[Finished], None]]]] = {
    ("as it was, and nothing changed", "the same"): ((nothing,), is_untouched),
    ("as it was, and nothing changed", "lost, or another"): ((other_image,), is_exported_again),
    ("as it was, and something changed", "any"): ((changes,), is_changed),
    ("lost, damaged, or unreadable", "any"): (
        (
            History.lose_cache,
            lambda history: history.damage_cache("venv-cache"),
            lambda history: history.age("venv-cache", {"schema": "0"}),
        ),
        is_made_anew,
    ),
    ("there is none, but a tree from earlier builds", "any"): ((was_a_tree,), is_packed),
}
CASES: Final = [(row, number) for row, (ways, _) in HAPPENS.items() for number in range(len(ways))]


def test_the_table_is_that_of_the_architecture() -> None:
    assert [tuple(row[:2]) for row in rows(HEADER)] == list(HAPPENS)


@pytest.mark.parametrize(("manager", "hashed"), WAYS)
@pytest.mark.parametrize(("row", "number"), CASES)
def test_what_is_done(row: tuple[str, str], number: int, manager: Manager, hashed: bool) -> None:
    ways, holds = HAPPENS[row]
    history = begun(manager, hashed=hashed)
    history.build()
    ways[number](history)
    built = history.build()
    assert isinstance(built, Finished), built
    holds(built)
