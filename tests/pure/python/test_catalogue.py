"""Which runtime answers a request: laws over made-up catalogues, and the real one."""

from datetime import date, timedelta
from random import Random
from typing import Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version
from pure.outcome import Failure
from pure.python.catalogue import (
    Catalogue,
    EndOfLife,
    InvalidCatalogue,
    InvalidMirror,
    MinorEndOfLife,
    MinorTooOld,
    MinorUnknown,
    NearEndOfLife,
    NewerPatch,
    NothingForTarget,
    RepeatedRuntime,
    Resolution,
    ResolutionError,
    Runtime,
    SpecifierUnsatisfied,
    UnavailableForTarget,
    VersionUnknown,
    decode_catalogue,
    decode_end_of_life,
    encode_catalogue,
    merge_catalogues,
    parse_mirror,
    resolve,
    with_mirror,
)
from pure.python.request import MinorRequest, PatchRequest, PythonRequest, RangeRequest, parse_variable
from pure.source import Source
from pure.target import Distro, Target
from tools.catalogue import generate

from tests.places import ROOT

DATA = ROOT / "data"
AMD64 = Target(os="linux", arch="amd64", distro=Distro(name="debian", version="12"))
TODAY = date(2026, 11, 22)
SOURCE = Source(variable="BP_PYTHON_VERSION")


def runtime(
    version: str, arch: Literal["amd64", "arm64"] = "amd64", distro: Distro | None = None, sha256: str = "0" * 64
) -> Runtime:
    url = f"https://host/{version}-{arch}{'-' + distro.name if distro else ''}.tar.gz"
    return Runtime(version=version, os="linux", arch=arch, url=url, sha256=sha256, distro=distro)


def catalogue(*versions: str) -> Catalogue:
    return Catalogue(runtimes=tuple(runtime(version) for version in versions))


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
) -> Resolution | ResolutionError:
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
    assert isinstance(found, Resolution)
    return found.runtime.version


SOME = catalogue("3.12.1", "3.12.10", "3.12.9", "3.13.0", "3.13.2", "3.14.1", "3.15.0rc1")


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
    minors = ("3.15", "3.14", "3.13", "3.12")
    assert answer("3.12", SOME, target=arm) == NothingForTarget(
        request=asked("3.12"), target=arm, known=("linux/amd64",)
    )
    assert answer("3.9", SOME, end_of_life=life) == MinorEndOfLife(
        request=asked("3.9"), minor="3.9", since=life["3.9"], minors=minors
    )
    assert answer("3.11", SOME, end_of_life=life) == MinorTooOld(request=asked("3.11"), minor="3.11", minors=minors)
    assert answer("3.16", SOME) == MinorUnknown(request=asked("3.16"), minor="3.16", minors=minors)
    assert answer("3.16.1", SOME) == MinorUnknown(request=asked("3.16.1"), minor="3.16", minors=minors)
    assert answer("3.12.2", SOME) == VersionUnknown(
        request=asked("3.12.2"), version="3.12.2", known=("3.12.10", "3.12.9", "3.12.1")
    )
    assert answer("3.12.9", both, target=arm) == UnavailableForTarget(
        request=asked("3.12.9"), wanted="3.12.9", target=arm, elsewhere=("linux/amd64",), known=("3.12.1",)
    )
    assert answer("3.14", both, target=arm) == UnavailableForTarget(
        request=asked("3.14"), wanted="3.14", target=arm, elsewhere=("linux/amd64",), known=("3.13", "3.12")
    )
    assert answer(">=3.15", SOME) == SpecifierUnsatisfied(
        request=asked(">=3.15"), specifier=">=3.15", minors=minors, pre_releases=()
    )
    assert answer(">3.14.5", SOME) == SpecifierUnsatisfied(
        request=asked(">3.14.5"), specifier=">3.14.5", minors=minors, pre_releases=("3.15.0rc1",)
    )


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
    assert isinstance(found, Resolution)
    assert found.warnings == warnings


def test_a_newer_patch_than_the_pinned_one_is_noted() -> None:
    found = answer("3.12.9", SOME)
    assert isinstance(found, Resolution)
    assert found.warnings == (NewerPatch(version="3.12.9", newest="3.12.10"),)


