"""A plan beside images: what it decided is compared, and what it can't know is named."""

import msgspec
import pytest
from hypothesis import given
from pure.build.facts import Facts
from pure.build.plan import NO_DJANGO
from pure.image.difference import compare_sides
from pure.image.side import NotAPlan, Side, decided_by
from pure.message import Message
from pure.report.decided import decisions
from pure.report.record import encode_error, encode_record, record
from pure.review.golden import GoldenPlan, encode_golden
from pure.start.django import turned_out
from pure.views.planned import GivenGolden, PlanOfAnotherSchema, side_of_plan

from tests.places import GOLDENS
from tests.strategies_plan import facts, planned


def side(name: str) -> Side:
    return side_of_plan((GOLDENS / f"plan_{name}.json").read_bytes(), name=f"plan:{name}").unwrap()


@given(facts())
def test_a_plan_and_its_own_image_decide_the_same(given: Facts) -> None:
    plan = planned(given)
    written = encode_record(record(plan, version="1", redact=str))
    foreseen = side_of_plan(written, name="plan").unwrap()
    labels = {each.key: each.value for each in plan.labels}
    image = Side(name="image", decided=decided_by(decisions(plan, None), labels=labels))
    compared = compare_sides(image, foreseen)
    assert compared.decisions == ()
    assert not compared.differs
    assert set(compared.not_compared) <= {"buildpack", "division", "heavy", "static", "folder"}


@given(facts())
def test_a_build_that_finds_no_static_files_is_no_difference_to_its_plan(given: Facts) -> None:
    plan = planned(given)
    foreseen = side_of_plan(encode_record(record(plan, version="1", redact=str)), name="plan").unwrap()
    django = turned_out(plan.django, enabled=False, folder="") if plan.django.manage else plan.django
    for found in (NO_DJANGO, django):
        built = decisions(msgspec.structs.replace(plan, django=found), None)
        image = Side(name="image", decided=decided_by(built, labels={each.key: each.value for each in plan.labels}))
        assert compare_sides(image, foreseen).decisions == ()


def test_what_a_plan_does_not_know_is_named() -> None:
    without, likely = side("pip-flask"), side("streamlit-pylock")
    assert [each.what for each in without.unknown] == [
        "distributions",
        "layers and bytes",
        "which distributions get layers of their own",
    ]
    assert "heavy" not in without.decided
    assert {name: each.value for name, each in likely.decided["heavy"].items()} == {
        "dist-pyarrow": "pyarrow 22.0",
        "dist-streamlit": "streamlit 1.50",
    }
    assert compare_sides(without, likely).not_compared == ("heavy",)
    assert compare_sides(without, likely).moving is None


def not_a_plan(document: bytes) -> NotAPlan:
    error = side_of_plan(document, name="plan").failure()
    assert isinstance(error, NotAPlan)
    return error


def test_what_prevented_a_plan_is_told() -> None:
    message = Message(happened="The requirements name no distribution")
    written = encode_error(message, redact=str)
    assert message.happened in not_a_plan(written).reason


@pytest.mark.parametrize("document", [b"", b"[]", b"{}", b'{"error": {"happened": "no"}}', b"[" * 100_000, b"\xff"])
def test_what_is_no_plan(document: bytes) -> None:
    assert not_a_plan(document).reason


def test_a_golden_plan_is_told_from_a_plan() -> None:
    written = encode_golden(GoldenPlan(target="linux/amd64", decisions={}))
    assert side_of_plan(written, name="plan").failure() == GivenGolden()


@pytest.mark.parametrize("document", [b'{"schema": 2}', b'{"schema": 2, "error": {"why": 1}}'])
def test_a_plan_of_another_version_is_told_as_that(document: bytes) -> None:
    assert side_of_plan(document, name="plan").failure() == PlanOfAnotherSchema(schema=2)
