"""What a worker is reckoned to take."""

from hypothesis import given
from hypothesis import strategies as st
from pure.start.memory import STEP, worker_memory
from pure.venv.weight import Weight

sizes = st.integers(0, 10_000_000_000)


@given(sizes, sizes, sizes)
def test_it_is_whole_steps_and_grows(modules: int, libraries: int, more: int) -> None:
    found = worker_memory(Weight(modules=modules, libraries=libraries))
    assert found % STEP == 0
    assert found >= STEP
    assert worker_memory(Weight(modules=modules + more, libraries=libraries)) >= found
    assert worker_memory(Weight(modules=modules, libraries=libraries + more)) >= found


@given(st.integers(0, 100_000))
def test_a_small_change_mostly_changes_nothing(more: int) -> None:
    assert worker_memory(Weight(modules=1_000_000)) == worker_memory(Weight(modules=1_000_000 + more))
