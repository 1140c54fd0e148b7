"""Chooses which of many cases run every time: the others run where time is no matter (``make test-all``)."""

from collections.abc import Iterable
from typing import Any

import pytest

heavy = pytest.mark.heavy
exhaustive = pytest.mark.exhaustive


def often(cases: Iterable[Any], *chosen: Any) -> list[Any]:
    """The cases as parameters, several in a tuple; all but those that are chosen are heavy."""
    return _marked(cases, chosen, heavy)


def seldom(cases: Iterable[Any], *chosen: Any) -> list[Any]:
    """The same of cases that are heavy anyway: all but those that are chosen wait for ``make test-exhaustive``."""
    return _marked(cases, chosen, exhaustive)


def _marked(cases: Iterable[Any], chosen: tuple[Any, ...], mark: pytest.MarkDecorator) -> list[Any]:
    cases = tuple(cases)
    unknown = [case for case in chosen if case not in cases]
    assert not unknown, f"there is no case {unknown}"
    return [
        case if case in chosen else pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=mark)
        for case in cases
    ]
