"""Who decides over the version of Python, and what happens where two disagree."""

from datetime import date

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from pure.build.facts import Facts
from pure.outcome import Failure, Outcome, Success
from pure.python.catalogue import Catalogue, InvalidCatalogue, InvalidMirror, Runtime, encode_catalogue
from pure.python.choice import ContradictingRequirers, PythonDecision, RuntimeChoiceError, choose_runtime
from pure.python.offer import CatalogueText
from pure.python.request import SeveralVersions
from pure.python.requirers import Requirers, read_requirers
from pure.switches import BadSwitch
from pure.target import Target

from tests.documents import documents
from tests.strategies_plan import MINORS, PATCHES, UNBOUND, facts

versions = st.builds("{}.{}".format, st.sampled_from(MINORS), st.sampled_from(PATCHES))
silent = facts(bound=False).map(lambda given: _asking(given, None))


def _asking(given: Facts, file: str | None, **variables: str) -> Facts:
    kept = {name: value for name, value in given.variables.items() if not name.startswith("BP_")}
    files = {} if file is None else documents({".python-version": file})
    return msgspec.structs.replace(given, variables={**kept, **variables}, version_files=files)


def _requirers(*wanted: str) -> Requirers:
    entries = "".join(f'[[entries]]\nname = "python"\nmetadata = {{version = "{each}"}}\n' for each in wanted)
    return read_requirers(entries.encode()).unwrap()


def _chosen(given: Facts, *wanted: str) -> PythonDecision:
    chosen = choose_runtime(given, _requirers(*wanted))
    assert isinstance(chosen, Success), chosen
    return chosen.unwrap()


def _failure(outcome: Outcome[PythonDecision, RuntimeChoiceError]) -> RuntimeChoiceError:
    assert isinstance(outcome, Failure), outcome
    return outcome.failure()


@settings(max_examples=30, deadline=None)
@given(silent, versions, versions, versions)
def test_the_variable_wins_over_the_file_and_the_file_over_defaults(
    given_facts: Facts, variable: str, file: str, operators: str
) -> None:
    by_variable = _asking(given_facts, file, BP_PYTHON_VERSION=variable, BP_PYTHON_DEFAULT_VERSION=operators)
    by_file = _asking(given_facts, file, BP_PYTHON_DEFAULT_VERSION=operators)
    by_operator = _asking(given_facts, None, BP_PYTHON_DEFAULT_VERSION=operators)
    chosen = [_chosen(each) for each in (by_variable, by_file, by_operator, given_facts)]
    assert [(each.version, str(each.source)) for each in chosen] == [
        (variable, "$BP_PYTHON_VERSION"),
        (file, ".python-version, line 1"),
        (operators, "$BP_PYTHON_DEFAULT_VERSION"),
        ("3.14.2", "Lamina's default"),
    ]


@settings(max_examples=20, deadline=None)
@given(silent, versions, versions)
def test_what_other_buildpacks_require_wins_over_the_operators_default(
    given_facts: Facts, required: str, operators: str
) -> None:
    chosen = _chosen(_asking(given_facts, None, BP_PYTHON_DEFAULT_VERSION=operators), required)
    assert chosen.version == required
    assert "another buildpack" in str(chosen.source)


@settings(max_examples=20, deadline=None)
@given(silent, versions)
def test_requests_that_agree_are_met_together(given_facts: Facts, version: str) -> None:
    minor = version.rpartition(".")[0]
    assert _chosen(_asking(given_facts, minor), version, ">=3.11", minor).version == version


@settings(max_examples=30, deadline=None)
@given(silent, versions, versions)
def test_requests_that_contradict_each_other_are_both_named(given_facts: Facts, one: str, other: str) -> None:
    outcome = choose_runtime(given_facts, _requirers(one, other))
    if one == other:
        assert isinstance(outcome, Success)
        return
    error = _failure(outcome)
    assert isinstance(error, ContradictingRequirers)
    assert (error.first, error.second) == (one, other)
    assert "entry 1" in str(error.first_source)
    assert "entry 2" in str(error.second_source)


specifiers = st.builds(
    "{}{}".format, st.sampled_from([">=", "<=", "<", ">", "!=", "=="]), versions | st.just("3.13.*")
).filter(lambda text: not text.endswith("*") or text[:2] in ("==", "!="))


@settings(max_examples=100, deadline=None)
@given(st.lists(specifiers, min_size=2, max_size=3))
def test_requests_contradict_each_other_only_if_no_version_meets_all(wanted: list[str]) -> None:
    every = [f"{minor}.{patch}" for minor in MINORS for patch in PATCHES]
    possible = {version for version in every if all(SpecifierSet(each).contains(version) for each in wanted)}
    match choose_runtime(_example(), _requirers(*wanted)):
        case Success(decision):
            assert decision.version in possible
        case Failure(error):
            assert not possible, error


def test_the_application_is_named_where_a_buildpack_contradicts_it() -> None:
    given_facts = _asking(_example(), "3.12")
    error = _failure(choose_runtime(given_facts, _requirers("3.13")))
    assert isinstance(error, ContradictingRequirers)
    assert (error.first, str(error.first_source), error.second) == ("3.12", ".python-version, line 1", "3.13")


