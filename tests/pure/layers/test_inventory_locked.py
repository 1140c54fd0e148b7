"""The matrix's cells for every manager but pip, and what becomes of the layers when another manager installs."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec
import pytest
from hypothesis import given, settings
from pure.build.facts import Facts
from pure.layers.decision import Action
from pure.layers.metadata import STRUCTS
from pure.manager.table import MANAGERS
from pure.target import Distro

from tests.strategies_locked import (
    LOCKED,
    LOCKS,
    PINS,
    PROJECT,
    locked,
    with_other_version,
    with_target,
    with_texts,
    with_variables,
)
from tests.strategies_plan import after, facts, planned

DEBIAN = Distro(name="debian", version="13")


OTHER_VERSIONS = {"uv": "0.12.1", "poetry": "2.1.0", "pipenv": "2025.1.0", "pdm": "2.25.0"}


Change: TypeAlias = Callable[[Facts, str], Facts]


# R: recreated. r: reconciled. -: decided as in an unchanged build. uv's layer knows neither Python nor distribution.
MATRIX = """
| what changed              | python | tool | uv | venv |
|---------------------------|--------|------|----|------|
| tool version              | -      | R    | R  | -    |
| tool version, by variable | -      | R    | R  | -    |
| Python patch              | R      | -    | -  | -    |
| Python minor              | R      | R    | -  | R    |
| arch                      | R      | R    | R  | R    |
| distro                    | -      | R    | -  | R    |
| lock                      | -      | -    | -  | r    |
| configuration             | -      | -    | -  | r    |
| groups                    | -      | -    | -  | r    |
| settings of builds        | -      | -    | -  | R    |
| a local distribution      | -      | -    | -  | r    |
| Procfile                  | -      | -    | -  | -    |
| another index             | -      | -    | -  | -    |
"""


ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in MATRIX.strip().splitlines()[2:]]


def _configuration(given_facts: Facts, manager: str) -> Facts:
    name = "Pipfile" if manager == "pipenv" else "pyproject__toml"
    return with_texts(given_facts, **{name: PROJECT + b"[tool.other]\n"})


CHANGES: Mapping[str, Change] = {
    "tool version": lambda f, m: msgspec.structs.replace(
        f, tool_pins={name: pin.replace("9999.1", "9999.2") for name, pin in PINS.items()}
    ),
    "tool version, by variable": lambda f, m: with_variables(
        f, **{MANAGERS[m].tool.variable: OTHER_VERSIONS[MANAGERS[m].tool.name]}
    ),
    "Python patch": lambda f, m: with_other_version(f, minor=False),
    "Python minor": lambda f, m: with_other_version(f, minor=True),
    "arch": lambda f, m: with_target(f, arch="arm64" if f.target.arch == "amd64" else "amd64"),
    "distro": lambda f, m: with_target(f, distro=None if f.target.distro else DEBIAN),
    "lock": lambda f, m: with_texts(f, **{MANAGERS[m].lock.replace(".", "__"): LOCKS[m][1]}),
    "configuration": _configuration,
    "groups": lambda f, m: with_variables(f, BP_PYTHON_GROUPS="more"),
    "settings of builds": lambda f, m: with_variables(f, **{f"{MANAGERS[m].tool.prefixes[-1]}NO_BINARY": "a"}),
    "a local distribution": lambda f, m: with_texts(f, **{MANAGERS[m].lock.replace(".", "__"): LOCKS[m][2]}),
    "Procfile": lambda f, m: msgspec.structs.replace(f, procfile=b"web: another\n"),
    "another index": lambda f, m: with_variables(
        f, UV_INDEX_URL="https://index.example/", PIP_INDEX_URL="https://index.example/"
    ),
}


MARKS = {"R": Action.RECREATE, "r": Action.RECONCILE}


def test_the_table_and_the_changes_name_the_same_rows() -> None:
    assert [row[0] for row in ROWS] == list(CHANGES)


@pytest.mark.parametrize("manager", LOCKED)
@pytest.mark.parametrize(("what", "python", "tool", "uv", "venv"), ROWS, ids=[row[0] for row in ROWS])
@settings(max_examples=6, deadline=None)
@given(first=facts(bound=False))
def test_matrix(manager: str, what: str, python: str, tool: str, uv: str, venv: str, first: Facts) -> None:
    first = locked(first, manager)
    own = MANAGERS[manager].tool.name
    unchanged = after(first, planned(first))
    now = planned(CHANGES[what](unchanged, manager))
    marks = {"python": python, own: uv if own == "uv" else tool, "venv": venv}
    assert {layer.name: layer.action for layer in now.layers} == {
        name: MARKS.get(mark, Action.KEEP) for name, mark in marks.items()
    }


@pytest.mark.parametrize("new", [*LOCKED, "pip"])
@pytest.mark.parametrize("old", [*LOCKED, "pip"])
@settings(max_examples=4, deadline=None)
@given(first=facts())
def test_another_manager_recreates_the_environment_and_drops_what_it_does_not_use(
    old: str, new: str, first: Facts
) -> None:
    if old == new:
        return
    before = first if old == "pip" else locked(first, old)
    then = first if new == "pip" else locked(first, new)
    restored = after(before, planned(before))
    now = planned(msgspec.structs.replace(then, restored=restored.restored, venv_state=restored.venv_state))
    actions = {layer.name: layer.action for layer in now.layers}
    tools = {MANAGERS[old].tool.name, MANAGERS[new].tool.name}
    assert actions["python"] is Action.KEEP
    assert actions["venv"] is Action.RECREATE
    assert actions[MANAGERS[new].tool.name] is (Action.KEEP if len(tools) == 1 else Action.CREATE)
    if len(tools) == 2:
        assert actions[MANAGERS[old].tool.name] is Action.DROP
    assert set(actions) <= STRUCTS.keys()
