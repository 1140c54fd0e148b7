"""Which runtime answers a request: laws over made-up catalogues."""

from datetime import date, timedelta
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version
from pure.outcome import Failure
from pure.python.catalogue import (
    Catalogue,
    Runtime,
)
from pure.python.request import MinorRequest, PatchRequest, PythonRequest, RangeRequest, parse_variable
from pure.python.resolution import (
    Beyond,
    ChosenRuntime,
    EndOfLife,
    MinorEndOfLife,
    MinorTooOld,
    MinorUnknown,
    NearEndOfLife,
    NewerPatch,
    NothingForTarget,
    PreReleasesOnly,
    ReleaseUnknown,
    ResolutionError,
    SpecifierUnsatisfied,
    UnavailableForTarget,
    resolve,
)
from pure.source import Source
from pure.target import Distro, Target

from tests.catalogues import AMD64, CATALOGUES, MINORS, SOME, VERSIONS, catalogue, runtime

TODAY = date(2026, 11, 22)
SOURCE = Source(variable="BP_PYTHON_VERSION")


def asked(text: str) -> PythonRequest:
    outcome = parse_variable("BP_PYTHON_VERSION", text)
    assert not isinstance(outcome, Failure)
    return outcome.unwrap()


def answer(
    text: str,
    entries: Catalogue,
    *,
    target: Target = AMD64,
    end_of_life: dict[str, date] | None = None,
    today: date = TODAY,
    at_hand: tuple[Runtime, ...] = (),
) -> ChosenRuntime | ResolutionError:
    outcome = resolve(
        asked(text),
        entries,
        target=target,
        end_of_life=end_of_life or {},
        today=today,
        default_minor="3.14",
        at_hand=at_hand,
    )
    return outcome.failure() if isinstance(outcome, Failure) else outcome.unwrap()


def version_for(text: str, entries: Catalogue, **options: object) -> str:
    found = answer(text, entries, **options)  # type: ignore[arg-type]
    assert isinstance(found, ChosenRuntime)
    return found.runtime.version


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("3.12", "3.12.10"),
        ("3.12.9", "3.12.9"),
        (">=3.12", "3.14.1"),
        (">=3.12,<3.14", "3.13.2"),
        ("!=3.14.*", "3.13.2"),
        ("3.15.0rc1", "3.15.0rc1"),
        ("==3.15.0rc1", "3.15.0rc1"),
        (">=3.14.0rc1", "3.14.1"),
    ],
)
def test_the_version_that_answers(text: str, version: str) -> None:
    assert version_for(text, SOME) == version


def test_every_failure_has_its_own_reason() -> None:
    arm = Target(os="linux", arch="arm64")
    both = Catalogue(runtimes=(*SOME.runtimes, runtime("3.12.1", "arm64"), runtime("3.13.0", "arm64")))
    life = {"3.9": date(2025, 10, 31), "3.11": date(2027, 10, 31)}
    minors = ("3.14", "3.13", "3.12")
    dated = msgspec.structs.replace(runtime("3.12.1"), url="https://h/cpython-3.12.1%2B20261110-x86_64.tar.gz")
    recent = Catalogue(runtimes=(*SOME.runtimes[1:], dated))
    beyond = Beyond(until=date(2026, 11, 10))
    assert answer("3.12", SOME, target=arm) == NothingForTarget(
        request=asked("3.12"), target=arm, known=("linux/amd64",)
    )
    assert answer("3.9", SOME, end_of_life=life) == MinorEndOfLife(
        request=asked("3.9"), minor="3.9", since=life["3.9"], minors=minors
    )
    assert answer("3.11", SOME, end_of_life=life) == MinorTooOld(request=asked("3.11"), minor="3.11", minors=minors)
    for text in ("3.16", "3.16.1"):
        assert answer(text, recent) == MinorUnknown(request=asked(text), minor="3.16", minors=minors, beyond=beyond)
    assert answer("3.13", catalogue("3.12.1", "3.14.0")) == MinorUnknown(
        request=asked("3.13"), minor="3.13", minors=("3.14", "3.12")
    )
    assert answer("3.15", recent) == PreReleasesOnly(
        request=asked("3.15"), minor="3.15", known=("3.15.0rc1",), beyond=beyond
    )
    assert answer("3.12.11", recent) == ReleaseUnknown(
        request=asked("3.12.11"), version="3.12.11", known=("3.12.10", "3.12.9", "3.12.1"), beyond=beyond
    )
    assert answer("3.12.2", SOME) == ReleaseUnknown(
        request=asked("3.12.2"), version="3.12.2", known=("3.12.10", "3.12.9", "3.12.1")
    )
    assert answer("3.12.9", both, target=arm) == UnavailableForTarget(
        request=asked("3.12.9"), wanted="3.12.9", target=arm, elsewhere=("linux/amd64",), known=("3.12.1",)
    )
    assert answer("3.14", both, target=arm) == UnavailableForTarget(
        request=asked("3.14"), wanted="3.14", target=arm, elsewhere=("linux/amd64",), known=("3.13", "3.12")
    )
    assert answer(">=3.15", recent) == SpecifierUnsatisfied(
        request=asked(">=3.15"), specifier=">=3.15", minors=minors, pre_releases=(), beyond=beyond
    )
    assert answer(">3.14.5", recent) == SpecifierUnsatisfied(
        request=asked(">3.14.5"), specifier=">3.14.5", minors=minors, pre_releases=("3.15.0rc1",), beyond=beyond
    )
    for text in ("<3.12", "==3.12.2", "==3.11.*"):
        error = answer(text, recent)
        assert isinstance(error, SpecifierUnsatisfied)
        assert error.beyond is None, text


