"""The matrix of what changes and what becomes of each layer, where pip installs."""

import json
from collections.abc import Callable, Iterator
from typing import TypeAlias

import msgspec
import pytest
import tomli
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.build.facts import Facts
from pure.layers.decision import Action

from tests.strategies_plan import (
    ARCHES,
    DISTROS,
    MINORS,
    OPEN,
    PATCHES,
    PINNED,
    after,
    facts,
    pin_file,
    planned,
    requirements,
)

Change: TypeAlias = Callable[[Facts], Facts]


# The layers of an application that pip installs; tests/pure/layers/test_inventory_locked.py has the other managers.
LAYERS = ("python", "pip", "pip-cache", "venv")


# R: recreated. r: reconciled. -: decided as in an unchanged build.
MATRIX = """
| what changed                     | python | pip | pip-cache | venv |
|----------------------------------|--------|-----|-----------|------|
| pip version                      | -      | R   | -         | -    |
| pip version, by variable         | -      | R   | -         | -    |
| Python patch                     | R      | -   | -         | -    |
| Python minor                     | R      | R   | R         | R    |
| arch                             | R      | R   | R         | R    |
| distro (archive not bound)       | -      | -   | R         | R    |
| distro (archive bound to it)     | R      | -   | R         | R    |
| requirements, pinned             | -      | -   | -         | r    |
| requirements, open               | -      | -   | -         | r    |
| Procfile                         | -      | -   | -         | -    |
| buildpack version alone          | -      | -   | -         | -    |
| state of the venv unreadable     | -      | -   | -         | R    |
"""


def _cells() -> Iterator[tuple[str, dict[str, str]]]:
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in MATRIX.strip().splitlines())
    for what, *marks in rows:
        yield what, dict(zip(head[1:], marks, strict=True))


def _version(given: Facts) -> str:
    return given.variables.get("BP_PYTHON_VERSION") or given.version_files[".python-version"].decode().strip()


def _with_version(given: Facts, version: str) -> Facts:
    if given.version_files:
        return msgspec.structs.replace(given, version_files={".python-version": version.encode()})
    return msgspec.structs.replace(given, variables={**given.variables, "BP_PYTHON_VERSION": version})


def _other(choices: tuple[str, ...], current: str) -> str:
    return choices[(choices.index(current) + 1) % len(choices)]


def _patch(given: Facts) -> Facts:
    minor, _, patch = _version(given).rpartition(".")
    return _with_version(given, f"{minor}.{_other(PATCHES, patch)}")


def _minor(given: Facts) -> Facts:
    minor, _, patch = _version(given).rpartition(".")
    return _with_version(given, f"{_other(MINORS, minor)}.{patch}")


def _pip_by_variable(given: Facts) -> Facts:
    return msgspec.structs.replace(given, variables={**given.variables, "BP_PIP_VERSION": "24.1"})


def _target(given: Facts, **changes: object) -> Facts:
    return msgspec.structs.replace(given, target=msgspec.structs.replace(given.target, **changes))


def _distro(given: Facts) -> Facts:
    return _target(given, distro=DISTROS[1] if given.target.distro == DISTROS[0] else DISTROS[0])


def _requirements(choices: tuple[str, ...]) -> Change:
    def change(given: Facts) -> Facts:
        sets = [requirements(text.encode()) for text in choices]
        return msgspec.structs.replace(given, requirements=next(each for each in sets if each != given.requirements))

    return change


CHANGES: dict[str, Change] = {
    "pip version": lambda given: msgspec.structs.replace(given, pip_pin=pin_file("27.0")),
    "pip version, by variable": _pip_by_variable,
    "Python patch": _patch,
    "Python minor": _minor,
    "arch": lambda given: _target(given, arch=_other(ARCHES, given.target.arch)),
    "distro (archive not bound)": _distro,
    "distro (archive bound to it)": _distro,
    "requirements, pinned": _requirements(PINNED),
    "requirements, open": _requirements(OPEN),
    "Procfile": lambda given: msgspec.structs.replace(given, procfile=b"web: another\n"),
    "buildpack version alone": lambda given: msgspec.structs.replace(given, version="9.9.9"),
    "state of the venv unreadable": lambda given: msgspec.structs.replace(given, venv_state=b"{"),
}


BOUND = {"distro (archive not bound)": False, "distro (archive bound to it)": True}


MARKS = {"R": Action.RECREATE, "r": Action.RECONCILE}


def damaged(given: Facts, layer: str, **changes: object) -> Facts:
    restored = msgspec.structs.replace(given.restored[layer], **changes)
    return msgspec.structs.replace(given, restored={**given.restored, layer: restored})


