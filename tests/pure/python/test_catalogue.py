"""What a catalogue holds, is made of, and is refused for; and that the real one is what it should be."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version
from pure.outcome import Failure
from pure.python.catalogue import (
    Catalogue,
    InvalidCatalogue,
    InvalidMirror,
    RepeatedRuntime,
    decode_catalogue,
    decode_end_of_life,
    encode_catalogue,
    known_until,
    merge_catalogues,
    minors,
    parse_mirror,
    with_mirror,
)

from tests.catalogues import CATALOGUES, SOME, runtime
from tests.places import ROOT

DATA = ROOT / "data"


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
    flat, with_release = with_mirror(entry, base)
    assert flat == url
    assert with_release == url.replace("/cpython", "/2025/cpython")


@pytest.mark.parametrize("text", ["", "mirror", "ftp://m/", "https://", "https://m/a b", "http://[::1/", "/mnt/x"])
def test_what_is_no_mirror(text: str) -> None:
    outcome = parse_mirror(text, origin="$M")
    assert isinstance(outcome, Failure)
    assert isinstance(outcome.failure(), InvalidMirror)


def test_the_committed_catalogue_has_both_architectures_of_every_version() -> None:
    entries = decode_catalogue((DATA / "cpython.json").read_bytes(), origin="cpython.json").unwrap().runtimes
    versions = {arch: {entry.version for entry in entries if entry.arch == arch} for arch in ("amd64", "arm64")}
    assert versions["amd64"] == versions["arm64"]
    assert minors(entries) == ("3.15", "3.14", "3.13", "3.12", "3.11")
    assert len({entry.url for entry in entries}) == len(entries)


def test_every_minor_version_of_the_catalogue_has_an_end_of_life() -> None:
    entries = decode_catalogue((DATA / "cpython.json").read_bytes(), origin="cpython.json").unwrap().runtimes
    life = decode_end_of_life((DATA / "end-of-life.json").read_bytes(), origin="end-of-life.json").unwrap()
    assert {entry.minor for entry in entries} <= set(life)
    ordered = sorted((minor for minor in life if minor.startswith("3.")), key=Version)
    assert [life[minor] for minor in ordered] == sorted(life[minor] for minor in ordered)


@pytest.mark.parametrize(
    ("urls", "until"),
    [
        ((), None),
        (("file:///a/cpython-3.13.1-linux-amd64.tar.gz",), None),
        (("https://h/20261021/cpython-3.14.9%2B20261021-x86_64.tar.gz",), date(2026, 10, 21)),
        (
            ("https://h/cpython-3.14.9+20261021-x86_64.tar.gz", "https://h/cpython-3.14.8+20260929-x.gz"),
            date(2026, 10, 21),
        ),
        (("https://h/cpython-3.14.9+20269999-x86_64.tar.gz",), None),
    ],
)
def test_archives_tell_how_far_a_catalogue_reaches(urls: tuple[str, ...], until: date | None) -> None:
    entries = tuple(msgspec.structs.replace(runtime(f"3.14.{number}"), url=url) for number, url in enumerate(urls))
    assert known_until(Catalogue(runtimes=entries)) == until


def test_a_minor_version_is_one_that_is_released() -> None:
    assert minors(SOME.runtimes) == ("3.14", "3.13", "3.12")
