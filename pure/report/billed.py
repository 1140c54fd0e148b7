"""Says of what a build writes bills of materials (``pure.report.sboms``): a decision that only the layers decide."""

from typing import Final

from pure.build.plan import Plan
from pure.layers.decision import Action
from pure.layers.names import PYTHON, VENV, is_heavy
from pure.wording import count

LAUNCH: Final = "launch"
"""The name of that of the whole image."""
BUILD: Final = "build"
"""The name of that of the tools, which the image doesn't have."""
_FORMATS: Final = "CycloneDX 1.6 and SPDX 2.3"


def billed(plan: Plan) -> tuple[str, ...]:
    """What has one: layers by their names, the whole image, the build's tools."""
    there = [each for each in plan.layers if each.action is not Action.DROP]
    python = plan.layer(PYTHON)
    runs = python is not None and python.types is not None and python.types.launch
    return (
        PYTHON,
        *(each.name for each in there if each.name == VENV),
        *sorted(each.name for each in there if is_heavy(each.name)),
        *((LAUNCH,) if runs or plan.package_manager is not None else ()),
        *((BUILD,) if plan.package_manager is not None else ()),
    )


def bill_lines(plan: Plan) -> tuple[str, ...]:
    """The same, in one line."""
    names = billed(plan)
    heavy = sum(name.startswith("dist-") for name in names)
    parts = [name for name in names if name in (PYTHON, VENV)]
    parts += [count(heavy, "single distribution")] if heavy else []
    parts += ["the whole image"] if LAUNCH in names else []
    parts += ["the build's tools"] if BUILD in names else []
    listed = " and ".join(each for each in (", ".join(parts[:-1]), parts[-1]) if each)
    return (f"SBOMs: of {listed}, as {_FORMATS}",)
