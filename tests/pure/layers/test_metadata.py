"""The laws of layer metadata: what is different is said, all of it, and nothing is lost on the way."""

import json
from typing import get_args

import msgspec
import pytest
import tomli
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.layers.metadata import (
    SCHEMA,
    STRUCTS,
    Metadata,
    ToolLayer,
    UnreadableMetadata,
    decode_built_from,
    decode_metadata,
    diff_metadata,
    metadata_table,
)
from pure.layers.names import LayerName
from pure.manager.table import TOOLS, ToolName
from pure.outcome import Failure, Success

from tests.strategies_plan import junk

texts = st.text(st.characters(codec="utf-8"), max_size=10)
NAMES: st.SearchStrategy[LayerName] = st.sampled_from(sorted(STRUCTS))


def fields(name: LayerName) -> tuple[str, ...]:
    """The facts in a layer's metadata."""
    return tuple(field for field in STRUCTS[name].__struct_fields__ if field not in ("schema", "tool"))


def metadata_of(name: LayerName) -> st.SearchStrategy[Metadata]:
    """Any metadata of this layer."""
    struct = STRUCTS[name]
    own = {"tool": st.just(name)} if struct is ToolLayer else {}
    return st.builds(struct, **dict.fromkeys(fields(name), texts), **own)


named = NAMES.flatmap(lambda name: st.tuples(st.just(name), metadata_of(name)))
pairs = NAMES.flatmap(lambda name: st.tuples(metadata_of(name), metadata_of(name)))


def toml_of(metadata: Metadata) -> bytes:
    """``<layer>.toml`` with this metadata."""
    return tomli_w.dumps({"metadata": metadata_table(metadata), "types": {"cache": True}}).encode()


def test_every_layer_has_metadata_and_every_tool_a_layer_of_its_name() -> None:
    names = {name for union in get_args(LayerName) for name in get_args(union)}
    assert set(STRUCTS) == names
    assert {name for name, struct in STRUCTS.items() if struct is ToolLayer} == set(TOOLS) == set(get_args(ToolName))


@given(named)
def test_equal_metadata_do_not_differ(one: tuple[LayerName, Metadata]) -> None:
    assert diff_metadata(one[1], msgspec.structs.replace(one[1])) == ()


@given(pairs)
def test_metadata_differ_exactly_if_they_are_not_equal(both: tuple[Metadata, Metadata]) -> None:
    one, other = both
    assert (diff_metadata(one, other) == ()) is (one == other)


@pytest.mark.parametrize("tool", sorted(TOOLS))
def test_a_reason_calls_a_tool_by_its_name(tool: ToolName) -> None:
    old, new = (ToolLayer(tool=tool, arch="amd64", python_minor="3.13", version=each) for each in ("25.3", "26.0"))
    assert [str(each) for each in diff_metadata(old, new)] == [f"{TOOLS[tool].title} 25.3 → 26.0"]


def test_of_a_digest_a_reason_shows_what_a_person_can_compare() -> None:
    old, new = (
        STRUCTS["python"](os="linux", arch="amd64", distro="", python_version="3.13.1", archive_sha256=letter * 64)  # type: ignore[call-arg]
        for letter in "ab"
    )
    assert [str(each) for each in diff_metadata(old, new)] == [f"runtime archive {'a' * 12} → {'b' * 12}"]


# What builds before this one wrote, by layer.
OLDER = {
    "pip": {"schema": "1", "arch": "amd64", "python_minor": "3.13", "pip_version": "26.0"},
    "poetry": {"schema": "1", "arch": "amd64", "distro": "", "python_minor": "3.13", "poetry_version": "2.1"},
    "uv": {"schema": "1", "arch": "amd64", "uv_version": "0.13.9"},
}


@pytest.mark.parametrize("name", OLDER)
def test_what_older_builds_wrote_of_a_tool_is_still_read(name: ToolName) -> None:
    older = OLDER[name]
    found = decode_metadata(tomli_w.dumps({"metadata": older}).encode(), name).unwrap()
    version = older[f"{name}_version"]
    assert found == ToolLayer(
        tool=name, arch="amd64", python_minor=older.get("python_minor"), distro=older.get("distro"), version=version
    )
    assert metadata_table(found) == older


@settings(max_examples=100, deadline=None)
@given(named)
def test_decoding_what_was_encoded_gives_the_same_metadata(one: tuple[LayerName, Metadata]) -> None:
    name, metadata = one
    assert decode_metadata(toml_of(metadata), name) == Success(metadata)


@given(named, texts)
def test_what_a_layer_was_made_from_stands_beside_its_metadata(
    one: tuple[LayerName, Metadata], built_from: str
) -> None:
    name, metadata = one
    toml = tomli_w.dumps({"metadata": metadata_table(metadata, built_from=built_from)}).encode()
    assert decode_built_from(toml) == built_from
    assert decode_metadata(toml, name) == Success(metadata)


@given(junk)
def test_any_bytes_say_what_a_layer_was_made_from_or_nothing(toml: bytes) -> None:
    assert isinstance(decode_built_from(toml), str)


@settings(max_examples=100, deadline=None)
@given(named)
def test_metadata_survive_the_platforms_json_with_floats_for_integers(one: tuple[LayerName, Metadata]) -> None:
    name, metadata = one
    platforms = json.loads(json.dumps(tomli.loads(toml_of(metadata).decode())), parse_int=float)
    assert decode_metadata(tomli_w.dumps(platforms).encode(), name) == Success(metadata)


@settings(max_examples=300, deadline=None)
@given(junk, NAMES)
def test_any_bytes_give_metadata_or_say_why_not(toml: bytes, name: LayerName) -> None:
    match decode_metadata(toml, name):
        case Success(found):
            assert isinstance(found, STRUCTS[name])
        case Failure(error):
            assert isinstance(error, UnreadableMetadata)


@given(named, texts.filter(lambda text: text != SCHEMA))
def test_another_schema_is_never_taken_for_ours(one: tuple[LayerName, Metadata], schema: str) -> None:
    name, metadata = one
    assert isinstance(decode_metadata(toml_of(msgspec.structs.replace(metadata, schema=schema)), name), Failure)


@given(named, st.sampled_from(["version", "tool"]) | texts.filter(lambda text: bool(text.strip())).map("x".__add__))
def test_a_field_too_many_is_not_ignored(one: tuple[LayerName, Metadata], field: str) -> None:
    name, metadata = one
    toml = tomli_w.dumps({"metadata": {**metadata_table(metadata), field: "1"}}).encode()
    assert isinstance(decode_metadata(toml, name), Failure)


def test_pips_version_is_a_field_of_its_own_layer_alone() -> None:
    # A new pip must never throw Python or the environment away.
    holders = [name for name in STRUCTS if "version" in fields(name)]
    assert set(holders) == set(TOOLS)
