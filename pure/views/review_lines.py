"""Says in which decisions a plan differs from the golden one: as a table for terminals, as Markdown, and as JSON."""

import textwrap
from collections.abc import Sequence
from itertools import zip_longest
from typing import Final, Literal, TypeAlias

import msgspec

from pure.review.differing import DecisionChanged
from pure.review.golden import GoldenDecision
from pure.texts import whole_json
from pure.views.markdown import code, escaped
from pure.wording import command, count

Lines: TypeAlias = tuple[str, ...]
Written: TypeAlias = Literal["created", "changed", "unchanged"]

_NAME: Final = 24
_COLUMN: Final = 41
_NONE: Final = "(none)"


class CheckRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What ``lamina plan --check --json`` prints: the decisions that differ, if any does."""

    schema: int = 1
    file: str
    differs: bool
    differences: tuple[DecisionChanged, ...]


class WriteRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What ``lamina plan --write --json`` prints: what became of the file, and which of its decisions changed."""

    schema: int = 1
    file: str
    written: Written
    differences: tuple[DecisionChanged, ...]


def encode_check(file: str, changed: Sequence[DecisionChanged]) -> bytes:
    """The result of a check as JSON."""
    return whole_json(CheckRecord(file=file, differs=bool(changed), differences=tuple(changed)))


def encode_written(file: str, written: Written, changed: Sequence[DecisionChanged]) -> bytes:
    """What was written as JSON."""
    return whole_json(WriteRecord(file=file, written=written, differences=tuple(changed)))


def check_lines(file: str, changed: Sequence[DecisionChanged], *, renew: Sequence[str]) -> Lines:
    """The result of a check as a table; ``renew`` is the command that would accept it."""
    if not changed:
        return (f"{file}: no decision differs",)
    return (
        f"{file}: {_differ(changed)}",
        "",
        *_table(changed),
        "If this is meant, write it anew, and commit it:",
        f"  {command(*renew)}",
    )


def written_lines(file: str, written: Written, changed: Sequence[DecisionChanged], decisions: int) -> Lines:
    """What became of the file; of one that was there before, what changed in it."""
    match written:
        case "created":
            return (f"Created {file}: {count(decisions, 'decision')}",)
        case "unchanged":
            return (f"Unchanged: {file}",)
        case "changed" if not changed:
            return (f"Changed {file}: reasons only, no decision",)
        case "changed":
            return (f"Changed {file}: {_differ(changed)}", "", *_table(changed)[:-1])


def check_markdown(file: str, changed: Sequence[DecisionChanged], *, renew: Sequence[str]) -> Lines:
    """The result of a check as a comment of a pull request."""
    if not changed:
        return (f"**{escaped(file)}**: no decision differs",)
    return (
        f"### {escaped(file)}: {_differ(changed)}",
        "",
        "| decision | before | after |",
        "|---|---|---|",
        *(f"| {escaped(each.name)} | {_cell(each.before)} | {_cell(each.after)} |" for each in changed),
        "",
        f"If this is meant, write it anew, and commit it: {code(command(*renew))}",
    )


def _differ(changed: Sequence[DecisionChanged]) -> str:
    return f"{count(len(changed), 'decision')} {'differs' if len(changed) == 1 else 'differ'}"


def _table(changed: Sequence[DecisionChanged]) -> Lines:
    lines = [_row("Decision", "before", "after")]
    for each in changed:
        columns = (_wrapped((each.name,), _NAME), _told(each.before), _told(each.after))
        lines += (_row(*cells) for cells in zip_longest(*columns, fillvalue=""))
        lines.append("")
    return tuple(lines)


def _row(name: str, before: str, after: str) -> str:
    return f"  {name:<{_NAME}}  {before:<{_COLUMN}}  {after}".rstrip()


def _told(decision: GoldenDecision | None) -> list[str]:
    if decision is None:
        return [_NONE]
    by = f" ({decision.by})" if decision.by else ""
    return [*_wrapped((f"{decision.decided}{by}",), _COLUMN), *_wrapped(decision.because, _COLUMN, indent="  ")]


def _wrapped(texts: Sequence[str], width: int, *, indent: str = "") -> list[str]:
    return [
        line
        for text in texts
        for line in textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=f"{indent}  ") or [""]
    ]


def _cell(decision: GoldenDecision | None) -> str:
    if decision is None:
        return _NONE
    by = f" ({escaped(decision.by)})" if decision.by else ""
    return "<br>".join((f"{code(decision.decided)}{by}", *map(escaped, decision.because)))
