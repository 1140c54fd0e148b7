"""Says what a platform has to do with a build's layers, what each part took, and at the end what happened."""

from collections.abc import Iterable, Mapping
from typing import Final

from pure.build.estimate import Estimate
from pure.build.plan import Plan
from pure.build.states import Done, Part
from pure.layers.cost import Amount, Cost, otherwise, pushed
from pure.layers.decision import Action
from pure.layers.moved import Moved, Work
from pure.layers.names import LayerName
from pure.report.billed import bill_lines
from pure.report.layer_lines import layer_names
from pure.wording import duration, enumerated, listing, size

DONE: Final[Mapping[Action, str]] = {
    Action.CREATE: "created",
    Action.KEEP: "kept",
    Action.RECREATE: "recreated",
    Action.RECONCILE: "reconciled",
    Action.DROP: "dropped",
}

# In the order in which they are told, for one layer and for several.
_WORK: Final[Mapping[Work, tuple[str, str]]] = {
    "left": ("left as the image has it", "left as the image has them"),
    "borrowed": ("unpacked for the build alone", "unpacked for the build alone"),
    "read": ("read again, unchanged", "read again, unchanged"),
    "reconciled": ("reconciled", "reconciled"),
    "changed": ("changed", "changed"),
    "again": ("exported again", "exported again"),
    "new": ("new", "new"),
    "gone": ("gone", "gone"),
    "cached": ("in the cache only", "in the cache only"),
}
# Those of which nothing is to be known but how many there are: nobody has anything to do with them, or every time.
_COUNTED: Final = ("left", "read", "cached")
_NAMED: Final = 3

_PARTS: Final[Mapping[Part, str]] = {
    "python": "Python",
    "tool": "",
    "resolving": "resolving",
    "reading": "reading",
    "installing": "installing",
    "bytecode": "bytecode",
    "checking": "checking",
    "layers": "layers",
    "commands": "build commands",
    "static": "static files",
    "trial": "trying imports",
    "packing": "packing",
}
_WORTH_TELLING: Final = 0.1  # seconds
TIME: Final = "Time: "
"""How the line with what each part took begins."""


def ending(done: Done, seconds: float) -> tuple[str, ...]:
    """The last lines of a build that took so many seconds."""
    told = (*moved_lines(done.moved), *foreseen_lines(done.foreseen, done.moved), *bill_lines(done.plan), *_time(done))
    return ("", *told, _summary(done.plan, duration(seconds)))


def moved_lines(moved: Iterable[Moved]) -> tuple[str, ...]:
    """What the platform has to do with the layers, in one line; none where there are none."""
    by_work: dict[Work, list[Moved]] = {}
    for each in moved:
        by_work.setdefault(each.work, []).append(each)
    parts = (_work(work, by_work[work]) for work in _WORK if work in by_work)
    return (f"Layers: {', '.join(parts)}",) if by_work else ()


def foreseen_lines(foreseen: tuple[Moved, ...], moved: Iterable[Moved]) -> tuple[str, ...]:
    """How right the plan was about what has to be pushed; nothing of a first build, where it foresaw nothing."""
    if not foreseen:
        return ()
    before, came = pushed(foreseen), pushed(moved)
    if otherwise(before, came):
        return (f"Foreseen, before compression: {_pushed(before)}; was: {_pushed(came)}",)
    return (f"As foreseen, before compression: {_pushed(came)}" if came.layers else f"As foreseen: {_pushed(came)}",)


def cost_lines(cost: Cost | None) -> tuple[str, ...]:
    """What a build is going to cost, in one line."""
    if cost is None:
        return ()
    parts = ((cost.restored, "restore"), (cost.moved, "move"), (cost.pushed, "push"))
    return (f"Costs: {', '.join(f'{_amount(amount)} to {verb}' for amount, verb in parts)}",)


def _pushed(amount: Amount) -> str:
    if not amount.layers:
        return "nothing to push"
    names = list(amount.layers)
    if amount.unknown == amount.layers:
        return f"{_amount(amount)} to push"
    named = enumerated(names) if len(names) <= _NAMED else f"{len(names)} layers"
    return f"{_amount(amount)} to push ({named})"


def _amount(amount: Amount) -> str:
    if not amount.layers:
        return "nothing"
    if amount.unknown == amount.layers:
        return enumerated(amount.layers) if len(amount.layers) <= _NAMED else f"{len(amount.layers)} layers"
    without = f" without {enumerated(amount.unknown)}" if amount.unknown else ""
    return f"{'up to about ' if amount.most else ''}{size(amount.nbytes)}{without}"


def estimate_lines(estimate: Estimate | None, width: int) -> tuple[str, ...]:
    """Which distributions will likely get layers of their own."""
    if estimate is None:
        return ()
    each = (f"{one.name} {one.version} (about {round(one.nbytes / 1_000_000):,} MB)" for one in estimate.likely)
    return (
        f"  Likely in layers of their own, by the sizes of their wheels in {estimate.lock}:",
        *listing(each, width=width, indent="    "),
    )


def _work(work: Work, moved: list[Moved]) -> str:
    names = [each.layer for each in moved]
    one, several = _WORK[work]
    many = len(names) > 1
    named = str(len(names)) if (many and work in _COUNTED) or len(names) > _NAMED else enumerated(names)
    return f"{named} {several if many else one}{_sizes(moved) if work != 'cached' else ''}"


def _sizes(moved: list[Moved]) -> str:
    """How large layers are together; those of which that isn't known are named, unless they are all of them."""
    known = [each.nbytes for each in moved if each.nbytes is not None]
    if not known:
        return ""
    unknown = [each.layer for each in moved if each.nbytes is None]
    return f" ({size(sum(known))}{f' without {enumerated(unknown)}' if unknown else ''})"


def _time(done: Done) -> tuple[str, ...]:
    """What the parts took, but for those that took next to nothing."""
    tool = done.plan.package_manager.manager.tool.title if done.plan.package_manager else ""
    spent = ((words or tool, done.spent.get(part, 0.0)) for part, words in _PARTS.items())
    told = [f"{words} {duration(seconds)}" for words, seconds in spent if seconds >= _WORTH_TELLING]
    return (f"{TIME}{', '.join(told)}",) if told else ()


def _summary(plan: Plan, seconds: str) -> str:
    """The last line: what happened to each layer."""
    by_action: dict[str, list[LayerName]] = {}
    for layer in plan.layers:
        by_action.setdefault(DONE[layer.action], []).append(layer.name)
    summary = "; ".join(f"{verb} {layer_names(names)}" for verb, names in by_action.items())
    return f"Done in {seconds}: {summary}"
