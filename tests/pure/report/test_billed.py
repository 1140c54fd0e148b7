"""What a build says of its bills of materials: that it writes those, and no others."""

from hypothesis import given
from pure.build.facts import Facts
from pure.report.billed import bill_lines, billed
from pure.report.sboms import bills
from pure.venv.resolved import ResolvedSet
from pure.venv.state import VenvState

from tests.strategies_plan import facts, planned


@given(facts())
def test_those_are_named_that_are_written(found: Facts) -> None:
    plan = planned(found)
    pins = {"pip": found.pip_pin, **found.tool_pins}
    assert billed(plan) == tuple(bill.name for bill in bills(plan, VenvState(resolved=ResolvedSet()), pins))
    (line,) = bill_lines(plan)
    assert line == "SBOMs: of python, venv, the whole image and the build's tools, as CycloneDX 1.6 and SPDX 2.3"
