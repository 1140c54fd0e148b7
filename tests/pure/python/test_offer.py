"""Which runtimes there are to choose from where a buildpack was packaged for builds without a network."""

from collections.abc import Mapping
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.outcome import Failure, Success
from pure.python.catalogue import Catalogue, Runtime, decode_catalogue, encode_catalogue
from pure.python.choice import NotCarried, PythonDecision, RuntimeChoiceError, choose_runtime
from pure.python.offer import CatalogueText, RuntimeFacts, offered
from pure.python.requirers import Requirers
from pure.target import Target

from tests.documents import documents

KNOWN = ("3.11.9", "3.12.4", "3.13.1", "3.13.9", "3.14.0", "3.14.9")
CARRIED = ("3.12.4", "3.13.1", "3.14.0")


def runtime(version: str, place: str) -> Runtime:
    return Runtime(version=version, os="linux", arch="amd64", url=f"{place}/{version}.tar.gz", sha256="0" * 64)


def text(place: str, versions: tuple[str, ...]) -> CatalogueText:
    entries = tuple(runtime(version, place) for version in versions)
    return CatalogueText(raw=encode_catalogue(Catalogue(runtimes=entries)), origin=place)


def facts(
    carried: tuple[str, ...],
    variables: Mapping[str, str] = {},
    *,
    files: Mapping[str, str] = {},
    operators: tuple[str, ...] = (),
    closed: bool = True,
) -> RuntimeFacts:
    return RuntimeFacts(
        target=Target(os="linux", arch="amd64"),
        today=date(2026, 11, 1),
        variables=variables,
        catalogue=text("https://archives.invalid", KNOWN),
        carried=text("file:///cnb/runtimes", carried),
        carried_tools={"pip": ("3.14",)} if closed else None,
        operator_catalogue=text("https://operator.invalid", operators) if operators else None,
        end_of_life=CatalogueText(raw=b"{}", origin="data/end-of-life.json"),
        version_files=documents(files),
    )


def chosen(given: RuntimeFacts) -> PythonDecision:
    outcome = choose_runtime(given, Requirers())
    assert isinstance(outcome, Success), outcome
    return outcome.unwrap()


def refused(given: RuntimeFacts) -> RuntimeChoiceError:
    outcome = choose_runtime(given, Requirers())
    assert isinstance(outcome, Failure), outcome
    return outcome.failure()


@pytest.mark.parametrize(
    ("asked", "version"), [("3.12", "3.12.4"), ("3.13", "3.13.1"), ("3.13.1", "3.13.1"), (">=3.12", "3.14.0")]
)
def test_what_is_carried_answers(asked: str, version: str) -> None:
    decision = chosen(facts(CARRIED, {"BP_PYTHON_VERSION": asked}))
    assert (decision.version, decision.url) == (version, f"file:///cnb/runtimes/{version}.tar.gz")
    assert f"{version} answers that and needs no download" in decision.because


@pytest.mark.parametrize("asked", ["3.11", "3.13.9", "3.15", "<3.12", ">=3.15"])
def test_nothing_else_is_looked_for(asked: str) -> None:
    error = refused(facts(CARRIED, {"BP_PYTHON_VERSION": asked}))
    assert isinstance(error, NotCarried)
    assert (error.request.text, error.known) == (asked, ("3.14.0", "3.13.1", "3.12.4"))


@pytest.mark.parametrize("asked", ["3.11", "3.13.9"])
def test_with_a_mirror_everything_that_is_known_is(asked: str) -> None:
    variables = {"BP_PYTHON_VERSION": asked, "BP_PYTHON_MIRROR": "https://mirror.internal/"}
    decision = chosen(facts(CARRIED, variables))
    assert decision.url == f"https://mirror.internal/{decision.version}.tar.gz"


def test_an_archive_counts_that_a_binding_has_a_place_for() -> None:
    given = facts(CARRIED, {"BP_PYTHON_VERSION": "3.11"})
    ours = decode_catalogue(given.catalogue.raw, origin="").unwrap()
    own = msgspec.structs.replace(ours.runtimes[0], sha256="1" * 64)
    catalogue = Catalogue(runtimes=(own, *ours.runtimes[1:]))
    text_ = CatalogueText(raw=encode_catalogue(catalogue), origin="data/cpython.json")
    given = msgspec.structs.replace(given, catalogue=text_, mapped={"1" * 64: "https://files.internal/python.tgz"})
    decision = chosen(given)
    assert (decision.version, decision.url) == (own.version, "https://files.internal/python.tgz")
    # Of the others nothing is known.
    other = msgspec.structs.replace(given, variables={"BP_PYTHON_VERSION": "3.13.9"})
    assert isinstance(refused(other), NotCarried)


def test_an_operators_catalogue_counts() -> None:
    given = facts(CARRIED, {"BP_PYTHON_VERSION": "3.11"}, operators=("3.11.7",))
    assert chosen(given).url == "https://operator.invalid/3.11.7.tar.gz"


def test_a_version_that_contradicts_another_source_is_told_as_that() -> None:
    files = {".python-version": "3.13", "pyproject.toml": '[project]\nrequires-python = "<3.13"\n'}
    assert not isinstance(refused(facts(CARRIED, files=files)), NotCarried)


@pytest.mark.parametrize(
    ("carried", "version", "reason"),
    [
        (CARRIED, "3.14.0", "3.14 is Lamina's default (to keep it, write it into .python-version)"),
        (("3.12.4", "3.13.1"), "3.13.1", "3.13 is the newest that this buildpack carries"),
    ],
)
def test_the_default_is_one_that_it_carries(carried: tuple[str, ...], version: str, reason: str) -> None:
    decision = chosen(facts(carried))
    assert decision.version == version
    assert decision.because[0] == f"no version is asked for; {reason}"
    files = {"pyproject.toml": '[project]\nrequires-python = ">=3.11"\n'}
    assert chosen(facts(carried, files=files)).version == version


def test_an_operators_default_that_is_not_carried_is_an_error() -> None:
    assert isinstance(refused(facts(("3.13.1",), {"BP_PYTHON_DEFAULT_VERSION": "3.12"})), NotCarried)


def test_of_several_at_hand_a_range_takes_the_default_one() -> None:
    files = {"pyproject.toml": '[project]\nrequires-python = ">=3.11"\n'}
    for closed in (True, False):
        given = facts(CARRIED, {"BP_PYTHON_DEFAULT_VERSION": "3.13"}, files=files, closed=closed)
        assert chosen(given).version == "3.13.1"


@given(st.sets(st.sampled_from(KNOWN), min_size=1), st.sampled_from(["", "3.11", "3.13", "3.14.9", ">=3.12", "<3.14"]))
def test_no_runtime_is_taken_from_anywhere_else(carried: set[str], asked: str) -> None:
    given_ = facts(tuple(sorted(carried)), {"BP_PYTHON_VERSION": asked} if asked else {})
    outcome = choose_runtime(given_, Requirers())
    if isinstance(outcome, Success):
        assert outcome.unwrap().version in carried
        assert outcome.unwrap().url.startswith("file:///cnb/runtimes/")
    else:
        assert isinstance(outcome.failure(), NotCarried)


def test_a_buildpack_that_was_packaged_otherwise_offers_everything() -> None:
    offer = offered(facts(("3.13.1",), closed=False)).unwrap()
    assert {each.version for each in offer.all.runtimes} == set(KNOWN)
    assert not offer.closed
