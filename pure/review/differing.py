"""Compares two golden plans: which decisions differ."""

from collections.abc import Callable

import msgspec

from pure.review.golden import GoldenDecision, GoldenPlan


class DecisionChanged(msgspec.Struct, frozen=True, kw_only=True):
    """One decision before and after; ``None`` where there was none, or is none any more."""

    name: str
    before: GoldenDecision | None
    after: GoldenDecision | None


def changed_decisions(before: GoldenPlan, after: GoldenPlan) -> tuple[DecisionChanged, ...]:
    """The decisions that differ, in the order of their names. Reasons alone don't count: they are words."""
    old = {"target": GoldenDecision(decided=before.target), **before.decisions}
    new = {"target": GoldenDecision(decided=after.target), **after.decisions}
    return tuple(
        DecisionChanged(name=name, before=old.get(name), after=new.get(name))
        for name in sorted(old.keys() | new.keys())
        if _what(old.get(name)) != _what(new.get(name))
    )


def hidden(changed: DecisionChanged, redact: Callable[[str], str]) -> DecisionChanged:
    """The same as it may be shown: ``redact`` takes credentials out of each text, before any form escapes them."""
    return DecisionChanged(
        name=redact(changed.name), before=_hidden(changed.before, redact), after=_hidden(changed.after, redact)
    )


def _hidden(decision: GoldenDecision | None, redact: Callable[[str], str]) -> GoldenDecision | None:
    if decision is None:
        return None
    because = tuple(map(redact, decision.because))
    return GoldenDecision(decided=redact(decision.decided), by=redact(decision.by), because=because)


def _what(decision: GoldenDecision | None) -> tuple[str, str] | None:
    return None if decision is None else (decision.decided, decision.by)