@pytest.mark.parametrize(
    ("days", "warnings"),
    [
        (-1, (EndOfLife(minor="3.12", since=TODAY - timedelta(1)),)),
        (0, (EndOfLife(minor="3.12", since=TODAY),)),
        (1, (NearEndOfLife(minor="3.12", until=TODAY + timedelta(1)),)),
        (183, (NearEndOfLife(minor="3.12", until=TODAY + timedelta(183)),)),
        (184, ()),
    ],
)
def test_an_end_of_life_is_warned_of(days: int, warnings: tuple[object, ...]) -> None:
    found = answer("3.12", SOME, end_of_life={"3.12": TODAY + timedelta(days)})
    assert isinstance(found, ChosenRuntime)
    assert found.warnings == warnings


def test_a_newer_patch_than_the_pinned_one_is_noted() -> None:
    found = answer("3.12.9", SOME)
    assert isinstance(found, ChosenRuntime)
    assert found.warnings == (NewerPatch(version="3.12.9", newest="3.12.10"),)


def test_a_runtime_for_a_distribution_serves_only_that_and_is_preferred_there() -> None:
    debian, ubuntu = Distro(name="debian", version="12"), Distro(name="ubuntu", version="24.04")
    entries = Catalogue(
        runtimes=(runtime("3.13.1"), runtime("3.13.1", distro=debian), runtime("3.13.9", distro=ubuntu))
    )
    for target, distro in ((AMD64, debian), (Target(os="linux", arch="amd64"), None)):
        found = answer("3.13", entries, target=target)
        assert isinstance(found, ChosenRuntime)
        assert (found.runtime.version, found.runtime.distro) == ("3.13.1", distro)


def test_what_is_at_hand_wins_if_it_answers() -> None:
    local = (runtime("3.13.0"),)
    assert version_for("3.13", SOME, at_hand=local) == "3.13.0"
    assert version_for("3.12", SOME, at_hand=local) == "3.12.10"


REQUESTS = st.one_of(
    st.sampled_from(MINORS), VERSIONS, st.sampled_from([">=3.13", "<3.14", ">=3.12.4,<3.14", "!=3.13.*", "==3.13.*"])
)


@given(REQUESTS, CATALOGUES)
def test_the_answer_satisfies_the_request_and_the_target(text: str, entries: Catalogue) -> None:
    found = answer(text, entries)
    if isinstance(found, ChosenRuntime):
        version = Version(found.runtime.version)
        match found.request:
            case MinorRequest(minor=minor):
                assert found.runtime.minor == minor
                assert not version.is_prerelease
            case PatchRequest(version=exact):
                assert found.runtime.version == exact
            case RangeRequest(specifiers=specifiers):
                assert any(version in SpecifierSet(specifier) for specifier in specifiers)
                assert not version.is_prerelease
        assert found.runtime in entries.runtimes
        assert found.runtime.arch == "amd64"
        assert found.runtime.distro in (None, AMD64.distro)


@given(REQUESTS, CATALOGUES, st.randoms())
def test_the_order_of_the_catalogue_does_not_matter(text: str, entries: Catalogue, random: Random) -> None:
    shuffled = list(entries.runtimes)
    random.shuffle(shuffled)
    assert answer(text, Catalogue(runtimes=tuple(shuffled))) == answer(text, entries)


@given(st.sampled_from(MINORS), CATALOGUES, VERSIONS)
def test_an_older_patch_more_changes_nothing(text: str, entries: Catalogue, version: str) -> None:
    found = answer(text, entries)
    if isinstance(found, ChosenRuntime) and Version(version) < Version(found.runtime.version):
        more = Catalogue(runtimes=(*entries.runtimes, runtime(version, sha256="f" * 64)))
        assert answer(text, more) == found


@given(REQUESTS, CATALOGUES)
def test_what_other_targets_have_does_not_change_an_answer(text: str, entries: Catalogue) -> None:
    found = answer(text, entries)
    if isinstance(found, ChosenRuntime):
        own = tuple(
            entry for entry in entries.runtimes if entry.arch == "amd64" and entry.distro in (None, AMD64.distro)
        )
        assert answer(text, Catalogue(runtimes=own)) == found


@given(st.sampled_from([">=3.12", "<=3.14.99", "!=3.13.*"]), CATALOGUES)
def test_a_range_prefers_the_default_minor(text: str, entries: Catalogue) -> None:
    found = answer(text, entries)
    if isinstance(answer("3.14", entries), ChosenRuntime):
        assert isinstance(found, ChosenRuntime)
        assert found.runtime.minor == "3.14"


@pytest.mark.parametrize(
    ("specifier", "ended"),
    [
        ("==3.9.*", "3.9"),
        ("<3.10", "3.9"),
        (">=3.8,<3.9", "3.8"),
        ("==3.9.7", "3.9"),
        (">=3.15", None),
        ("==3.9.99", None),
    ],
)
def test_a_range_of_what_has_ended_says_so(specifier: str, ended: str | None) -> None:
    since = {"3.8": date(2024, 10, 7), "3.9": date(2025, 10, 31), "3.14": date(2099, 1, 1)}
    request = RangeRequest(specifiers=(specifier,), text=specifier, source=Source(file="uv.lock", line=3))
    found = resolve(
        request,
        SOME,
        target=AMD64,
        end_of_life=since,
        today=date(2026, 11, 1),
        default_minor="3.14",
    )
    assert isinstance(found, Failure)
    error = found.failure()
    assert isinstance(error, SpecifierUnsatisfied)
    assert error.ended == ((ended, since[ended]) if ended else None)