def test_a_runtime_for_a_distribution_serves_only_that_and_is_preferred_there() -> None:
    debian, ubuntu = Distro(name="debian", version="12"), Distro(name="ubuntu", version="24.04")
    entries = Catalogue(
        runtimes=(runtime("3.13.1"), runtime("3.13.1", distro=debian), runtime("3.13.9", distro=ubuntu))
    )
    for target, distro in ((AMD64, debian), (Target(os="linux", arch="amd64"), None)):
        found = answer("3.13", entries, target=target)
        assert isinstance(found, Resolution)
        assert (found.runtime.version, found.runtime.distro) == ("3.13.1", distro)


def test_what_is_at_hand_wins_if_it_answers() -> None:
    local = (runtime("3.13.0"),)
    assert version_for("3.13", SOME, at_hand=local) == "3.13.0"
    assert version_for("3.12", SOME, at_hand=local) == "3.12.10"


MINORS = ("3.12", "3.13", "3.14")
VERSIONS = st.builds(
    lambda minor, patch, suffix: f"{minor}.{patch}{suffix}",
    st.sampled_from(MINORS),
    st.integers(0, 12),
    st.sampled_from(["", "", "", "rc1"]),
)
CATALOGUES = st.lists(
    st.builds(
        runtime,
        VERSIONS,
        st.sampled_from(["amd64", "amd64", "arm64"]),
        st.sampled_from([None, None, AMD64.distro, Distro(name="alpine", version="3")]),
    ),
    unique_by=lambda entry: entry.url,
    max_size=12,
).map(lambda entries: Catalogue(runtimes=tuple(entries)))
REQUESTS = st.one_of(
    st.sampled_from(MINORS), VERSIONS, st.sampled_from([">=3.13", "<3.14", ">=3.12.4,<3.14", "!=3.13.*", "==3.13.*"])
)


@given(REQUESTS, CATALOGUES)
def test_the_answer_satisfies_the_request_and_the_target(text: str, entries: Catalogue) -> None:
    found = answer(text, entries)
    if isinstance(found, Resolution):
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
    if isinstance(found, Resolution) and Version(version) < Version(found.runtime.version):
        more = Catalogue(runtimes=(*entries.runtimes, runtime(version, sha256="f" * 64)))
        assert answer(text, more) == found


@given(REQUESTS, CATALOGUES)
def test_what_other_targets_have_does_not_change_an_answer(text: str, entries: Catalogue) -> None:
    found = answer(text, entries)
    if isinstance(found, Resolution):
        own = tuple(
            entry for entry in entries.runtimes if entry.arch == "amd64" and entry.distro in (None, AMD64.distro)
        )
        assert answer(text, Catalogue(runtimes=own)) == found


@given(st.sampled_from([">=3.12", "<=3.14.99", "!=3.13.*"]), CATALOGUES)
def test_a_range_prefers_the_default_minor(text: str, entries: Catalogue) -> None:
    found = answer(text, entries)
    if isinstance(answer("3.14", entries), Resolution):
        assert isinstance(found, Resolution)
        assert found.runtime.minor == "3.14"


@given(CATALOGUES)
def test_decoding_what_was_encoded_gives_the_same_runtimes(entries: Catalogue) -> None:
    again = decode_catalogue(encode_catalogue(entries), origin="x").unwrap()
    assert set(again.runtimes) == set(entries.runtimes)
    assert encode_catalogue(again) == encode_catalogue(entries)


@given(st.binary() | st.text().map(str.encode))
def test_no_bytes_raise(raw: bytes) -> None:
    decode_catalogue(raw, origin="x")
    decode_end_of_life(raw, origin="x")


GOOD = msgspec.to_builtins(runtime("3.13.1"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", "3.13"),
        ("version", "3.13.1\n"),
        ("version", "3.13.01"),
        ("os", "windows"),
        ("arch", "x86_64"),
        ("sha256", "0" * 63),
        ("sha256", "G" * 64),
        ("sha256", "0" * 64 + "\n"),
        ("url", "ftp://host/file"),
        ("url", "https://host/"),
        ("url", "https:///file"),
        ("url", "https://host/a b"),
        ("extra", 1),
    ],
)
def test_a_wrong_field_is_named(field: str, value: object) -> None:
    raw = msgspec.json.encode({"runtimes": [{**GOOD, field: value}]})
    outcome = decode_catalogue(raw, origin="own.json")
    assert isinstance(outcome, Failure)
    error = outcome.failure()
    assert isinstance(error, InvalidCatalogue)
    assert error.origin == "own.json"
    assert "$.runtimes[0]" in error.detail
    assert field in error.detail


