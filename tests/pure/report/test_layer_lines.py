"""What a log says of dependencies that lie in one layer, or whose layers were lost."""

import msgspec
import pytest
from pure.build.facts import Facts
from pure.layers.decision import Action
from pure.report.layer_lines import apart_lines, contents_lines

from pure.report import build_log
from tests.strategies_locked import FIRST, locked
from tests.strategies_plan import after, planned

LOCKED = locked(FIRST, "uv")

OFF = {**LOCKED.variables, "BP_PYTHON_DIVIDE": "false"}
SAID = "  All distributions in one layer: $BP_PYTHON_DIVIDE is false"


@pytest.mark.parametrize("again", [False, True])
def test_that_nothing_is_divided_is_said_in_every_build(again: bool) -> None:
    given: Facts = msgspec.structs.replace(LOCKED, variables=OFF)
    plan = planned(after(given, planned(given))) if again else planned(given)
    assert apart_lines(plan) == (SAID,)
    assert SAID in build_log.plan("1", plan)
    assert SAID in build_log.dependencies(plan)
    assert apart_lines(planned(LOCKED)) == ()


def test_that_the_image_was_not_found_is_said_where_the_cache_was() -> None:
    again = after(LOCKED, planned(LOCKED))
    assert apart_lines(planned(again)) == ()
    cached = {name: layer for name, layer in again.restored.items() if layer.contents}
    plan = planned(msgspec.structs.replace(again, restored=cached))
    assert plan.decided("python").action is Action.CREATE
    (first, second) = apart_lines(plan)
    assert "without a previous image" in first
    assert "--previous-image" in second
    assert apart_lines(planned(msgspec.structs.replace(again, restored={}, packed_state=None))) == ()


def test_why_contents_come_along_is_said() -> None:
    plan = planned(LOCKED)
    assert contents_lines(plan) == ()
    division = msgspec.structs.replace(plan.division, at_hand="something works with them")
    said = contents_lines(msgspec.structs.replace(plan, division=division))
    assert said == ("  Their contents are in the cache, too: something works with them",)
