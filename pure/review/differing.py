"""Compares two golden plans: which decisions differ."""

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


def _what(decision: GoldenDecision | None) -> tuple[str, str] | None:
    return None if decision is None else (decision.decided, decision.by)
