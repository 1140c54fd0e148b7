"""The matrix of what changes and what becomes of each layer, for pip and for the managers that have a lock."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import msgspec
import pytest
import tomli
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.build.facts import Facts
from pure.layers.decision import Action
from pure.layers.metadata import STRUCTS
from pure.layers.names import LayerName
from pure.manager.table import MANAGERS
from pure.target import Distro

from tests.documents import documents
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


# The layers of an application that pip installs; those of other managers stand below.
LAYERS = ("python", "python-cache", "pip", "pip-cache", "venv", "venv-cache")


# R: recreated. r: reconciled. -: decided as in an unchanged build.
MATRIX = """
| what changed                 | python | python-cache | pip | pip-cache | venv | venv-cache |
|------------------------------|--------|--------------|-----|-----------|------|------------|
| pip version                  | -      | -            | R   | -         | -    | -          |
| pip version, by variable     | -      | -            | R   | -         | -    | -          |
| Python patch                 | R      | R            | -   | -         | -    | -          |
| Python minor                 | R      | R            | R   | R         | R    | R          |
| arch                         | R      | R            | R   | R         | R    | R          |
| distro (archive not bound)   | -      | -            | -   | R         | R    | R          |
| distro (archive bound to it) | R      | R            | -   | R         | R    | R          |
| requirements, pinned         | -      | -            | -   | -         | r    | r          |
| requirements, open           | -      | -            | -   | -         | r    | r          |
| Procfile                     | -      | -            | -   | -         | -    | -          |
| buildpack version alone      | -      | -            | -   | -         | -    | -          |
| state of the venv unreadable | -      | -            | -   | -         | R    | R          |
"""


def _cells() -> Iterator[tuple[str, dict[str, str]]]:
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in MATRIX.strip().splitlines())
    for what, *marks in rows:
        yield what, dict(zip(head[1:], marks, strict=True))


def _version(given: Facts) -> str:
    return given.variables.get("BP_PYTHON_VERSION") or given.version_files[".python-version"].text.strip()


def _with_version(given: Facts, version: str) -> Facts:
    if given.version_files:
        return msgspec.structs.replace(given, version_files=documents({".python-version": version}))
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
    "state of the venv unreadable": lambda given: msgspec.structs.replace(given, packed_state=b"{"),
}


BOUND = {"distro (archive not bound)": False, "distro (archive bound to it)": True}


MARKS = {"R": Action.RECREATE, "r": Action.RECONCILE}


def damaged(given: Facts, layer: LayerName, **changes: object) -> Facts:
    restored = msgspec.structs.replace(given.restored[layer], **changes)
    return msgspec.structs.replace(given, restored={**given.restored, layer: restored})


def test_the_table_and_the_changes_name_the_same_rows() -> None:
    assert [what for what, _ in _cells()] == list(CHANGES)


@pytest.mark.parametrize(("what", "layer", "mark"), [(w, name, m) for w, row in _cells() for name, m in row.items()])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_matrix(what: str, layer: LayerName, mark: str, data: st.DataObject) -> None:
    first = data.draw(facts(bound=BOUND.get(what)))
    unchanged = after(first, planned(first))
    before = planned(unchanged).layer(layer)
    now = planned(CHANGES[what](unchanged)).layer(layer)
    assert before is not None
    assert now is not None
    assert now.action is MARKS.get(mark, before.action)


@pytest.mark.parametrize("layer", ["python", "python-cache", "pip", "pip-cache"])
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
    layer: LayerName, damage: dict[str, object], because: str, first: Facts
) -> None:
    unchanged = after(first, planned(first))
    if damage == {"contents": False} and layer == "python":
        # The image has them, and the metadata tell what they are.
        metadata = unchanged.restored[layer].toml.replace(b"holds", b"pins")
        damage = {**damage, "toml": metadata}
    before, now = planned(unchanged), planned(damaged(unchanged, layer, **damage))
    others = {layer, "python-cache"}
    assert [each for each in now.layers if each.name not in others] == [
        each for each in before.layers if each.name not in others
    ]
    if layer == "python-cache" and now.idle:
        assert now.decided(layer).action is Action.DROP
        return
    assert (now.decided(layer).action, now.decided(layer).because) == (Action.RECREATE, (because,))


@settings(max_examples=20, deadline=None)
@given(first=facts())
def test_a_runtime_that_nobody_asked_for_its_libraries_is_made_anew(first: Facts) -> None:
    unchanged = after(first, planned(first))
    older = re.sub(rb"(?m)^linked = .*\n", b"", unchanged.restored["python"].toml)
    assert older != unchanged.restored["python"].toml
    before, now = planned(unchanged), planned(damaged(unchanged, "python", toml=older))
    actions = ({each.name: each.action for each in plan.layers} for plan in (before, now))
    assert {name for name, _ in set.symmetric_difference(*(set(each.items()) for each in actions))} <= {
        "python", "python-cache"
    }  # fmt: skip
    assert (now.decided("python").action, now.decided("python").away) == (Action.RECREATE, False)
    assert not now.idle
    # The next one keeps it.
    assert planned(after(first, now)).decided("python").action is Action.KEEP


@settings(max_examples=20, deadline=None)
@given(first=facts(), toml=st.sampled_from([b"\xff", b"", b'[metadata]\nschema = "0"']), contents=st.booleans())
def test_what_keeps_the_environment_is_damaged(first: Facts, toml: bytes, contents: bool) -> None:
    unchanged = after(first, planned(first))
    for damage in ({"toml": toml, "contents": contents}, {"contents": False}):
        now = planned(damaged(unchanged, "venv-cache", **damage))
        changed = {layer.name for layer in now.layers if layer.action is not Action.KEEP}
        assert changed == {"venv", "venv-cache"}
        assert {now.decided(name).action for name in changed} == {Action.RECREATE}


@settings(max_examples=40, deadline=None)
@given(facts())
def test_a_first_build_creates_every_layer(first: Facts) -> None:
    assert [(layer.name, layer.action) for layer in planned(first).layers] == [(n, Action.CREATE) for n in LAYERS]


@settings(max_examples=40, deadline=None)
@given(facts())
def test_an_unchanged_build_keeps_every_layer_and_reconciles_what_is_not_pinned(first: Facts) -> None:
    plan = planned(after(first, planned(first)))
    venv = Action.KEEP if plan.decided("venv").built_from else Action.RECONCILE
    assert {layer.name: layer.action for layer in plan.layers} == {
        name: venv if name.startswith("venv") else Action.KEEP for name in LAYERS
    }
    assert plan.idle is (venv is Action.KEEP)


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
    for name in ("python", "pip", "pip-cache"):
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


DEBIAN = Distro(name="debian", version="13")


OTHER_VERSIONS = {"uv": "0.12.1", "poetry": "2.1.0", "pipenv": "2025.1.0", "pdm": "2.25.0"}


LockedChange: TypeAlias = Callable[[Facts, str], Facts]


# For every manager but pip. uv's layer knows neither Python nor distribution.
LOCKED_MATRIX = """
| what changed              | python | python-cache | tool | uv | venv | venv-cache |
|---------------------------|--------|--------------|------|----|------|------------|
| tool version              | -      | -            | R    | R  | -    | -          |
| tool version, by variable | -      | -            | R    | R  | -    | -          |
| Python patch              | R      | R            | -    | -  | -    | -          |
| Python minor              | R      | R            | R    | -  | R    | R          |
| arch                      | R      | R            | R    | R  | R    | R          |
| distro                    | -      | -            | R    | -  | R    | R          |
| lock                      | -      | -            | -    | -  | r    | r          |
| configuration             | -      | -            | -    | -  | r    | r          |
| groups                    | -      | -            | -    | -  | r    | r          |
| settings of builds        | -      | -            | -    | -  | R    | R          |
| a local distribution      | -      | -            | -    | -  | r    | r          |
| Procfile                  | -      | -            | -    | -  | -    | -          |
| another index             | -      | -            | -    | -  | -    | -          |
"""


LOCKED_ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in LOCKED_MATRIX.strip().splitlines()[2:]]


def _configuration(given_facts: Facts, manager: str) -> Facts:
    name = "Pipfile" if manager == "pipenv" else "pyproject__toml"
    return with_texts(given_facts, **{name: PROJECT + b"[tool.other]\n"})


LOCKED_CHANGES: Mapping[str, LockedChange] = {
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


def test_the_table_and_the_changes_of_locks_name_the_same_rows() -> None:
    assert [row[0] for row in LOCKED_ROWS] == list(LOCKED_CHANGES)


@pytest.mark.parametrize("manager", LOCKED)
@pytest.mark.parametrize(
    ("what", "python", "archive", "tool", "uv", "venv", "packed"), LOCKED_ROWS, ids=[row[0] for row in LOCKED_ROWS]
)
@settings(max_examples=6, deadline=None)
@given(first=facts(bound=False))
def test_matrix_of_locks(
    manager: str, what: str, python: str, archive: str, tool: str, uv: str, venv: str, packed: str, first: Facts
) -> None:
    first = locked(first, manager)
    own = MANAGERS[manager].tool.name
    unchanged = after(first, planned(first))
    now = planned(LOCKED_CHANGES[what](unchanged, manager))
    marks = {"python": python, "python-cache": archive, own: uv if own == "uv" else tool}
    marks |= {"venv": venv, "venv-cache": packed}
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
    now = planned(msgspec.structs.replace(then, restored=restored.restored, packed_state=restored.packed_state))
    actions = {layer.name: layer.action for layer in now.layers}
    tools = {MANAGERS[old].tool.name, MANAGERS[new].tool.name}
    assert actions["python"] is Action.KEEP
    assert actions["venv"] is Action.RECREATE
    assert actions[MANAGERS[new].tool.name] is (Action.KEEP if len(tools) == 1 else Action.CREATE)
    if len(tools) == 2:
        assert actions[MANAGERS[old].tool.name] is Action.DROP
    assert set(actions) <= STRUCTS.keys()
