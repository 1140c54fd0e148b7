"""Whatever strangers wrote is a line of text when it is shown, and says what it was."""

import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from pure.visible import visible, visible_document, whole


@given(st.text(st.characters(exclude_categories=())))
def test_nothing_that_acts_or_hides_is_left(text: str) -> None:
    shown = visible(text)
    assert len(f"{shown}x".splitlines()) == 1
    assert not {unicodedata.category(char) for char in shown if char != "\t"} & {
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Cn",
        "Zl",
        "Zp",
    }


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs"))))
def test_what_can_be_seen_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_terminals_commands_line_ends_and_turned_text_are_shown_by_their_numbers() -> None:
    assert visible("a\x1b]52;c;cm0=\x07b") == "a<U+001B>]52;c;cm0=<U+0007>b"
    assert visible("web\nDone in 0.1 s") == "web<U+000A>Done in 0.1 s"
    assert visible("\u202egnp.exe") == "<U+202E>gnp.exe"
    assert visible("x\u2028y\x9bz\udcff\ttab\u00a0blank") == "x<U+2028>y<U+009B>z<U+DCFF>\ttab\u00a0blank"


@given(st.dictionaries(st.text(), st.text()))
def test_a_document_keeps_its_values(value: dict[str, str]) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    shown = visible_document(text)
    assert json.loads(shown) == value
    assert all(visible(line) == line for line in shown.split("\n"))


def test_halves_of_characters_can_be_written() -> None:
    assert whole("a\udcffb").encode() == b"a<U+DCFF>b"
