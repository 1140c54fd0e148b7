"""What other buildpacks require of Python, merged over all entries."""

from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.outcome import Failure, Success
from pure.project.detection import OFFERED, OWN, PYTHON_NAMES
from pure.python.request import MajorOnly
from pure.python.requirers import BadRequirement, BadVersion, Requirers, RequirersError, UnreadablePlan, read_requirers

from tests.strategies_plan import junk

VERSIONS = ("3.12", "3.13.1", ">=3.11")
entries = st.fixed_dictionaries(
    {"name": st.sampled_from([*OFFERED, "node"])},
    optional={
        "metadata": st.fixed_dictionaries(
            {},
            optional={
                "version": st.sampled_from([*VERSIONS, "", "*", "default"]),
                "build": st.booleans(),
                "launch": st.booleans(),
                OWN: st.booleans(),
            },
        )
    },
)


def _merged(found: list[dict[str, object]]) -> Requirers:
    read = read_requirers(tomli_w.dumps({"entries": found}).encode())
    assert isinstance(read, Success), read
    return read.unwrap()


@given(st.lists(entries, max_size=5))
def test_all_entries_of_a_name_are_merged_but_for_our_own(found: list[dict[str, Any]]) -> None:
    merged = _merged(found)
    others = [(entry["name"], entry.get("metadata", {})) for entry in found if not entry.get("metadata", {}).get(OWN)]
    assert [each.name for each in merged.names] == [name for name in OFFERED if name in dict(others)]
    for each in merged.names:
        asked = [metadata for name, metadata in others if name == each.name]
        assert each.build is any(metadata.get("build") for metadata in asked)
        assert each.launch is any(metadata.get("launch") for metadata in asked)
        versions = [metadata.get("version") for metadata in asked]
        assert list(each.versions) == [version for version in versions if version in VERSIONS]
    python = [metadata for name, metadata in others if name in PYTHON_NAMES]
    assert merged.build is any(metadata.get("build") for metadata in python)
    assert merged.launch is any(metadata.get("launch") for metadata in python)
    wanted = [metadata.get("version") for metadata in python]
    assert [request.text for request in merged.requests] == [each for each in wanted if each in VERSIONS]


@given(st.lists(entries, max_size=5))
def test_each_request_names_its_entry(found: list[dict[str, object]]) -> None:
    for request in _merged(found).requests:
        assert "another buildpack's requirement (entry " in str(request.source)


def test_an_empty_plan_requires_nothing() -> None:
    assert read_requirers(b"") == Success(Requirers())


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("\udcff", UnreadablePlan(because="is not readable TOML")),
        ("entries = [", UnreadablePlan(because="is not readable TOML")),
        ("a = " + "1" * 5000, UnreadablePlan(because="is not readable TOML")),
        ("entries = 3", UnreadablePlan(because="has no list of entries")),
        ("entries = [3]", UnreadablePlan(because="has no list of entries")),
        (
            'entries = [{name = "python", metadata = 3}]',
            BadRequirement(entry=1, name="python", key="metadata", value="3", expected="a table"),
        ),
        (
            'entries = [{name = "x"}, {name = "python", metadata = {launch = "yes"}}]',
            BadRequirement(entry=2, name="python", key="launch", value="'yes'", expected="true or false"),
        ),
        (
            'entries = [{name = "python", metadata = {version = 3.1}}]',
            BadRequirement(entry=1, name="python", key="version", value="3.1", expected='a string, such as "3.13"'),
        ),
    ],
)
def test_what_is_unusable_is_said_with_its_entry(text: str, error: RequirersError) -> None:
    assert read_requirers(text.encode("utf-8", "surrogateescape")) == Failure(error)


def test_a_version_that_is_none_is_said_with_its_entry() -> None:
    read = read_requirers(b'[[entries]]\nname = "python"\n[entries.metadata]\nversion = "3"\n')
    assert isinstance(read, Failure)
    error = read.failure()
    assert isinstance(error, BadVersion)
    assert (error.entry, type(error.error)) == (1, MajorOnly)


@settings(max_examples=200, deadline=None)
@given(junk)
def test_any_bytes_give_requirers_or_an_error(raw: bytes) -> None:
    assert isinstance(read_requirers(raw), Success | Failure)
