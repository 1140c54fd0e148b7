"""Says counts, sizes and times the same way everywhere."""

import shlex
import textwrap
from collections.abc import Iterable


def count(number: int, noun: str, plural: str | None = None) -> str:
    """``1 file``, ``1,204 files``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def size(number: float) -> str:
    """A number of bytes in decimal units: ``1 byte``, ``812 bytes``, ``4.2 kB``, ``23.1 MB``."""
    if number < 1000:
        return count(int(number), "byte")
    for unit in ("kB", "MB"):
        number /= 1000
        if round(number, 1) < 1000:
            return f"{number:.1f} {unit}"
    return f"{number / 1000:.1f} GB"


def duration(seconds: float) -> str:
    """A time span: ``0.3 s``, ``12.4 s``, ``2 min 05 s``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"


def command(*words: str) -> str:
    """A command, or a part of one, as a shell takes it: whatever stands in a name stays in that."""
    return shlex.join(words)


def wrapped(line: str, *, width: int) -> tuple[str, ...]:
    """A line, broken between words where it is too long; a command in backticks is never broken."""
    parts = line.split("`")
    text = "`".join(part.replace(" ", "\0") if at % 2 else part for at, part in enumerate(parts))
    if len(line) <= width or line.startswith("  "):
        return (line,)
    broken = textwrap.wrap(text, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    return tuple(each.replace("\0", " ") for each in broken)


def listing(items: Iterable[str], *, width: int, indent: str) -> tuple[str, ...]:
    """Items separated by commas, wrapped into lines that start with ``indent``; an item is never broken."""
    text = ", ".join(item.replace(" ", "\0") for item in items)
    lines = textwrap.wrap(
        text,
        width=width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return tuple(line.replace("\0", " ") for line in lines)


def enumerated(items: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *others, last = items
    return f"{', '.join(others)} and {last}" if others else last


def shortened(text: str, limit: int) -> str:
    """A text of at most ``limit`` characters, which ends in ``…`` where something is left out."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
