"""Says what was measured: a document for programs, a table for people."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tools.rebuild.measured import Measured
from tools.rebuild.play import VARIANTS

ONE, OTHER = VARIANTS
COLUMNS: Mapping[str, tuple[str, str]] = {
    "seconds": ("seconds", "{:.1f}"),
    "restored MB": ("restored_bytes", "{:.1f}"),
    "restored files": ("restored_files", "{:,.0f}"),
    "tarred MB": ("tarred_bytes", "{:.1f}"),
    "new MB": ("new_bytes", "{:.2f}"),
    "uploaded MB": ("uploaded_bytes", "{:.2f}"),
}

Results = Mapping[str, Mapping[str, Measured]]


def document(results: Results) -> list[dict[str, Any]]:
    """Each row with all that was measured, its figures, and their ratios where there is something to divide by."""
    return [
        {
            "row": row,
            **{variant: {**each.figures(), **msgspec.to_builtins(each)} for variant, each in variants.items()},
            "ratios": ratios(variants[ONE].figures(), variants[OTHER].figures()),
        }
        for row, variants in results.items()
    ]


def ratios(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float | None]:
    """Each figure as a part of the other's; none where that is 0."""
    return {name: round(one[name] / other[name], 4) if other[name] else None for name in one}


def table(results: Results) -> list[str]:
    """Lines: of each figure what it is divided, what undivided, and the ratio."""
    head = ["", *COLUMNS]
    body = []
    for row, variants in results.items():
        one, other = variants[ONE].figures(), variants[OTHER].figures()
        parts = ratios(one, other)
        cells = [row]
        for name, pattern in COLUMNS.values():
            scale = 1e6 if name.endswith("_bytes") else 1
            ratio = parts[name]
            said = "" if ratio is None else f" ({ratio:.2f})"
            cells.append(f"{pattern.format(one[name] / scale)} / {pattern.format(other[name] / scale)}{said}")
        body.append(cells)
    return aligned(head, body)


def phases(results: Results) -> list[str]:
    """Lines: of each row where the seconds went, divided and undivided."""
    names = list(
        dict.fromkeys(name for variants in results.values() for each in variants.values() for name in each.phases)
    )
    body = []
    for row, variants in results.items():
        one, other = (variants[variant].phases for variant in (ONE, OTHER))
        body.append([row, *(f"{one.get(name, 0):.1f} / {other.get(name, 0):.1f}" for name in names)])
    return aligned(["seconds of", *names], body)


def aligned(head: Sequence[str], body: Sequence[Sequence[str]]) -> list[str]:
    """A table: the first column begins at the left, the others end at the right."""
    widths = [max(len(line[column]) for line in (head, *body)) for column in range(len(head))]
    return [
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
        )
        for line in (head, *body)
    ]
