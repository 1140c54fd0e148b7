"""What builds cost, and whether it is what was foreseen."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st
from pure.layers.cost import cost, otherwise, pushed
from pure.layers.moved import Moved, Work
from pure.layers.names import PYTHON, VENV, VENV_CACHE

MOVED = st.lists(
    st.builds(
        Moved,
        layer=st.sampled_from((PYTHON, VENV, VENV_CACHE)),
        work=st.sampled_from(get_args(Work)),
        nbytes=st.none() | st.integers(0, 10**9),
    ),
    unique_by=lambda each: each.layer,
).map(tuple)


@given(MOVED)
def test_nothing_is_pushed_that_is_not_moved(moved: tuple[Moved, ...]) -> None:
    found = cost(moved, {})
    assert set(found.pushed.layers) <= set(found.moved.layers)
    assert found.pushed.nbytes <= found.moved.nbytes
    assert set(found.moved.unknown) <= set(found.moved.layers)


@given(MOVED)
def test_what_comes_as_foreseen_is_not_otherwise(moved: tuple[Moved, ...]) -> None:
    assert not otherwise(pushed(moved), pushed(moved))


@given(MOVED)
def test_what_nobody_has_to_push_costs_nothing(moved: tuple[Moved, ...]) -> None:
    quiet = tuple(each for each in moved if each.work in ("left", "borrowed", "gone", "read", "cached"))
    assert (pushed(quiet).layers, pushed(quiet).nbytes) == ((), 0)
