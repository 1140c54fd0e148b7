"""What stands where a version belongs, and is one of another tool's or of another Python."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.python.lookalikes import Form, other_name, version_in
from pure.source import Source

FILE = Source(file=".python-version", line=1)


@pytest.mark.parametrize(
    ("text", "form", "version"),
    [
        ("cpython-3.11.7-linux-x86_64-gnu", "key", "3.11.7"),
        ("cpython-3.12-macos-aarch64-none", "key", "3.12"),
        ("3.11.7/envs/shop", "environment", "3.11.7"),
        ("shop", "virtualenv", ""),
        ("shop-3.11", "virtualenv", ""),
        ("system", "system", ""),
        ("3.13t", "free-threaded", "3.13"),
        ("3.13d", "free-threaded", "3.13"),
        ("3.14.0td", "free-threaded", "3.14.0"),
        ("3.13+freethreaded", "free-threaded", "3.13"),
        ("cpython-3.13.1+freethreaded-linux-x86_64-gnu", "free-threaded", "3.13.1"),
        ("3.15-dev", "development", "3.15"),
        ("pypy3.10-7.3.12", "other", "3.10"),
        ("pypy@3.10", "other", "3.10"),
        ("pypy", "other", ""),
        ("graalpy-24.1.1", "other", "24.1.1"),
        ("miniconda3-3.12-24.9.2-0", "other", "3.12"),
    ],
)
def test_names_of_other_tools_and_other_pythons_are_known(text: str, form: Form, version: str) -> None:
    found = other_name(text, text, FILE)
    assert found is not None
    assert (found.form, found.version) == (form, version)


@pytest.mark.parametrize("text", ["03.13", "3.13.1.2", "python-3.13", "v3.13", "3.13;", "?", ""])
def test_other_texts_are_left_to_other_words(text: str) -> None:
    assert other_name(text, text, FILE) is None


@given(st.text(max_size=40))
def test_any_text_gives_a_name_or_none(text: str) -> None:
    found = other_name(text, text, FILE)
    assert found is None or found.version in text


@pytest.mark.parametrize(
    ("text", "version"), [("python-3.11.x", "3.11"), ("3.12.4 <0xE9>", "3.12.4"), ("2.7.18", ""), ("x", "")]
)
def test_an_example_is_the_version_that_stands_there(text: str, version: str) -> None:
    assert version_in(text) == version