def test_the_table_and_the_changes_name_the_same_rows() -> None:
    assert [what for what, _ in _cells()] == list(CHANGES)


@pytest.mark.parametrize(("what", "layer", "mark"), [(w, name, m) for w, row in _cells() for name, m in row.items()])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_matrix(what: str, layer: str, mark: str, data: st.DataObject) -> None:
    first = data.draw(facts(bound=BOUND.get(what)))
    unchanged = after(first, planned(first))
    before = planned(unchanged).layer(layer)
    now = planned(CHANGES[what](unchanged)).layer(layer)
    assert before is not None
    assert now is not None
    assert now.action is MARKS.get(mark, before.action)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize(
    ("damage", "because"),
    [
        ({"toml": b"\xff\x00"}, "its metadata is not readable TOML"),
        ({"toml": b"[metadata"}, "its metadata is not readable TOML"),
        ({"toml": b"a = " + b"1" * 5000}, "its metadata is not readable TOML"),
        ({"toml": b""}, "its metadata is empty"),
        ({"toml": b"metadata = 3"}, "its metadata is empty"),
        ({"toml": b'[metadata]\nschema = "0"'}, "its metadata has format 0, this version writes format 1"),
        ({"toml": b"[metadata]\nschema = 1"}, "its metadata has no known format, this version writes format 1"),
        ({"toml": b'[metadata]\nschema = "1"'}, "its metadata doesn't have the fields that this version writes"),
        ({"contents": False}, "its metadata was restored, its contents were not"),
    ],
)
@settings(max_examples=4, deadline=None)
@given(first=facts())
def test_damage_recreates_that_layer_alone_and_says_why(
    layer: str, damage: dict[str, object], because: str, first: Facts
) -> None:
    unchanged = after(first, planned(first))
    before, now = planned(unchanged), planned(damaged(unchanged, layer, **damage))
    decision = now.layer(layer)
    assert decision is not None
    assert (decision.action, decision.because) == (Action.RECREATE, (because,))
    assert [each for each in now.layers if each.name != layer] == [each for each in before.layers if each.name != layer]


@settings(max_examples=40, deadline=None)
@given(facts())
def test_a_first_build_creates_every_layer(first: Facts) -> None:
    assert [(layer.name, layer.action) for layer in planned(first).layers] == [(n, Action.CREATE) for n in LAYERS]


@settings(max_examples=40, deadline=None)
@given(facts())
def test_an_unchanged_build_keeps_every_layer_and_reconciles_what_is_not_pinned(first: Facts) -> None:
    plan = planned(after(first, planned(first)))
    venv = Action.KEEP if plan.layers[-1].built_from else Action.RECONCILE
    assert [layer.action for layer in plan.layers] == [Action.KEEP, Action.KEEP, Action.KEEP, venv]


@settings(max_examples=40, deadline=None)
@given(facts(), st.sampled_from(["27.0", "24.1"]))
def test_another_pip_leaves_all_other_decisions_equal(first: Facts, version: str) -> None:
    unchanged = after(first, planned(first))
    before = planned(unchanged)
    now = planned(msgspec.structs.replace(unchanged, pip_pin=pin_file(version)))
    assert [layer for layer in now.layers if layer.name != "pip"] == [
        layer for layer in before.layers if layer.name != "pip"
    ]
    assert (now.python, now.processes) == (before.python, before.processes)


@settings(max_examples=40, deadline=None)
@given(facts())
def test_a_layer_that_nothing_was_restored_of_is_created_alone(first: Facts) -> None:
    unchanged = after(first, planned(first))
    for name in LAYERS:
        restored = {key: value for key, value in unchanged.restored.items() if key != name}
        plan = planned(msgspec.structs.replace(unchanged, restored=restored))
        assert [layer.name for layer in plan.layers if layer.action is Action.CREATE] == [name]


@settings(max_examples=40, deadline=None)
@given(facts())
def test_metadata_survive_the_way_through_the_platform(first: Facts) -> None:
    unchanged = after(first, planned(first))
    # The platform keeps metadata as JSON, which knows no integers.
    platforms = {
        name: msgspec.structs.replace(
            layer,
            toml=tomli_w.dumps(json.loads(json.dumps(tomli.loads(layer.toml.decode())), parse_int=float)).encode(),
        )
        for name, layer in unchanged.restored.items()
    }
    assert planned(msgspec.structs.replace(unchanged, restored=platforms)) == planned(unchanged)
