"""The file of a golden plan."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.outcome import Success
from pure.review.golden import (
    GoldenDecision,
    GoldenOfAnotherSchema,
    GoldenPlan,
    GoldenTarget,
    GoldenUnreadable,
    decode_golden,
    encode_golden,
)

DECISIONS = st.builds(
    GoldenDecision, decided=st.text(), by=st.text(), because=st.lists(st.text(), max_size=3).map(tuple)
)
TARGETS = st.sampled_from(GoldenTarget.__args__)  # type: ignore[attr-defined]
PLANS = st.builds(GoldenPlan, target=TARGETS, decisions=st.dictionaries(st.text(), DECISIONS, max_size=4))


@given(PLANS)
def test_what_is_written_is_read(golden: GoldenPlan) -> None:
    assert decode_golden(encode_golden(golden), file="x") == Success(golden)


@given(PLANS)
def test_decisions_stand_in_the_order_of_their_names(golden: GoldenPlan) -> None:
    turned = msgspec.structs.replace(golden, decisions=dict(reversed(golden.decisions.items())))
    assert encode_golden(turned) == encode_golden(golden)


@given(st.binary())
def test_any_bytes_give_a_value_or_an_error(raw: bytes) -> None:
    decode_golden(raw, file="x")


def test_another_schema_is_told_from_what_is_no_golden_plan() -> None:
    later = decode_golden(b'{"schema": 7, "decisions": []}', file="x").failure()
    assert later == GoldenOfAnotherSchema(file="x", schema=7)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<<<<<<< HEAD\n{}",
        b"[]",
        b'{"schema": 1}',
        b'{"schema": 1, "target": "windows/amd64", "decisions": {}}',
        b'{"schema": 1, "target": "linux/amd64", "decisions": {"python": "3.13"}}',
        b"\xff",
    ],
)
def test_what_is_no_golden_plan(raw: bytes) -> None:
    assert isinstance(decode_golden(raw, file="x").failure(), GoldenUnreadable)
