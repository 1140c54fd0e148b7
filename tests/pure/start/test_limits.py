"""How many workers a container bears."""

from hypothesis import given
from hypothesis import strategies as st
from pure.start.limits import NO_LIMIT, groups, least, number, share, workers

sizes = st.integers(1, 1 << 50)


@given(st.one_of(st.just(0), sizes), st.floats(0.01, 512), sizes)
def test_there_is_one_at_least_and_no_more_than_fit(memory: int, cpus: float, each: int) -> None:
    found = workers(memory, cpus, each)
    assert (found == 0) is (memory == 0)
    assert found <= max(1, 2 * cpus + 1)
    assert found <= max(1, memory // each)


@given(sizes, st.floats(0.01, 512), sizes, st.integers(0, 1 << 40), st.floats(0, 8))
def test_more_memory_and_more_cpus_never_mean_fewer(
    memory: int, cpus: float, each: int, more: int, faster: float
) -> None:
    assert workers(memory, cpus, each) <= workers(memory + more, cpus + faster, each)


@given(st.text("max0123456789 \n-", max_size=24), st.text(max_size=60), st.sampled_from(["", "memory", "cpu"]))
def test_whatever_the_kernel_says_it_is_understood_somehow(text: str, own: str, controller: str) -> None:
    assert number(text) >= 0
    assert share(text) >= 0
    assert all(".." not in each.split("/") for each in groups(own, controller))


@given(st.lists(st.sampled_from(["max", "", "9223372036854771712", "5", "7"])))
def test_the_smallest_limit_counts(texts: list[str]) -> None:
    assert least(texts) == min((int(text) for text in texts if text in ("5", "7")), default=0)
    assert least([str(NO_LIMIT)]) == 0


def test_groups_are_those_around_it_too() -> None:
    assert groups("3:cpu,cpuacct:/a/b\n0::/x\n", "cpuacct") == ["a/b", "a", ""]
    assert groups("3:cpu,cpuacct:/a/b\n0::/x\n", "") == ["x", ""]
    assert groups("3:cpu:/a\n", "memory") == []
