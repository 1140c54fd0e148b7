"""How the command that writes a golden plan anew is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.review.renewing import renewing


@pytest.mark.parametrize(
    ("pair", "word"),
    [
        ("BP_PYTHON_VERSION=3.13", "BP_PYTHON_VERSION=3.13"),
        ("BP_PIP_VERSION=~=26.0, !=26.1", "BP_PIP_VERSION=~=26.0, !=26.1"),
        ("BP_PYTHON_GROUPS=", "BP_PYTHON_GROUPS="),
        ("BP_PYTHON_VERSION", "BP_PYTHON_VERSION"),
        ("BP_PYTHON_VERSION=https://ada:sesame@x.test", "BP_PYTHON_VERSION"),
        ("BP_PYTHON_BUILD_COMMAND=curl -H 'Key: x'", "BP_PYTHON_BUILD_COMMAND"),
        ("STRIPE_KEY=3.13", "STRIPE_KEY"),
    ],
)
def test_only_plain_choices_are_shown(pair: str, word: str) -> None:
    assert renewing(".", "f", (pair,), "of.env")[3:] == ("--write", "f", "--env-file", "of.env", "--env", word)


@given(st.from_regex(r"[A-Za-z_]\w*", fullmatch=True).filter(lambda name: not name.startswith("BP_")), st.text())
def test_a_value_of_any_other_name_is_not(name: str, value: str) -> None:
    assert renewing(".", "f", (f"{name}={value}",)) == renewing(".", "f", (name,))
