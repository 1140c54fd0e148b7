"""When an environment is divided, and when a build needs what lies in layers of its own."""

import pytest
from pure.build.presence import decide_division
from pure.layers.decision import LayerTypes
from pure.python.requirers import Requirers
from pure.start.django import DjangoDecision
from pure.switches import BadSwitch

NO_DJANGO = DjangoDecision(manage=None, collect=False, because="")
COLLECTS = DjangoDecision(manage="manage.py", collect=True, because="")
SHY = DjangoDecision(manage="manage.py", collect=False, because="")


@pytest.mark.parametrize(
    ("variables", "django", "requirers", "divide", "cached"),
    [
        ({}, NO_DJANGO, Requirers(), True, False),
        ({"BP_PYTHON_DIVIDE": " "}, NO_DJANGO, Requirers(), True, False),
        ({"BP_PYTHON_DIVIDE": "yes"}, NO_DJANGO, Requirers(launch=True), True, False),
        ({"BP_PYTHON_DIVIDE": "off"}, COLLECTS, Requirers(build=True), False, False),
        ({"PIP_NO_BUILD_ISOLATION": "false"}, NO_DJANGO, Requirers(), False, False),
        ({"UV_NO_BUILD_ISOLATION_PACKAGE": "torch"}, NO_DJANGO, Requirers(), False, False),
        ({}, COLLECTS, Requirers(), True, True),
        ({}, SHY, Requirers(), True, False),
        ({}, NO_DJANGO, Requirers(build=True), True, True),
    ],
)
def test_presence(
    variables: dict[str, str], django: DjangoDecision, requirers: Requirers, divide: bool, cached: bool
) -> None:
    found = decide_division(variables, variables, django=django, requirers=requirers)
    assert not isinstance(found, BadSwitch)
    assert (found.divide, bool(found.at_hand)) == (divide, cached)
    assert found.because
    assert found.types == LayerTypes(build=False, launch=True, cache=cached)


def test_another_word_is_refused() -> None:
    found = decide_division({"BP_PYTHON_DIVIDE": "maybe"}, {}, django=NO_DJANGO, requirers=Requirers())
    assert found == BadSwitch(variable="BP_PYTHON_DIVIDE", value="maybe")
