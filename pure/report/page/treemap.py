"""Lays sizes out as a squarified treemap (Bruls, Huizing and van Wijk, 2000).

Each rectangle's area is proportional to its size, and together they are the box. Rows of rectangles are laid along the
box's shorter side, biggest first, each as long as that keeps them close to squares.
"""

from collections.abc import Sequence

import msgspec


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A rectangle, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


def squarified(sizes: Sequence[int], *, width: float, height: float) -> tuple[Box, ...]:
    """A rectangle for each size, in the same order; sizes are greater than nought."""
    order = sorted(range(len(sizes)), key=lambda at: (-sizes[at], at))
    scale = width * height / sum(sizes) if sizes else 0.0
    areas = [sizes[at] * scale for at in order]
    free = Box(x=0.0, y=0.0, width=width, height=height)
    laid: list[Box] = []
    while len(laid) < len(areas):
        rest = areas[len(laid) :]
        row = rest[: _row(rest, min(free.width, free.height))]
        boxes, free = _along(free, row, last=len(row) == len(rest))
        laid += boxes
    by_place = dict(zip(order, laid, strict=True))
    return tuple(by_place[at] for at in range(len(sizes)))


def _row(areas: Sequence[float], side: float) -> int:
    """How many of the areas make the first row: one more, as long as the worst of them gets no worse."""
    total, worst = 0.0, float("inf")
    for number, area in enumerate(areas):
        total += area
        # Biggest first: the first and the last of the row are its extremes.
        worse = max(side**2 * areas[0] / total**2, total**2 / (side**2 * area)) if side and area else float("inf")
        if number and worse > worst:
            return number
        worst = worse
    return len(areas)


def _along(free: Box, row: Sequence[float], *, last: bool) -> tuple[list[Box], Box]:
    """A row along the shorter side, and what is free beside it; the last row takes all there is."""
    upright = free.width >= free.height
    side, other = (free.height, free.width) if upright else (free.width, free.height)
    total = sum(row)
    depth = other if last or not side else min(other, total / side)
    boxes, at = [], 0.0
    for area in row:
        share = side * area / total if total else 0.0
        if upright:
            boxes.append(Box(x=free.x, y=free.y + at, width=depth, height=share))
        else:
            boxes.append(Box(x=free.x + at, y=free.y, width=share, height=depth))
        at += share
    if upright:
        return boxes, Box(x=free.x + depth, y=free.y, width=other - depth, height=side)
    return boxes, Box(x=free.x, y=free.y + depth, width=side, height=other - depth)
