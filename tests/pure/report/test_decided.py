"""What an image says of its decisions: a purpose of each layer that it has, and nothing of what a build did."""

from hypothesis import given
from pure.build.decisions import encode_decisions
from pure.build.facts import Facts
from pure.build.plan import Plan
from pure.layers.decision import TYPES, Action
from pure.report.decided import decisions

from tests.strategies_plan import after, facts, planned


@given(facts())
def test_every_layer_of_the_image_has_a_purpose(first: Facts) -> None:
    plan = planned(first)
    told = {each.name: each.because for each in decisions(plan, None).layers}
    assert all(told.values())
    in_the_image = {name for name, types in TYPES.items() if types.launch}
    made = {each.name for each in plan.layers if each.action is not Action.DROP}
    assert made & in_the_image <= told.keys()


@given(facts())
def test_nothing_in_it_depends_on_what_was_restored(first: Facts) -> None:
    plan = planned(first)
    again = planned(after(first, plan))
    assert {each.action for each in again.layers} != {each.action for each in plan.layers}
    assert _text(again) == _text(plan)


@given(facts())
def test_where_nothing_is_heavy_the_division_says_so(first: Facts) -> None:
    plan = planned(first)
    said = "no distribution is heavy enough for a layer of its own" if plan.division.divide else plan.division.because
    assert decisions(plan, None).divided == said


def _text(plan: Plan) -> str:
    return encode_decisions(decisions(plan, None))
