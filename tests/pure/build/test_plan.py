"""The invalidation matrix, cell by cell, and the laws of a plan."""

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import TypeAlias

import msgspec
import pytest
import tomli
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.build.facts import Facts
from pure.build.plan import NothingRequired, decide
from pure.layers.decision import STRUCTS, Action
from pure.manager.choice import NothingToInstall
from pure.manager.pip_configuration import ConfigurationFile, configured
from pure.outcome import Failure, Success
from pure.python.choice import CatalogueText
from pure.python.sources import version_files
from pure.report.record import encode_record, record
from pure.target import Target

from tests.strategies_plan import (
    ARCHES,
    DISTROS,
    MINORS,
    OPEN,
    PATCHES,
    PINNED,
    after,
    facts,
    junk,
    pin_file,
    planned,
    requirements,
    words,
)

Change: TypeAlias = Callable[[Facts], Facts]

# The layers of an application that pip installs; tests/pure/build/test_managers.py has the other managers.
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


def _damaged(given: Facts, layer: str, **changes: object) -> Facts:
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
    before, now = planned(unchanged), planned(_damaged(unchanged, layer, **damage))
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
@given(facts(), st.booleans(), st.randoms(use_true_random=False))
def test_equal_facts_give_the_same_record_byte_for_byte_whatever_the_order_of_mappings(
    first: Facts, again: bool, random: Random
) -> None:
    build = after(first, planned(first)) if again else first
    variables, restored = list(build.variables.items()), list(build.restored.items())
    random.shuffle(variables)
    random.shuffle(restored)
    shuffled = msgspec.structs.replace(build, variables=dict(variables), restored=dict(restored))
    assert planned(shuffled) == planned(build)
    assert encode_record(record(planned(shuffled), version="1", redact=str)) == encode_record(
        record(planned(build), version="1", redact=str)
    )


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


@settings(max_examples=40, deadline=None)
@given(facts(), st.dictionaries(st.sampled_from(["FOO", "HTTPS_PROXY", "PIP_TIMEOUT", "TOKEN"]), st.text(max_size=9)))
def test_variables_that_nothing_asks_for_change_no_decision(first: Facts, more: dict[str, str]) -> None:
    assert planned(msgspec.structs.replace(first, variables={**first.variables, **more})) == planned(first)


@settings(max_examples=150, deadline=None)
@given(
    first=facts(),
    again=st.booleans(),
    changes=st.fixed_dictionaries(
        {},
        optional={
            "venv_state": junk,
            "buildpack_plan": junk,
            "version_files": st.dictionaries(st.sampled_from(version_files({})), junk),
            "requirements": junk.map(requirements),
            "procfile": junk,
            "operator_catalogue": junk.map(lambda raw: CatalogueText(raw=raw, origin="$BP_PYTHON_CATALOGUE")),
            "carried": junk.map(lambda raw: CatalogueText(raw=raw, origin="data/carried.json")),
            "pip_settings": junk.map(
                lambda raw: configured((ConfigurationFile(path="pip.conf", text=raw.decode("utf-8", "replace")),))
            ),
            "pip_pin": words,
            "names": st.lists(st.text(max_size=12) | st.sampled_from(["app.py", "Pipfile"]), max_size=3).map(tuple),
            "target": st.builds(Target, os=words, arch=words),
        },
    ),
    tomls=st.dictionaries(st.sampled_from(LAYERS), junk),
    variables=st.dictionaries(
        st.sampled_from(
            [
                *("BP_PYTHON_VERSION", "BP_CPYTHON_VERSION", "BP_PYTHON_DEFAULT_VERSION", "BP_PYTHON_MIRROR"),
                *("BP_PIP_VERSION", "BP_PYTHON_CATALOGUE_REPLACES", "BP_PYTHON_PROVIDE_ONLY", "PIP_CONSTRAINT"),
                *("PIP_USER", "PIP_TARGET"),
            ]
        ),
        words,
        max_size=3,
    ),
)
def test_whatever_the_facts_the_answer_is_a_plan_or_an_error(
    first: Facts, again: bool, changes: dict[str, object], tomls: dict[str, bytes], variables: dict[str, str]
) -> None:
    build = after(first, planned(first))
    for name, toml in tomls.items():
        build = _damaged(build, name, toml=toml)
    if not again:
        build = msgspec.structs.replace(build, restored={})
    build = msgspec.structs.replace(build, variables={**build.variables, **variables}, **changes)
    match decide(build):
        case Success(plan):
            assert {layer.name for layer in plan.layers} <= STRUCTS.keys()
            assert encode_record(record(plan, version="1", redact=str)) == encode_record(
                record(plan, version="1", redact=str)
            )
        case Failure(error):
            assert error == decide(build).failure()


@settings(max_examples=40, deadline=None)
@given(facts(), st.sampled_from(["Requirements.txt", "requirement.txt"]))
def test_without_requirements_the_error_names_what_there_is_instead(first: Facts, wrong: str) -> None:
    names = ("app.py", wrong)
    decided = decide(msgspec.structs.replace(first, requirements=None, names=names))
    assert isinstance(decided, Failure)
    error = decided.failure()
    assert isinstance(error, NothingToInstall)
    assert error.misspelled == ((wrong, "requirements.txt"),)
    assert set(error.markers) == {*names}


@settings(max_examples=30, deadline=None)
@given(facts(), st.booleans(), st.booleans(), st.booleans())
def test_only_the_runtime_is_provided_in_the_roles_that_others_ask_for(
    first: Facts, again: bool, build: bool, launch: bool
) -> None:
    entry = f'[[entries]]\nname = "python"\n[entries.metadata]\nbuild = {build}\nlaunch = {launch}\n'.lower()
    given_facts = msgspec.structs.replace(
        after(first, planned(first)) if again else first,
        names=("README.md",),
        requirements=None,
        buildpack_plan=entry.encode(),
        variables={**first.variables, "BP_PYTHON_PROVIDE_ONLY": "true"},
    )
    plan = planned(given_facts)
    python, *others = plan.layers
    assert python.types is not None
    neither = not build and not launch
    assert (python.types.build, python.types.launch) == (build or neither, launch or neither)
    assert plan.package_manager is None
    assert [(each.name, each.action) for each in others] == (
        [(name, Action.DROP) for name in ("pip", "pip-cache", "venv")] if again else []
    )


@settings(max_examples=20, deadline=None)
@given(facts(), st.sampled_from(["", "false", "0", "no", "off"]))
def test_nothing_is_provided_unless_the_switch_is_on(first: Facts, word: str) -> None:
    variables = {**first.variables, "BP_PYTHON_PROVIDE_ONLY": word}
    decided = decide(msgspec.structs.replace(first, names=("README.md",), requirements=None, variables=variables))
    assert decided == Failure(NothingRequired(variable="BP_PYTHON_PROVIDE_ONLY"))
