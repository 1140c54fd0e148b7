"""What strangers wrote stays text in a comment."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.views.markdown import code, escaped

# What stands for letters that may mean something, and what keeps names from being looked up.
OURS = re.compile(r"&#[0-9]+;|[@#]<!-- -->")


@given(st.text())
def test_nothing_of_it_means_anything(text: str) -> None:
    left = OURS.sub("", escaped(text)).replace(": ", "")
    assert not set("&<>|`*_~[]\\!:$@#\n") & set(left)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("by @ada, for #12", "by @<!-- -->ada, for #<!-- -->12"),
        ("a  line\nand | more", "a line and &#124; more"),
        ("https://h.example", "https&#58;//h.example"),
        ("Different: a: :b: c:", "Different: a: &#58;b: c&#58;"),
    ],
)
def test_words_stay_words(text: str, shown: str) -> None:
    assert escaped(text) == shown
    assert code(text) == f"<code>{shown}</code>"
