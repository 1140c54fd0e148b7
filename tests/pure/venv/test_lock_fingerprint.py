"""What a lock leaves open, and what counts of it."""

import pytest
from hypothesis import given, settings
from pure.build.facts import Facts
from pure.layers.decision import Action

from tests.strategies_locked import FIRST, LOCKED, LOCKS, locked, with_other_version, with_variables
from tests.strategies_plan import after, facts, planned

# Markers as the tools write them into their locks, and whether they tell releases of one minor version apart.
MARKERS = {
    b"marker = \"python_full_version < '3.11.3'\"": True,
    b'markers = "python_full_version < \\"3.11.3\\""': True,
    b'"markers": "python_full_version <= \'3.13.12\'"': True,
    b"marker = \"'3.11.3' > python_full_version\"": True,
    b"marker = \"implementation_version >= '3.12'\"": True,
    b"marker = \"python_full_version >= '3.12'\"": False,
    b"marker = \"python_full_version < '3.14.0'\"": False,
    b"marker = \"python_version < '3.11'\"": False,
    b'version = "3.11.3"': False,
}


@pytest.mark.parametrize("marker", MARKERS, ids=range(len(MARKERS)))
@settings(max_examples=4, deadline=None)
@given(first=facts(bound=False))
def test_a_patch_of_python_counts_where_a_marker_asks_for_it(marker: bytes, first: Facts) -> None:
    first = locked(first, "uv", LOCKS["uv"][0] + b"# " + marker + b"\n")
    now = planned(with_other_version(after(first, planned(first)), minor=False)).layer("venv")
    assert now is not None
    assert now.action is (Action.RECONCILE if MARKERS[marker] else Action.KEEP)


@pytest.mark.parametrize("manager", LOCKED)
def test_a_setting_that_names_an_unknown_file_leaves_open_what_is_installed(manager: str) -> None:
    variable = {"uv": "UV_CONFIG_FILE", "pylock": "UV_CONSTRAINT", "poetry": "POETRY_CONFIG_DIR"}
    variable |= {"pipenv": "PIP_CONSTRAINT", "pdm": "PDM_CONFIG_FILE"}
    first = with_variables(locked(FIRST, manager), **{variable[manager]: "ci/file"})
    again = planned(after(first, planned(first))).layer("venv")
    assert again is not None
    assert again.action is Action.RECONCILE
    assert f"${variable[manager]} names a file, whose contents aren't known here" in again.because


def test_the_kernel_is_not_known_beforehand() -> None:
    first = locked(FIRST, "uv", LOCKS["uv"][0] + b"# marker = \"platform_release >= '6'\"\n")
    again = planned(after(first, planned(first))).layer("venv")
    assert again is not None
    assert again.action is Action.RECONCILE
