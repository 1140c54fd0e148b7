"""Says what became of each binding, by its name and type alone."""

from collections.abc import Mapping
from typing import Final

from pure.build.plan import Plan
from pure.layers.decision import Action
from pure.layers.names import CERTIFICATES
from pure.report.layer_lines import layer_lines

_LONGEST: Final = 60


def binding_lines(plan: Plan, tense: Mapping[Action, str], width: int) -> tuple[str, ...]:
    """A block of the log, a line for each binding with one reason; none where nothing is bound."""
    lines: list[str] = []
    for each in plan.bindings:
        called = f"  {each.name[:_LONGEST]}" + (f" ({each.kind[:_LONGEST]})" if each.kind else "")
        together = f"{called}: {'; '.join(each.because)}"
        lines += [together] if len(together) <= width else [f"{called}:", *(f"    {reason}" for reason in each.because)]
    layer = plan.present(CERTIFICATES)
    lines += layer_lines(layer, tense) if layer is not None else ()
    return ("", "Bindings", *lines) if lines else ()
