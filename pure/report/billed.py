"""Says of what a build writes bills of materials (``pure.report.sboms``): a decision that only the layers decide."""

from collections.abc import Mapping
from typing import Final

from pure.build.bound import has_python
from pure.build.plan import Plan
from pure.layers.decision import Action
from pure.layers.names import PYTHON, VENV, HeavyLayerName, is_heavy
from pure.wording import count, enumerated

LAUNCH: Final = "launch"
"""The name of that of the whole image."""
BUILD: Final = "build"
"""The name of that of the tools, which the image doesn't have."""
_WHOLE: Final[Mapping[str, str]] = {LAUNCH: "the whole image", BUILD: "the build's tools"}
_FORMATS: Final = "CycloneDX 1.6 and SPDX 2.3"


def billed(plan: Plan) -> tuple[str, ...]:
    """What has one: layers by their names, the whole image, the build's tools."""
    there = [each.name for each in plan.layers if each.action is not Action.DROP]
    return (
        PYTHON,
        *(name for name in there if name == VENV),
        *sorted(filter(is_heavy, there)),
        *((LAUNCH,) if has_python(plan.layers) or plan.package_manager is not None else ()),
        *((BUILD,) if plan.package_manager is not None else ()),
    )


def bill_lines(plan: Plan) -> tuple[str, ...]:
    """The same, in one line."""
    names = billed(plan)
    heavy = sum(is_heavy(HeavyLayerName(name)) for name in names)
    parts = [name for name in names if name in (PYTHON, VENV)]
    parts += [count(heavy, "single distribution")] if heavy else []
    parts += [words for name, words in _WHOLE.items() if name in names]
    return (f"SBOMs: of {enumerated(parts)}, as {_FORMATS}",)
