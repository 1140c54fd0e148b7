"""What bytes are parsed to, once."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.outcome import Failure, Success
from pure.project.document import Document, at, table, words

from tests.strategies_plan import junk


@given(junk | st.binary(max_size=60))
def test_any_bytes_are_parsed_or_not(raw: bytes) -> None:
    document = Document(raw=raw)
    for found in (document.toml, document.json):
        match found:
            case Failure(error):
                assert error.because in ("is not UTF-8 text", "is not valid TOML", "is not valid JSON")
                assert error.detail in error.placed
                assert error.line is None or 1 <= error.line <= raw.count(b"\n") + 1
            case Success(value):
                assert at({"a": {"b": value}}, ("a", "b")) == value


@given(st.dictionaries(st.text("abc", min_size=1), st.integers(-9, 9)))
def test_the_mark_of_utf8_makes_no_difference(value: dict[str, int]) -> None:
    toml = "".join(f"{name} = {number}\n" for name, number in value.items()).encode()
    assert Document(raw=toml).toml == Document(raw=b"\xef\xbb\xbf" + toml).toml == Success(value)
    json = msgspec.json.encode(value)
    assert Document(raw=json).json == Document(raw=b"\xef\xbb\xbf" + json).json == Success(value)


def test_it_is_parsed_once() -> None:
    document = Document(raw=b"a = 1\n")
    assert document.toml is document.toml
    # What is kept is no part of its value.
    assert document == Document(raw=b"a = 1\n")


@pytest.mark.parametrize(
    ("raw", "line", "conflict"), [(b"a = 1\n<<<<<<< HEAD\n", 2, True), (b"a = \n", 1, False), (b"a = 1\nb\n", 2, False)]
)
def test_the_line_and_gits_marks_are_known(raw: bytes, line: int, conflict: bool) -> None:
    error = Document(raw=raw).toml.failure()
    assert (error.line, error.conflict) == (line, conflict)


def test_the_line_of_json_is_counted() -> None:
    assert Document(raw=b'{\n "a": 1,\n b\n}').json.failure().line == 3


def test_what_is_none_of_its_kind_is_empty() -> None:
    assert words(["a", 1, "b"]) == ("a", "b")
    assert (words("a"), table([1]), at({"a": 1}, ("a", "b")), at([], ("a",))) == ((), {}, None, None)
