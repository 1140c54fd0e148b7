"""Chooses which of many cases run every time: the others run where time is no matter (``make test-all``)."""

from collections.abc import Iterable
from typing import Any

import pytest

heavy = pytest.mark.heavy


def often(cases: Iterable[Any], *chosen: Any) -> list[Any]:
    """The cases as parameters, several in a tuple; all but those that are chosen are heavy."""
    cases = tuple(cases)
    unknown = [case for case in chosen if case not in cases]
    assert not unknown, f"there is no case {unknown}"
    return [
        case if case in chosen else pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=heavy)
        for case in cases
    ]
