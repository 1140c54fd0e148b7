"""Defines what is shown of something in parts: headings, lines and tables, for a terminal or as plain text.

A view says no colours and no widths: a terminal draws ``share`` as a bar, plain text leaves it out.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from pure.visible import visible


class ViewRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a table."""

    cells: tuple[str, ...]
    share: float = 0
    """How much of the largest it is, from 0 to 1."""


class ViewTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table: numbers are those columns that stand at the right, the last column is text of any length."""

    heads: tuple[str, ...]
    rows: tuple[ViewRow, ...]
    numbers: frozenset[int] = frozenset()

    @property
    def filled(self) -> "ViewTable":
        """The table without columns that have nothing, but the last."""
        last = len(self.heads) - 1
        kept = [at for at in range(last + 1) if at == last or any(row.cells[at] for row in self.rows)]
        return ViewTable(
            heads=tuple(self.heads[at] for at in kept),
            rows=tuple(ViewRow(cells=tuple(row.cells[at] for at in kept), share=row.share) for row in self.rows),
            numbers=frozenset(new for new, at in enumerate(kept) if at in self.numbers),
        )


class ViewPart(msgspec.Struct, frozen=True, kw_only=True):
    """A part: its heading, lines below that, a table below those."""

    heading: str
    lines: tuple[str, ...] = ()
    table: ViewTable | None = None

    @property
    def filled(self) -> ViewTable | None:
        """The table, where it has anything: without rows its heads say nothing."""
        return self.table.filled if self.table is not None and self.table.rows else None


_GAP: Final = "  "


def plain_lines(parts: Iterable[ViewPart]) -> Iterator[str]:
    """The parts as plain text."""
    for number, part in enumerate(parts):
        if number:
            yield ""
        yield visible(part.heading)
        yield from (f"  {visible(line)}" for line in part.lines)
        if part.filled is not None:
            yield from _table(part.filled)


def _table(table: ViewTable) -> Iterator[str]:
    for cells in _placed(table):
        yield f"  {_GAP.join(cells)}".rstrip()


def narrow_lines(table: ViewTable) -> Iterator[str]:
    """A table for few columns: what stands last in a row, of any length, has a line of its own below that."""
    lasts = (visible(row.cells[-1]) for row in table.rows)
    heads, *rows = _placed(table)
    yield _GAP.join(heads[:-1]).rstrip()
    for cells, last in zip(rows, lasts, strict=True):
        yield _GAP.join(cells[:-1]).rstrip()
        if last:
            yield f"{_GAP}{visible(table.heads[-1])}: {last}"


def columns(table: ViewTable) -> tuple[int, ...]:
    """How wide each column is."""
    return tuple(map(len, next(_placed(table), ())))


def _placed(table: ViewTable) -> Iterator[tuple[str, ...]]:
    """Heads and rows, each cell as wide as its column."""
    rows = [tuple(map(visible, cells)) for cells in (table.heads, *(row.cells for row in table.rows))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for cells in rows:
        yield tuple(
            cell.rjust(width) if at in table.numbers else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
