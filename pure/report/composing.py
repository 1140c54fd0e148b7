"""Says what other buildpacks get of a build: to people, and to the platform (specification, build.toml)."""

from typing import Any

from pure.build.composing import Composition
from pure.build.plan import Plan
from pure.python.requirers import RequiredName


def build_toml(plan: Plan) -> dict[str, Any]:
    """The document for ``build.toml``: the names that are left to the next buildpack which provides them, if any."""
    names = [{"name": each.name} for each in plan.composition.unmet]
    return {"unmet": names} if names else {}


def composition_lines(composition: Composition) -> tuple[str, ...]:
    """What they require, and what of it they don't get."""
    given = (f"  {each.name}: required{_when(each)}" for each in composition.given)
    unmet = (f"  Warning: {each.name} is not provided: {each.because}" for each in composition.unmet)
    lines = (*given, *unmet)
    return ("", "For other buildpacks", *lines) if lines else ()


def _when(required: RequiredName) -> str:
    times = [word for word in ("build", "launch") if getattr(required, word)]
    return f" at {' and '.join(times)}" if times else ""
