"""Says how two images, builds or plans differ: to people, and as Markdown for a comment."""

import shlex
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pure.image.difference import Become, ComparedLayer, ComparedSide, Comparison, Decision, Version
from pure.image.manifest import LAMINA, Owner
from pure.image.side import DecidedValue, Kind
from pure.texts import whole_json
from pure.views.explained import written
from pure.views.markdown import escaped
from pure.views.previous import moving_words
from pure.wording import count, shortened, size

_WIDTH: Final = 112
_LEAST: Final = 16
_COLUMN: Final = 42
_LABEL: Final = 22
_LONGEST: Final = 400

_KINDS: Final[Mapping[Kind, str]] = {
    "target": "target",
    "distro": "distribution of Linux",
    "buildpack": "buildpack",
    "python": "Python",
    "manager": "package manager",
    "process": "process",
    "command": "process",
    "default": "default process",
    "entrypoint": "entrypoint",
    "cmd": "arguments (CMD)",
    "user": "user",
    "workdir": "working folder",
    "port": "port",
    "sets": "set for process",
    "groups": "dependency groups",
    "extras": "extras",
    "build": "build command",
    "static": "static files",
    "folder": "folder of static files",
    "division": "division over layers",
    "layer": "layer",
    "heavy": "own layer",
    "variable": "variable",
    "label": "label",
    "asked": "label",
}
BECOME: Final[Mapping[Become, str]] = {
    "changed": "changed",
    "new": "new",
    "recompressed": "compressed otherwise",
    "gone": "gone",
    "same": "the same",
}
_OWNERS: Final[Mapping[Owner, str]] = {
    Owner.BASE: "run image",
    Owner.BUILDPACK: "buildpack",
    Owner.APPLICATION: "application",
    Owner.LIFECYCLE: "lifecycle",
    Owner.UNKNOWN: "layer",
}
_COMMANDS: Final[frozenset[Kind]] = frozenset({"process", "command", "entrypoint", "cmd"})
_SAME: Final[Mapping[bool, str]] = {
    False: "Nothing differs of what is known of both",
    True: "Different: the manifests alone, in what isn't compared (times, volumes, health checks, the order of layers)",
}


