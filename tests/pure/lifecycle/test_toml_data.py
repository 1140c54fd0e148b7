"""Laws of what buildpacks write: it is read or refused, and comes back as JSON would have it."""

import json
import math

import msgspec
import tomli_w
from hypothesis import given
from hypothesis import strategies as st
from pure.lifecycle.descriptor import Buildpack, parse_descriptor
from pure.lifecycle.outputs import (
    parse_build_file,
    parse_launch_file,
    parse_layer_file,
    parse_store_file,
    sbom_files,
)
from pure.lifecycle.toml_data import json_numbers, parse_toml, through_json
from pure.outcome import Failure, Success

TOML = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(),
        st.text(max_size=4),
        st.dates(),
        st.datetimes(),
        st.datetimes(timezones=st.timezones()),
        st.times(),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
TABLES = st.dictionaries(st.text(max_size=4), TOML, max_size=4)
PACK = Buildpack(id="a/b", version="1", api="0.10", sbom_formats=("application/vnd.cyclonedx+json",))
# Bytes that are nearly what a buildpack writes.
NEARLY = st.lists(
    st.sampled_from(
        [
            *(b"[types]", b"build = true", b"launch = 1", b"[metadata]", b"[[processes]]", b'type = "web"'),
            *(b'command = ["x"]', b'command = "x"', b"default = true", b"[[labels]]", b'key = "k"', b"[[slices]]"),
            *(b'paths = ["*"]', b"paths = 1", b"[[unmet]]", b'name = "x"', b"name = 1", b"x = 1979-05-27", b"\xff"),
            *(b"a" + b".a" * 2000 + b" = 1", b"x = " + b"[" * 2000, b"x = " + b"9" * 5000, b"x = nan", b"[buildpack]"),
            *(b'id = "x"', b'id = "../x"', b'version = "1"', b'api = "0.10"', b"api = 0.10"),
        ]
    ),
    max_size=6,
).map(b"\n".join)


@given(st.binary(max_size=200) | NEARLY)
def test_no_bytes_raise(data: bytes) -> None:
    for outcome in (
        parse_toml(data),
        parse_layer_file(data),
        parse_launch_file(data, PACK),
        parse_build_file(data, asked=["x"]),
        parse_store_file(data),
        parse_descriptor(data, path="p", has_build=True),
    ):
        assert isinstance(outcome, Success | Failure)


@given(NEARLY)
def test_a_layers_metadata_goes_through_json_or_is_refused(data: bytes) -> None:
    parsed = parse_layer_file(data)
    if isinstance(parsed, Success):
        assert isinstance(through_json(parsed.unwrap().metadata), Success | Failure)


def finite(value: object) -> bool:
    match value:
        case float():
            return math.isfinite(value)
        case dict():
            return all(map(finite, value.values()))
        case list():
            return all(map(finite, value))
        case _:
            return True


@given(TABLES)
def test_through_json_is_what_json_does(table: dict[str, object]) -> None:
    outcome = through_json(table)
    assert isinstance(outcome, Success) == finite(table)
    if isinstance(outcome, Success):
        value = outcome.unwrap()
        assert json.loads(json.dumps(value)) == value
        assert through_json(value).unwrap() == value
        assert all(not isinstance(each, int) or isinstance(each, bool) for each in leaves(value))


def leaves(value: object) -> list[object]:
    match value:
        case dict():
            return [leaf for each in value.values() for leaf in leaves(each)]
        case list():
            return [leaf for each in value for leaf in leaves(each)]
        case _:
            return [value]


@given(TABLES)
def test_the_labels_text_gives_the_same_values_back(table: dict[str, object]) -> None:
    outcome = through_json(table)
    if isinstance(outcome, Success):
        text = msgspec.json.encode(json_numbers(outcome.unwrap()))
        assert through_json(msgspec.json.decode(text)).unwrap() == outcome.unwrap()


@given(TABLES)
def test_what_comes_back_can_be_written_as_toml(table: dict[str, object]) -> None:
    outcome = through_json(table)
    if isinstance(outcome, Success):
        written = tomli_w.dumps({"metadata": outcome.unwrap()}).encode()
        assert parse_toml(written).unwrap()["metadata"] == outcome.unwrap()


@given(st.lists(st.text("abl.sbomcdxjn/", max_size=12) | st.sampled_from(["l.sbom.cdx.json", "l.sbom.x.json"])))
def test_sbom_names_never_raise(names: list[str]) -> None:
    assert isinstance(sbom_files(names, {}, PACK), Success | Failure)
