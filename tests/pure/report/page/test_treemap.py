"""The layout of a treemap."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.report.page.treemap import Box, squarified

SIZES = st.lists(st.integers(1, 10**12), min_size=1, max_size=30)
SIDES = st.floats(1, 5000)


def area(box: Box) -> float:
    return box.width * box.height


@given(SIZES, SIDES, SIDES)
def test_areas_are_proportional_to_sizes(sizes: list[int], width: float, height: float) -> None:
    boxes = squarified(sizes, width=width, height=height)
    scale = width * height / sum(sizes)
    for nbytes, box in zip(sizes, boxes, strict=True):
        assert area(box) == pytest.approx(nbytes * scale, rel=1e-4, abs=1e-6 * width * height)


@given(SIZES, SIDES, SIDES)
def test_boxes_lie_inside(sizes: list[int], width: float, height: float) -> None:
    near = 1e-9 * max(width, height)
    for box in squarified(sizes, width=width, height=height):
        assert -near <= box.x <= box.x + box.width <= width + near
        assert -near <= box.y <= box.y + box.height <= height + near


@given(SIZES, SIDES, SIDES)
def test_no_two_boxes_overlap(sizes: list[int], width: float, height: float) -> None:
    near = 1e-9 * max(width, height)
    for one, other in itertools.combinations(squarified(sizes, width=width, height=height), 2):
        across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
        down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
        assert across <= near or down <= near


@given(st.permutations([7, 7, 5, 3, 2, 1]), SIDES, SIDES)
def test_the_order_of_sizes_changes_no_place(sizes: list[int], width: float, height: float) -> None:
    places = {(box.x, box.y, box.width) for box in squarified(sizes, width=width, height=height)}
    assert places == {(box.x, box.y, box.width) for box in squarified(sorted(sizes), width=width, height=height)}


def test_the_example_of_its_inventors() -> None:
    boxes = squarified([6, 6, 4, 3, 2, 2, 1], width=6, height=4)
    assert [tuple(round(side, 2) for side in (box.x, box.y, box.width, box.height)) for box in boxes] == [
        (0, 0, 3, 2), (0, 2, 3, 2), (3, 0, 1.71, 2.33), (4.71, 0, 1.29, 2.33), (3, 2.33, 1.2, 1.67),
        (4.2, 2.33, 1.2, 1.67), (5.4, 2.33, 0.6, 1.67),
    ]  # fmt: skip


def test_equal_sizes_are_no_strips() -> None:
    for number in range(1, 60):
        worst = max(
            max(box.width / box.height, box.height / box.width) for box in squarified([1] * number, width=1, height=1)
        )
        assert worst <= 3.01


def test_nothing_has_no_boxes() -> None:
    assert squarified([], width=5, height=5) == ()
