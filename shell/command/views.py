"""Prints views: with bars and colours on a terminal, as plain text elsewhere."""

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pure.views.parts import ViewPart, ViewTable, columns, narrow_lines, plain_lines

from shell.output import Output

if TYPE_CHECKING:
    from rich.padding import Padding
    from rich.table import Table

_BAR = 8
_INDENT = _GAP = 2
# Of the last column, whose words may be on several lines.
_LEAST = 24
_PARTS = " ▏▎▍▌▋▊▉█"


def print_view(parts: Iterable[ViewPart], output: Output) -> None:
    """Print a view. On a terminal ``NO_COLOR`` leaves the colours out; bars stay."""
    if not sys.stdout.isatty():
        output.lines(plain_lines(parts))
        return
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False)
    for number, part in enumerate(parts):
        if number:
            console.print()
        console.print(Text(output.shown(part.heading), style="bold"))
        lines = map(output.shown, part.lines)
        pieces = _drawn(part.filled, output, console.width) if part.filled is not None else ()
        for piece in (*map(_indented, lines), *pieces):
            console.print(Padding(piece, (0, 0, 0, _INDENT), expand=False))


def _indented(line: str) -> "Padding":
    """A line that keeps its own indentation where it goes on below."""
    from rich.padding import Padding
    from rich.text import Text

    words = line.lstrip(" ")
    return Padding(Text(words, overflow="fold"), (0, 0, 0, len(line) - len(words)), expand=False)


def _drawn(table: ViewTable, output: Output, width: int) -> "Iterator[Table | Padding]":
    """A table; where a terminal hasn't room for its columns, its rows without bars, which break and lose nothing."""
    *others, last = columns(table)
    if _INDENT + sum(each + _GAP for each in others) + _BAR + _GAP + min(last, _LEAST) <= width:
        yield _table(table, output)
    else:
        yield from (_indented(output.shown(line)) for line in narrow_lines(table))


def _table(table: ViewTable, output: Output) -> "Table":
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim")
    last = len(table.heads) - 1
    for at, head in enumerate(table.heads):
        if at == last:
            drawn.add_column("", width=_BAR, no_wrap=True)
        drawn.add_column(head, justify="right" if at in table.numbers else "left", no_wrap=at != last, overflow="fold")
    for row in table.rows:
        cells = [Text(output.shown(cell)) for cell in row.cells]
        drawn.add_row(*cells[:last], Text(bar(row.share), style="cyan"), cells[last])
    return drawn


def bar(share: float, width: int = _BAR) -> str:
    """A bar whose length is a share of ``width``, in eighths of a character."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    if share > 0:
        eighths = max(1, eighths)
    whole, rest = divmod(eighths, 8)
    return "█" * whole + (_PARTS[rest] if rest else "")
