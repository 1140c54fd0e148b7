"""What a bill of materials is known by."""

import hashlib
import uuid
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.hashes import Hash
from pure.sbom.bill import Bill, Component, Licence, digest_of, identifier
from pure.sbom.classifiers import CLASSIFIERS

from pure.sbom import cyclonedx, spdx
from tests.strategies_sbom import bills


@given(st.text(), st.text())
def test_an_identifier_is_a_uuid_that_tells_contents_apart(one: str, other: str) -> None:
    found = uuid.UUID(identifier("x", one))
    assert str(found) == identifier("x", one)
    assert (found.version, found.variant) == (8, uuid.RFC_4122)
    assert (identifier("x", one) == identifier("x", other)) is (one == other)
    assert identifier("x", one) != identifier("y", one)


@given(bills(), bills())
def test_what_is_written_begins_with_what_tells_it_apart(one: Bill, other: Bill) -> None:
    for head, encode in ((cyclonedx.head, cyclonedx.encode), (spdx.head, spdx.encode)):
        assert encode(one).startswith(head(one, digest_of(one)))
        assert encode(one).startswith(head(other, digest_of(other))) is (one == other)


HASHES = tuple(Hash(algorithm=name, digest="0") for name in (*cyclonedx._ALGORITHMS, "other"))
LICENCES = (
    *(Licence(expression=each) for each in sorted({*CLASSIFIERS.values(), "MIT OR Zlib", "LicenseRef-Own"})),
    *(Licence(), Licence(name="Own words")),
)
EVERYTHING = Bill(
    name="venv",
    about=Component(key="layer:venv", kind="file", name="venv"),
    components=(
        *(Component(key=f"l:{at}", name=f"l{at}", licence=each) for at, each in enumerate(LICENCES)),
        *(Component(key=f"k:{each}", kind=each, name=each) for each in spdx._PURPOSES),
        Component(
            key="a",
            name="a b/c",
            version="1",
            purl="pkg:pypi/a@1",
            cpe="cpe:2.3:a:a:a:1:*:*:*:*:*:*:*",
            homepage="https://a.example/",
            hashes=HASHES,
            hashed="lock",
            parts=(Component(key="p", name="p"),),
            notes=(("n", "o"),),
        ),
    ),
    needs=(("layer:venv", ("a",)), ("a", ("p",))),
)


@pytest.mark.parametrize(
    ("encode", "writer", "written"),
    [
        (
            cyclonedx.encode,
            cyclonedx.WRITER,
            ("cyclonedx 1", "02192c067934ad7c372bd6a689c2da16257bc4a70acbe508b6acab00eeffc09a"),
        ),
        (spdx.encode, spdx.WRITER, ("spdx 1", "7f6b8d6a41456d001d1840c61d33236a0bc5a52409b2f95d2b8eaa7c87ab1d65")),
    ],
)
def test_whoever_writes_other_bytes_of_the_same_bill_counts_up(
    encode: Callable[[Bill], bytes], writer: str, written: tuple[str, str]
) -> None:
    """Files that are there already are written again only where the writer has another number (``WRITER``)."""
    assert (writer, hashlib.sha256(encode(EVERYTHING)).hexdigest()) == written
