"""Numbers that follow from contents."""

import uuid

from hypothesis import given
from hypothesis import strategies as st
from pure.sbom.bill import identifier


@given(st.binary(), st.binary())
def test_an_identifier_is_a_uuid_of_its_content(one: bytes, other: bytes) -> None:
    found = uuid.UUID(identifier(one))
    assert str(found) == identifier(one)
    assert (found.version, found.variant) == (8, uuid.RFC_4122)
    assert (identifier(one) == identifier(other)) is (one == other)
