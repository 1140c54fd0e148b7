"""Which downloads pip's cache keeps."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.manager.pip_cache import artefacts

WHEEL, SOURCE, PAGE = b"PK\x03\x04rest", gzip.compress(b"a source archive"), gzip.compress(b"{}")
METADATA = b"Metadata-Version: 2.4\nName: flask\n"
HEADERS = {
    "wheel": b'cc=4,{"response": {"headers": {"Content-Type": "application/octet-stream"}}}',
    "source": b'cc=4,{"response": {"headers": {"Content-Type": "application/x-tar"}}}',
    "page": b'cc=4,{"response": {"headers": {"Content-Type": "application/vnd.pypi.simple.v1+json"}}}',
    "old page": b'cc=4,{"response": {"headers": {"Content-Type": "text/html; charset=UTF-8"}}}',
    "metadata": b'cc=4,{"response": {"headers": {"Content-Type": "binary/octet-stream"}}}',
}
BODIES = {"wheel": WHEEL, "source": SOURCE, "page": PAGE, "old page": PAGE, "metadata": METADATA}


@pytest.mark.parametrize("resolves", [True, False])
def test_what_an_index_gives_again_goes_and_what_resolving_reads_stays(*, resolves: bool) -> None:
    assert artefacts(HEADERS, BODIES, resolves=resolves) == ("source", "wheel")


def test_without_metadata_beside_them_wheels_are_what_resolving_reads() -> None:
    bodies = {name: body for name, body in BODIES.items() if name != "metadata"}
    assert artefacts(HEADERS, bodies, resolves=True) == ()
    assert artefacts(HEADERS, bodies, resolves=False) == ("source", "wheel")


@given(st.dictionaries(st.text(max_size=3), st.binary(max_size=8)), st.booleans())
def test_only_archives_go(bodies: dict[str, bytes], resolves: bool) -> None:
    gone = artefacts({}, bodies, resolves=resolves)
    assert all(bodies[name][:2] in (b"PK", b"\x1f\x8b", b"BZ", b"\xfd7") for name in gone)
