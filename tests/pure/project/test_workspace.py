"""Which folders are members of the workspace above them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.project.workspace import has_member

from tests.documents import documents


@pytest.mark.parametrize(("declared", "member"), [(b"[tool.uv.workspace]\nmembers = 3\n", False), (b"x =", True)])
def test_a_declaration_that_says_something_else(declared: bytes, member: bool) -> None:
    assert has_member(documents({"pyproject.toml": declared}), "old") is member


@given(st.binary(max_size=40), st.lists(st.text(max_size=8), max_size=3), st.text(max_size=10))
def test_any_patterns_have_an_answer(raw: bytes, patterns: list[str], folder: str) -> None:
    written = f"[tool.uv.workspace]\nmembers = {json.dumps(patterns)}\n".encode()
    assert has_member(documents({"pyproject.toml": written}), folder) in (True, False)
    assert has_member(documents({"pyproject.toml": raw}), folder) in (True, False)
    assert not has_member({}, folder)
