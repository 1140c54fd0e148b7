"""What a ``pyproject.toml`` declares."""

from hypothesis import given, settings
from hypothesis import strategies as st
from pure.outcome import Failure, Success

from pure.project import declarations
from tests.documents import document
from tests.strategies_plan import junk


@settings(max_examples=100, deadline=None)
@given(raw=junk | st.binary(max_size=60))
def test_any_pyproject_gives_declarations_or_an_error(raw: bytes) -> None:
    assert isinstance(declarations.read(document(raw)), Success | Failure)
