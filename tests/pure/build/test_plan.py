"""The whole plan: the laws that hold whatever the facts."""

import json
from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.build.facts import Facts
from pure.build.plan import decide
from pure.build.undeclared import NothingRequired
from pure.layers.decision import Action
from pure.layers.metadata import STRUCTS
from pure.layers.names import LayerName
from pure.manager.choice import NothingToInstall
from pure.manager.pip_configuration import ConfigurationFile, configured
from pure.outcome import Failure, Success
from pure.python.offer import CatalogueText
from pure.python.sources import version_files
from pure.report.record import encode_record, record
from pure.target import Target

from tests.documents import documents
from tests.pure.layers.test_inventory import LAYERS, damaged
from tests.strategies_plan import (
    after,
    facts,
    junk,
    planned,
    requirements,
    words,
)


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
            "version_files": st.dictionaries(st.sampled_from(version_files({})), junk).map(documents),
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
    first: Facts, again: bool, changes: dict[str, object], tomls: dict[LayerName, bytes], variables: dict[str, str]
) -> None:
    build = after(first, planned(first))
    for name, toml in tomls.items():
        build = damaged(build, name, toml=toml)
    if not again:
        build = msgspec.structs.replace(build, restored={})
    build = msgspec.structs.replace(build, variables={**build.variables, **variables}, **changes)
    match decide(build):
        case Success(plan):
            assert {layer.name for layer in plan.layers} <= STRUCTS.keys()
            said = json.loads(encode_record(record(plan, version="1", redact=str)))
            assert said["layers"].keys() == {layer.name for layer in plan.layers}
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
@given(facts(), st.booleans(), st.booleans(), st.booleans(), st.sampled_from(["README.md", "server.py", "manage.py"]))
def test_only_the_runtime_is_provided_in_the_roles_that_others_ask_for(
    first: Facts, again: bool, build: bool, launch: bool, beside: str
) -> None:
    entry = f'[[entries]]\nname = "python"\n[entries.metadata]\nbuild = {build}\nlaunch = {launch}\n'.lower()
    given_facts = msgspec.structs.replace(
        after(first, planned(first)) if again else first,
        names=(beside,),
        requirements=None,
        buildpack_plan=entry.encode(),
        variables={**first.variables, "BP_PYTHON_PROVIDE_ONLY": "true"},
    )
    plan = planned(given_facts)
    python = plan.decided("python")
    others = [each for each in plan.layers if each.name not in ("python", "python-cache")]
    assert python.types is not None
    neither = not build and not launch
    assert (python.types.build, python.types.launch) == (build or neither, launch or neither)
    assert plan.package_manager is None
    assert [(each.name, each.action) for each in others] == (
        [(name, Action.DROP) for name in ("pip", "pip-cache", "venv", "venv-cache")] if again else []
    )
    kept = plan.layer("python-cache")
    assert plan.packing.pack is not (build or neither)
    assert (kept is not None and kept.action is not Action.DROP) is plan.packing.pack


@settings(max_examples=20, deadline=None)
@given(facts(), st.sampled_from(["", "false", "0", "no", "off"]))
def test_nothing_is_provided_unless_the_switch_is_on(first: Facts, word: str) -> None:
    variables = {**first.variables, "BP_PYTHON_PROVIDE_ONLY": word}
    decided = decide(msgspec.structs.replace(first, names=("README.md",), requirements=None, variables=variables))
    assert decided == Failure(NothingRequired(variable="BP_PYTHON_PROVIDE_ONLY"))
