"""Which bindings a build has a use for, and which of their entries are read."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.bindings.folder import (
    EXPECTED,
    BindingType,
    EntryMissing,
    SeveralBindings,
    complete,
    kind_of,
    known,
    read_entries,
    root_of,
)
from pure.outcome import Failure, Success

from tests.bound import binding

TYPES: tuple[BindingType, ...] = get_args(BindingType)
cases = st.sampled_from([str.upper, str.lower, str.title, str.swapcase])


@given(st.sampled_from(TYPES), cases, st.sampled_from(["", " ", "\n"]))
def test_the_case_of_a_type_makes_no_difference(kind: BindingType, case: type[str], blank: str) -> None:
    assert known(case(kind) + blank) == kind


@given(st.one_of(st.none(), st.text(max_size=12).filter(lambda text: text.strip().lower() not in TYPES)))
def test_other_types_are_of_no_use(kind: str | None) -> None:
    assert known(kind) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_a_type(raw: bytes) -> None:
    assert kind_of(raw) == kind_of(raw).strip()


@pytest.mark.parametrize("kind", [kind for kind in TYPES if not EXPECTED[kind].several])
def test_two_where_one_is_allowed_are_an_error_that_names_both(kind: BindingType) -> None:
    entries = dict.fromkeys(EXPECTED[kind].needed, "x")
    two = (binding("one", kind, entries), binding("other", kind.upper(), entries))
    assert complete(two) == Failure(SeveralBindings(kind=kind, names=("one", "other")))


@pytest.mark.parametrize("kind", [kind for kind in TYPES if EXPECTED[kind].several])
def test_of_others_there_may_be_any_number(kind: BindingType) -> None:
    many = tuple(binding(f"{number}", kind, {"a": ""}) for number in range(5))
    assert complete(many) == Success(many)


@pytest.mark.parametrize("kind", [kind for kind in TYPES if EXPECTED[kind].needed])
def test_one_that_lacks_what_it_needs_is_an_error(kind: BindingType) -> None:
    lacking = (binding("mine", kind, {"something": "s3cret"}),)
    wanted = EntryMissing(binding="mine", kind=kind, needed=EXPECTED[kind].needed, found=("something",))
    assert complete(lacking) == Failure(wanted)


def test_only_what_is_needed_is_read() -> None:
    names = ("type", "provider", "url", "password", "private-key", "..data")
    assert read_entries("pypi", names) == ("url", "password")
    # Of these any name will do.
    assert read_entries("ca-certificates", ("type", "..data", "one.pem", "two")) == ("one.pem", "two")


@pytest.mark.parametrize(
    ("variables", "root"),
    [
        ({}, ("", "")),
        ({"CNB_PLATFORM_DIR": "/platform"}, ("/platform/bindings", "")),
        ({"CNB_PLATFORM_DIR": "/platform", "SERVICE_BINDING_ROOT": "/b"}, ("/b", "SERVICE_BINDING_ROOT")),
        ({"CNB_PLATFORM_DIR": "/platform", "SERVICE_BINDING_ROOT": " "}, ("/platform/bindings", "")),
    ],
)
def test_where_bindings_lie(variables: dict[str, str], root: tuple[str, str]) -> None:
    assert root_of(variables) == root