def test_two_entries_for_one_target_are_refused() -> None:
    raw = msgspec.json.encode({"runtimes": [GOOD, {**GOOD, "sha256": "1" * 64}]})
    outcome = decode_catalogue(raw, origin="own.json")
    assert isinstance(outcome, Failure)
    assert isinstance(outcome.failure(), RepeatedRuntime)


@given(CATALOGUES, CATALOGUES)
def test_merging_keeps_all_of_ones_own(base: Catalogue, own: Catalogue) -> None:
    merged = merge_catalogues(base, own, replace=False)
    assert set(own.runtimes) <= set(merged.runtimes) <= set(own.runtimes) | set(base.runtimes)
    assert merge_catalogues(merged, own, replace=False) == merged
    assert merge_catalogues(base, own, replace=True) == own
    assert set(merge_catalogues(base, Catalogue(runtimes=()), replace=False).runtimes) == set(base.runtimes)


def test_ones_own_entry_wins() -> None:
    own = Catalogue(runtimes=(runtime("3.13.2", sha256="f" * 64),))
    assert own.runtimes[0] in merge_catalogues(SOME, own, replace=False).runtimes
    assert len(merge_catalogues(SOME, own, replace=False).runtimes) == len(SOME.runtimes)


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://mirror/python", "https://mirror/python/cpython-3.13.1%2B2025-x.tar.gz"),
        ("http://u:p@mirror:8080/", "http://u:p@mirror:8080/cpython-3.13.1%2B2025-x.tar.gz"),
        ("https://mirror/a?token=t", "https://mirror/a/cpython-3.13.1%2B2025-x.tar.gz?token=t"),
        ("file:///mnt/python/", "file:///mnt/python/cpython-3.13.1%2B2025-x.tar.gz"),
    ],
)
def test_a_mirror_has_the_same_file_names(base: str, url: str) -> None:
    entry = msgspec.structs.replace(runtime("3.13.1"), url="https://host/2025/cpython-3.13.1%2B2025-x.tar.gz")
    assert parse_mirror(f" {base}\n", origin="$M").unwrap() == base
    assert with_mirror(entry, base) == url


@pytest.mark.parametrize("text", ["", "mirror", "ftp://m/", "https://", "https://m/a b", "http://[::1/", "/mnt/x"])
def test_what_is_no_mirror(text: str) -> None:
    outcome = parse_mirror(text, origin="$M")
    assert isinstance(outcome, Failure)
    assert isinstance(outcome.failure(), InvalidMirror)


def test_the_committed_catalogue_is_what_its_generator_gives() -> None:
    assert (DATA / "cpython.json").read_bytes() == generate()


def test_the_committed_catalogue_has_both_architectures_of_every_version() -> None:
    entries = decode_catalogue((DATA / "cpython.json").read_bytes(), origin="cpython.json").unwrap().runtimes
    versions = {arch: {entry.version for entry in entries if entry.arch == arch} for arch in ("amd64", "arm64")}
    assert versions["amd64"] == versions["arm64"]
    assert {entry.minor for entry in entries} == {"3.11", "3.12", "3.13", "3.14", "3.15"}
    assert len({entry.url for entry in entries}) == len(entries)


def test_every_minor_version_of_the_catalogue_has_an_end_of_life() -> None:
    entries = decode_catalogue((DATA / "cpython.json").read_bytes(), origin="cpython.json").unwrap().runtimes
    life = decode_end_of_life((DATA / "end-of-life.json").read_bytes(), origin="end-of-life.json").unwrap()
    assert {entry.minor for entry in entries} <= set(life)
    ordered = sorted((minor for minor in life if minor.startswith("3.")), key=Version)
    assert [life[minor] for minor in ordered] == sorted(life[minor] for minor in ordered)
