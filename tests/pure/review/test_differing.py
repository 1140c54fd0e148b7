"""Which decisions differ between two golden plans."""

import msgspec
from hypothesis import given
from pure.review.differing import changed_decisions
from pure.review.golden import GoldenDecision, GoldenPlan

from tests.pure.review.test_golden import PLANS


@given(PLANS)
def test_nothing_differs_from_itself(golden: GoldenPlan) -> None:
    assert changed_decisions(golden, golden) == ()


@given(PLANS, PLANS)
def test_the_way_back_is_the_way_there_turned_round(one: GoldenPlan, other: GoldenPlan) -> None:
    there, back = changed_decisions(one, other), changed_decisions(other, one)
    assert [(each.name, each.after, each.before) for each in back] == [
        (each.name, each.before, each.after) for each in there
    ]


@given(PLANS)
def test_reasons_are_words_and_never_differ(golden: GoldenPlan) -> None:
    reworded = {
        name: msgspec.structs.replace(each, because=("in other words",)) for name, each in golden.decisions.items()
    }
    assert changed_decisions(golden, msgspec.structs.replace(golden, decisions=reworded)) == ()


def test_what_differs() -> None:
    kept = GoldenDecision(decided="pip", by="requirements.txt")
    old, new = GoldenDecision(decided="3.13", by=".python-version"), GoldenDecision(decided="3.13", by="uv.lock")
    before = GoldenPlan(target="linux/amd64", decisions={"python": old, "package manager": kept, "extras": kept})
    after = GoldenPlan(target="linux/arm64", decisions={"python": new, "package manager": kept, "groups": kept})
    found = changed_decisions(before, after)
    assert [(each.name, each.before and each.before.by, each.after and each.after.by) for each in found] == [
        ("extras", "requirements.txt", None),
        ("groups", None, "requirements.txt"),
        ("python", ".python-version", "uv.lock"),
        ("target", "", ""),
    ]
