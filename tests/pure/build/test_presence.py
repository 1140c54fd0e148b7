"""When an environment is divided, and when a build needs what lies in layers of its own."""

import pytest
from pure.build.presence import contents_needed, decide_division, decide_packing
from pure.layers.decision import LayerTypes
from pure.layers.heavy import Division
from pure.layers.packing import Packing
from pure.manager.table import MANAGERS, ManagerName
from pure.python.requirers import Requirers
from pure.start.django import DjangoDecision
from pure.switches import BadSwitch
from pure.venv.build_settings import isolation_setting

from tests.documents import documents

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
        ({}, COLLECTS, Requirers(), True, True),
        ({}, SHY, Requirers(), True, False),
        ({}, NO_DJANGO, Requirers(build=True), True, True),
    ],
)
def test_presence(
    variables: dict[str, str], django: DjangoDecision, requirers: Requirers, divide: bool, cached: bool
) -> None:
    needed = contents_needed(django, requirers)
    packing = decide_packing(requirers)
    found = decide_division(variables, isolation="", needed=needed, packing=packing)
    assert not isinstance(found, BadSwitch)
    assert packing.pack is not requirers.build
    assert (found.divide, bool(found.at_hand)) == (divide, cached)
    cached = cached and requirers.build
    assert found.because
    assert found.types == LayerTypes(build=False, launch=True, cache=cached)


def test_another_word_is_refused() -> None:
    found = decide_division({"BP_PYTHON_DIVIDE": "maybe"}, isolation="", needed="", packing=Packing(pack=True))
    assert found == BadSwitch(variable="BP_PYTHON_DIVIDE", value="maybe")


@pytest.mark.parametrize(
    ("manager", "variables", "text", "named"),
    [
        ("pip", {"PIP_NO_BUILD_ISOLATION": "false"}, "", "PIP_NO_BUILD_ISOLATION"),
        ("uv", {"UV_NO_BUILD_ISOLATION_PACKAGE": "torch"}, "", "UV_NO_BUILD_ISOLATION_PACKAGE"),
        ("uv", {}, '[tool.uv]\nno-build-isolation-package = ["x"]\n', "pyproject.toml.no-build-isolation-package"),
        ("pdm", {"PDM_BUILD_ISOLATION": "no"}, "", "PDM_BUILD_ISOLATION"),
        ("pdm", {}, '[tool.pdm.options]\nsync = ["--no-isolation"]\n', "pyproject.toml.options.sync"),
        ("pdm", {}, '[tool.pdm.options]\nsync = ["--no-self"]\n', ""),
        # What only the tool reads may say it, too; pip's files are read.
        ("uv", {"UV_CONFIG_FILE": "conf/uv.toml"}, "", "UV_CONFIG_FILE"),
        ("pdm", {"PDM_CONFIG_FILE": "/conf"}, "", "PDM_CONFIG_FILE"),
        ("poetry", {"POETRY_CONFIG_DIR": "/conf"}, "", "POETRY_CONFIG_DIR"),
        ("uv", {"UV_CONFIG_FILE": "", "PDM_CONFIG_FILE": "/conf"}, "", ""),
        ("pip", {"PIP_CONFIG_FILE": "/conf"}, "", ""),
        ("uv", {"UV_NO_BINARY": "1"}, "[tool.uv]\nno-build = true\n", ""),
    ],
)
def test_builds_that_may_need_what_is_installed_are_seen(
    manager: ManagerName, variables: dict[str, str], text: str, named: str
) -> None:
    found = isolation_setting(
        MANAGERS[manager], variables, texts=documents({"pyproject.toml": text.encode()}), above={}
    )
    assert found == named
    decided = decide_division({}, isolation=found, needed="", packing=Packing(pack=True))
    assert isinstance(decided, Division)
    assert decided.divide is not bool(named)
