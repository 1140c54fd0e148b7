"""The laws of layer metadata: what is different invalidates, all of it is said, and nothing is lost on the way."""

import json

import msgspec
import pytest
import tomli
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.layers.decision import (
    SCHEMA,
    STRUCTS,
    TYPES,
    Action,
    Metadata,
    RestoredLayer,
    UnreadableMetadata,
    decide_layer,
    decode_built_from,
    decode_metadata,
    diff_metadata,
    drop_layer,
    metadata_table,
)
from pure.outcome import Failure, Success

from tests.strategies_plan import junk

texts = st.text(st.characters(codec="utf-8"), max_size=10)
NAMES = st.sampled_from(sorted(STRUCTS))
FIELDS = [(name, field) for name, struct in STRUCTS.items() for field in struct.__struct_fields__ if field != "schema"]


def _of(name: str) -> st.SearchStrategy[Metadata]:
    struct = STRUCTS[name]
    return st.builds(struct, **{field: texts for field in struct.__struct_fields__ if field != "schema"})


metadata = NAMES.flatmap(_of)
pairs = NAMES.flatmap(lambda name: st.tuples(_of(name), _of(name)))
named = NAMES.flatmap(lambda name: st.tuples(st.just(name), _of(name)))


def _toml(of: Metadata) -> bytes:
    return tomli_w.dumps({"metadata": metadata_table(of), "types": {"cache": True}}).encode()


@given(metadata)
def test_equal_metadata_do_not_differ(one: Metadata) -> None:
    assert diff_metadata(one, msgspec.structs.replace(one)) == ()  # type: ignore[type-var]


@given(pairs)
def test_metadata_differ_exactly_if_they_are_not_equal(both: tuple[Metadata, Metadata]) -> None:
    one, other = both
    assert (diff_metadata(one, other) == ()) is (one == other)  # type: ignore[type-var]


@pytest.mark.parametrize(("name", "field"), FIELDS)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_each_field_alone_invalidates_and_is_named(name: str, field: str, data: st.DataObject) -> None:
    new = data.draw(_of(name))
    old = msgspec.structs.replace(new, **{field: "0ld " + getattr(new, field)})
    decision = decide_layer(name, new, RestoredLayer(toml=_toml(old), contents=True))  # type: ignore[type-var]
    assert decision.action is Action.RECREATE
    (difference,) = diff_metadata(old, new)  # type: ignore[type-var]
    assert (difference.field, difference.old, difference.new) == (field, getattr(old, field), getattr(new, field))
    assert decision.because == (str(difference),)
    assert "0ld" in decision.because[0]


@given(named)
def test_all_reasons_are_reported(one: tuple[str, Metadata]) -> None:
    name, new = one
    fields = [field for field in new.__struct_fields__ if field != "schema"]
    old = msgspec.structs.replace(new, **{field: getattr(new, field) + "x" for field in fields})
    decision = decide_layer(name, new, RestoredLayer(toml=_toml(old), contents=True))  # type: ignore[type-var]
    assert len(decision.because) == len(fields)


def test_a_reason_reads_well() -> None:
    pip = STRUCTS["pip"]
    old, new = (pip(arch="amd64", python_minor="3.13", pip_version=each) for each in ("25.3", "26.0"))  # type: ignore[call-arg]
    assert [str(each) for each in diff_metadata(old, new)] == ["pip 25.3 → 26.0"]  # type: ignore[type-var]


@settings(max_examples=100, deadline=None)
@given(metadata)
def test_decoding_what_was_encoded_gives_the_same_metadata(one: Metadata) -> None:
    assert decode_metadata(_toml(one), type(one)) == Success(one)  # type: ignore[type-var]


@given(named, texts)
def test_what_a_layer_was_made_from_stands_beside_its_metadata_and_never_invalidates(
    one: tuple[str, Metadata], built_from: str
) -> None:
    name, wanted = one
    toml = tomli_w.dumps({"metadata": metadata_table(wanted, built_from=built_from)}).encode()
    assert decode_built_from(toml) == built_from
    assert decode_metadata(toml, type(wanted)) == Success(wanted)  # type: ignore[type-var]
    decision = decide_layer(name, wanted, RestoredLayer(toml=toml, contents=True))  # type: ignore[type-var]
    assert decision.action is Action.KEEP


@given(junk)
def test_any_bytes_say_what_a_layer_was_made_from_or_nothing(toml: bytes) -> None:
    assert isinstance(decode_built_from(toml), str)


@settings(max_examples=100, deadline=None)
@given(metadata)
def test_metadata_survive_the_platforms_json_with_floats_for_integers(one: Metadata) -> None:
    platforms = json.loads(json.dumps(tomli.loads(_toml(one).decode())), parse_int=float)
    assert decode_metadata(tomli_w.dumps(platforms).encode(), type(one)) == Success(one)  # type: ignore[type-var]


@settings(max_examples=300, deadline=None)
@given(junk, st.sampled_from(list(STRUCTS.values())))
def test_any_bytes_give_metadata_or_say_why_not(toml: bytes, struct: type[Metadata]) -> None:
    match decode_metadata(toml, struct):  # type: ignore[type-var]
        case Success(found):
            assert isinstance(found, struct)
        case Failure(error):
            assert isinstance(error, UnreadableMetadata)


@given(metadata, texts.filter(lambda text: text != SCHEMA))
def test_another_schema_is_never_taken_for_ours(one: Metadata, schema: str) -> None:
    older = _toml(msgspec.structs.replace(one, schema=schema))
    assert isinstance(decode_metadata(older, type(one)), Failure)  # type: ignore[type-var]


@given(metadata, texts.filter(lambda text: bool(text.strip())))
def test_a_field_too_many_is_not_ignored(one: Metadata, field: str) -> None:
    table = {**metadata_table(one), f"x{field}": "1"}
    assert isinstance(decode_metadata(tomli_w.dumps({"metadata": table}).encode(), type(one)), Failure)  # type: ignore[type-var]


@given(named)
def test_every_decision_has_a_reason_and_the_wanted_metadata(one: tuple[str, Metadata]) -> None:
    name, wanted = one
    for restored in (
        None,
        RestoredLayer(toml=b"", contents=True),
        RestoredLayer(toml=_toml(wanted), contents=False),
        RestoredLayer(toml=_toml(wanted), contents=True),
    ):
        decision = decide_layer(name, wanted, restored)  # type: ignore[type-var]
        assert decision.because
        assert (decision.metadata, decision.types) == (wanted, TYPES[name])


def test_pip_never_reaches_the_run_image() -> None:
    assert [name for name, types in TYPES.items() if types.launch] == ["python", "venv"]
    assert all(types.build and types.cache for types in TYPES.values())


def test_pips_version_is_a_field_of_its_own_layer_alone() -> None:
    holders = [name for name, struct in STRUCTS.items() if "pip_version" in struct.__struct_fields__]
    assert holders == ["pip"]


def test_a_dropped_layer_has_neither_metadata_nor_types() -> None:
    dropped = drop_layer("pip", "not needed")
    assert (dropped.metadata, dropped.types, dropped.because) == (None, None, ("not needed",))