def _example(**variables: str) -> Facts:
    return Facts(
        version="1",
        target=Target(os="linux", arch="amd64"),
        today=date(2026, 11, 1),
        variables=variables,
        catalogue=UNBOUND,
        end_of_life=CatalogueText(raw=b"{}", origin="data/end-of-life.json"),
        layers_dir="/layers",
        app_dir="/workspace",
        names=(),
        pip_pin="",
    )


def _own(version: str, url: str) -> CatalogueText:
    runtime = Runtime(version=version, os="linux", arch="amd64", url=url, sha256="c" * 64)
    return CatalogueText(raw=encode_catalogue(Catalogue(runtimes=(runtime,))), origin="$BP_PYTHON_CATALOGUE")


def test_an_operators_catalogue_is_added_or_replaces_ours() -> None:
    own = _own("3.13.7", "https://own.example/p.tar.gz")
    added = msgspec.structs.replace(_example(BP_PYTHON_VERSION="3.13"), operator_catalogue=own)
    assert _chosen(added).version == "3.13.7"
    assert _chosen(_asking(added, None, BP_PYTHON_VERSION="3.12")).version == "3.12.2"
    alone = _asking(added, None, BP_PYTHON_VERSION="3.12", BP_PYTHON_CATALOGUE_REPLACES="true")
    assert isinstance(choose_runtime(alone, Requirers()), Failure)


def test_what_the_buildpack_carries_is_used_before_a_newer_download() -> None:
    carried = _own("3.13.0", "file:///cnb/buildpacks/lamina/python.tar.gz")
    given_facts = msgspec.structs.replace(_example(BP_PYTHON_VERSION="3.13"), carried=carried)
    chosen = _chosen(given_facts)
    assert (chosen.version, chosen.url) == ("3.13.0", "file:///cnb/buildpacks/lamina/python.tar.gz")


@pytest.mark.parametrize(
    ("mirror", "url"),
    [
        ("https://mirror.example/python/", "https://mirror.example/python/cpython-3.13.2-amd64.tar.gz"),
        (" file:///mnt/mirror ", "file:///mnt/mirror/cpython-3.13.2-amd64.tar.gz"),
        ("", "https://archives.example/cpython-3.13.2-amd64.tar.gz"),
    ],
)
def test_a_mirror_changes_the_address_alone(mirror: str, url: str) -> None:
    plain, mirrored = _example(BP_PYTHON_VERSION="3.13"), _example(BP_PYTHON_VERSION="3.13", BP_PYTHON_MIRROR=mirror)
    assert _chosen(mirrored).url == url
    assert msgspec.structs.replace(_chosen(mirrored), url="") == msgspec.structs.replace(_chosen(plain), url="")


def test_a_mirror_does_not_stand_in_for_a_local_archive() -> None:
    carried = _own("3.13.0", "file:///cnb/python.tar.gz")
    given_facts = msgspec.structs.replace(
        _example(BP_PYTHON_VERSION="3.13", BP_PYTHON_MIRROR="https://mirror.example"), carried=carried
    )
    assert _chosen(given_facts).url == "file:///cnb/python.tar.gz"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"variables": {"BP_PYTHON_CATALOGUE_REPLACES": "perhaps"}}, BadSwitch),
        ({"variables": {"BP_PYTHON_MIRROR": "mirror.example"}}, InvalidMirror),
        ({"operator_catalogue": CatalogueText(raw=b"{", origin="x")}, InvalidCatalogue),
        ({"end_of_life": CatalogueText(raw=b"{", origin="x")}, InvalidCatalogue),
        ({"version_files": documents({".python-version": "3.12\n3.13\n"})}, SeveralVersions),
    ],
)
def test_what_cannot_be_understood_is_an_error(changes: dict[str, object], kind: type) -> None:
    error = _failure(choose_runtime(msgspec.structs.replace(_example(), **changes), Requirers()))
    assert isinstance(error, kind)


def test_the_operators_default_is_not_asked_where_the_application_speaks() -> None:
    assert _chosen(_example(BP_PYTHON_VERSION="3.12", BP_PYTHON_DEFAULT_VERSION="nonsense")).version == "3.12.2"


def test_a_range_prefers_the_operators_default() -> None:
    wanted = {"BP_PYTHON_VERSION": ">=3.11", "BP_PYTHON_DEFAULT_VERSION": "3.12"}
    assert _chosen(_example(**wanted)).version.startswith("3.12.")


def test_where_a_default_decides_nothing_was_asked_for() -> None:
    assert _chosen(_example(BP_PYTHON_VERSION="3.12")).request == "3.12"
    assert _chosen(_example()).request == ""
    assert _chosen(_example(BP_PYTHON_DEFAULT_VERSION="3.12")).request == ""


def test_the_log_says_whose_default_was_taken() -> None:
    assert _chosen(_example()).because[0] == (
        "no version is asked for; 3.14 is Lamina's default (to keep it, write it into .python-version)"
    )
    assert _chosen(_example(BP_PYTHON_DEFAULT_VERSION="3.12")).because[0] == (
        "no version is asked for; $BP_PYTHON_DEFAULT_VERSION makes 3.12 the default, instead of Lamina's 3.14"
    )