def comparison_lines(compared: Comparison, *, width: int = _WIDTH) -> tuple[str, ...]:
    """What differs, for people; decisions stand in columns for a terminal of this ``width``."""
    return (
        f"Before: {_side(compared.before)}",
        f"After:  {_side(compared.after)}",
        *headline(compared),
        *_decision_lines(compared, max(_LEAST, (width - _LABEL) // 2 - 3)),
        *_distribution_lines(compared),
        *_layer_lines(compared),
        *(("", "Not known", *(f"  {line}" for line in unknown)) if (unknown := not_known(compared)) else ()),
    )


def comparison_markdown(compared: Comparison) -> tuple[str, ...]:
    """What differs, as Markdown."""
    unknown = not_known(compared)
    return (
        f"**{escaped(_side(compared.before))} → {escaped(_side(compared.after))}**",
        "",
        *(f"- {escaped(line)}" for line in headline(compared)),
        *_markdown_table(
            ("Decision", "Before", "After"),
            (
                (
                    escaped(decision_name(each)),
                    _choice_cell(each.kind, each.before),
                    _choice_cell(each.kind, each.after),
                )
                for each in compared.decisions
            ),
        ),
        *_markdown_table(
            ("Distribution", "Before", "After"),
            ((escaped(each.name), escaped(each.before), escaped(each.after)) for each in compared.distributions or ()),
        ),
        *_markdown_table(
            ("Layer", "", "Moves"),
            ((escaped(layer_name(each)), BECOME[each.become], _layer_size(each)) for each in _differing(compared)),
        ),
        *(("", "Not known", "", *(f"- {escaped(line)}" for line in unknown)) if unknown else ()),
    )


def encode_comparison(compared: Comparison) -> bytes:
    """The comparison as JSON, indented, with a final newline."""
    return whole_json(compared)


def headline(compared: Comparison) -> tuple[str, ...]:
    """What differs by numbers, and what has to be moved."""
    decided = sum(not each.for_other_reasons for each in compared.decisions)
    parts = [
        *_counted(decided, len(compared.decisions) - decided),
        *((count(len(compared.distributions), "distribution"),) if compared.distributions else ()),
        *((count(len(_differing(compared)), "layer"),) if _differing(compared) else ()),
    ]
    said = f"Different: {', '.join(parts)}" if parts else _SAME[compared.otherwise]
    if compared.moving is None:
        return (said,)
    return (said, f"To push, and to pull on a node that has the former: {moving_words(compared.moving)}")


def _counted(decided: int, reasons: int) -> Iterator[str]:
    if decided:
        yield count(decided, "decision")
    if reasons:
        yield f"the reasons of {count(reasons, 'decision')}"


def _side(side: ComparedSide) -> str:
    return f"{side.name} ({side.digest[:19]})" if side.digest else side.name


def decision_name(decision: Decision) -> str:
    """What was decided, in words."""
    return f"{_KINDS[decision.kind]} {decision.name}".rstrip()


def _decision_lines(compared: Comparison, column: int) -> Iterator[str]:
    if not compared.decisions:
        return
    yield from ("", "Decisions")
    for each in compared.decisions:
        before, after = (_column(each.kind, choice, column) for choice in (each.before, each.after))
        yield from _row(decision_name(each), before, after, column)


def _column(kind: Kind, choice: DecidedValue | None, width: int) -> list[str]:
    if choice is None:
        return ["(none)"]
    return [
        *textwrap.wrap(choice_shown(kind, choice), width),
        *(line for reason in choice.because for line in _wrapped(shortened(reason, _LONGEST), width)),
    ]


def _wrapped(reason: str, width: int) -> list[str]:
    return textwrap.wrap(reason, width, initial_indent="  ", subsequent_indent="    ")


def _row(label: str, before: list[str], after: list[str], column: int) -> Iterator[str]:
    labels = textwrap.wrap(label, _LABEL)
    if any(len(word) > _LABEL for word in label.split()):
        # A name that has to stay whole has a line of its own.
        yield f"  {label}"
        labels = []
    for at in range(max(len(labels), len(before), len(after))):
        cells = (each[at] if at < len(each) else "" for each in (labels, before, after))
        yield "  {:{}}  {:{}}  {}".format(next(cells), _LABEL, next(cells), column, next(cells)).rstrip()


def _distribution_lines(compared: Comparison) -> Iterator[str]:
    if not compared.distributions:
        return
    yield from ("", "Distributions")
    yield from (f"  {_version(each)}" for each in compared.distributions)
    if compared.same_distributions:
        yield f"  = {count(compared.same_distributions, 'distribution')} the same"


def _version(each: Version) -> str:
    if not each.before:
        return f"+ {each.name} {each.after}"
    return f"~ {each.name} {each.before} → {each.after}" if each.after else f"- {each.name} {each.before}"


def _differing(compared: Comparison) -> list[ComparedLayer]:
    """The layers that differ, in the order of ``BECOME``."""
    found = [each for each in compared.layers or () if each.become != "same"]
    return sorted(found, key=lambda each: list(BECOME).index(each.become))


def _layer_lines(compared: Comparison) -> Iterator[str]:
    differing = _differing(compared)
    if not differing:
        return
    yield from ("", "Layers")
    for each in differing:
        yield f"  {layer_name(each):{_COLUMN}}  {BECOME[each.become]:20}  {_layer_size(each)}".rstrip()
    same = len(compared.layers or ()) - len(differing)
    if same:
        yield f"  = {count(same, 'layer')} the same"


def layer_name(layer: ComparedLayer) -> str:
    """What people call a layer."""
    if layer.owner is Owner.BUILDPACK:
        return layer.name if layer.buildpack == LAMINA else f"{layer.buildpack}: {layer.name}"
    owner = _OWNERS[layer.owner]
    return f"{owner}: {layer.name}" if layer.name else f"{owner} {(layer.after or layer.before)[:19]}"


def _layer_size(layer: ComparedLayer) -> str:
    if layer.become == "gone":
        return ""
    if layer.nbytes is None:
        return "size unknown"
    return f"{size(layer.nbytes)}{' uncompressed' if layer.uncompressed else ''}"


def not_known(compared: Comparison) -> list[str]:
    """What couldn't be compared, each one clause."""
    one, other = compared.before.unknown, compared.after.unknown
    of = dict.fromkeys(one, " (before)") | {each: "" if each in one else " (after)" for each in other}
    told = [f"{each.what}{side}: {each.because}" for each, side in of.items()]
    if compared.not_compared:
        kinds = dict.fromkeys(_KINDS[kind] for kind in compared.not_compared)
        told.append(f"told of one side only: {', '.join(kinds)}")
    return told


def _markdown_table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    found = list(rows)
    if found:
        yield from ("", f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}")
        yield from (f"| {' | '.join(cells)} |" for cells in found)


def choice_shown(kind: Kind, choice: DecidedValue) -> str:
    """What was chosen, as people read it."""
    text = choice.shown or choice.value
    text = written(tuple(shlex.split(text))) if kind in _COMMANDS else text
    return shortened(text, _LONGEST) or ("(decided at the start)" if kind == "sets" else "(empty)")


def _choice_cell(kind: Kind, choice: DecidedValue | None) -> str:
    if choice is None:
        return "(none)"
    value = f"**{escaped(choice_shown(kind, choice))}**"
    return "<br>".join((value, *(escaped(shortened(each, _LONGEST)) for each in choice.because)))
