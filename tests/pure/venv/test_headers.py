"""The headers of metadata, and requirements in them."""

from email.parser import BytesParser

from hypothesis import given
from hypothesis import strategies as st
from pure.venv.headers import applies, headers, requirement


def test_headers_end_at_the_first_blank_line() -> None:
    raw = b"Name: a\r\nClassifier: one\r\nCLASSIFIER: two\r\n\r\nName: b\r\n"
    assert headers(raw, ("name", "classifier", "license")) == {
        "name": ["a"],
        "classifier": ["one", "two"],
        "license": [],
    }


def test_a_licence_in_a_field_ends_no_headers() -> None:
    licence = "License: MIT\n        \n        Name: none\r\n        \x0c\n        \u2028\x85\n        end\n"
    raw = f"Name: altair\n{licence}Requires-Dist: narwhals\n\nRequires-Dist: none\n".encode()
    found = headers(raw, ("name", "requires-dist"))
    assert found == {"name": ["altair"], "requires-dist": ["narwhals"]}
    said = BytesParser().parsebytes(raw)
    assert found == {name: said.get_all(name) for name in found}


@given(st.binary(max_size=100))
def test_any_bytes_give_headers(raw: bytes) -> None:
    assert headers(raw, ("name",)).keys() == {"name"}


@given(st.text(max_size=60))
def test_any_text_is_a_requirement_or_none(text: str) -> None:
    found = requirement(text)
    if found is not None:
        assert applies(found, {"extra": ""}) in (True, False, None)


def test_a_marker_that_only_locks_know_holds_nowhere() -> None:
    found = requirement('a; "b" in extras')
    assert found is not None
    assert applies(found, {"extra": ""}) is None
