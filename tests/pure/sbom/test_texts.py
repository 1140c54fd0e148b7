"""What of a stranger's text may stand in a bill."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.sbom.texts import cpe, line, url


@given(st.text(max_size=400) | st.none() | st.integers())
def test_a_line_is_one(value: object) -> None:
    found = line(value)
    assert found.isprintable()
    assert found == found.strip()
    assert len(found) <= 300


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://palletsprojects.com/p/flask/", "https://palletsprojects.com/p/flask/"),
        ("  https://a.example/?q=1#top ", "https://a.example/?q=1#top"),
        ("https://a.example/a b", ""),
        ("https://user:password@a.example/", ""),
        ("https://a.example/%zz", ""),
        ("javascript:alert(1)", ""),
        ("UNKNOWN", ""),
        (None, ""),
    ],
)
def test_an_address(value: object, expected: str) -> None:
    assert url(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("cpe:2.3:a:openssl:openssl:3.5.1:*:*:*:*:*:*:*", True),
        ("cpe:2.3:a:openssl:openssl:3.5.1", False),
        ("cpe:2.3:x:openssl:openssl:3.5.1:*:*:*:*:*:*:*", False),
        ("cpe:2.3:a:open ssl:openssl:3.5.1:*:*:*:*:*:*:*", False),
        ("cpe:2.3:a:openssl:openssl:3.5.1:*:*:nonsense:*:*:*:*", False),
    ],
)
def test_a_name_of_the_enumeration(value: str, expected: bool) -> None:
    assert cpe(value) == (value if expected else "")
