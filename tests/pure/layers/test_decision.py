"""What is done to one layer: what is different invalidates, and all of it is said."""

import msgspec
import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.layers.decision import TYPES, Action, RestoredLayer, decide_layer, drop_layer
from pure.layers.metadata import STRUCTS, Metadata, diff_metadata, metadata_table
from pure.layers.names import LayerName

from tests.pure.layers.test_metadata import fields, metadata_of, named, texts, toml_of

FIELDS = [(name, field) for name in STRUCTS for field in fields(name)]


@pytest.mark.parametrize(("name", "field"), FIELDS)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_each_field_alone_invalidates_and_is_named(name: LayerName, field: str, data: st.DataObject) -> None:
    new = data.draw(metadata_of(name))
    old = msgspec.structs.replace(new, **{field: "0ld " + getattr(new, field)})
    decision = decide_layer(name, new, RestoredLayer(toml=toml_of(old), contents=True))
    assert decision.action is Action.RECREATE
    (difference,) = diff_metadata(old, new)
    assert difference.old.startswith("0ld ")
    assert decision.because == (str(difference),)
    assert "0ld" in decision.because[0]


@given(named)
def test_all_reasons_are_reported(one: tuple[LayerName, Metadata]) -> None:
    name, new = one
    old = msgspec.structs.replace(new, **{field: getattr(new, field) + "x" for field in fields(name)})
    decision = decide_layer(name, new, RestoredLayer(toml=toml_of(old), contents=True))
    assert len(decision.because) == len(fields(name))


@given(named, texts)
def test_what_a_layer_was_made_from_never_invalidates(one: tuple[LayerName, Metadata], built_from: str) -> None:
    name, wanted = one
    toml = tomli_w.dumps({"metadata": metadata_table(wanted, built_from=built_from)}).encode()
    assert decide_layer(name, wanted, RestoredLayer(toml=toml, contents=True)).action is Action.KEEP


@given(named)
def test_every_decision_has_a_reason_and_the_wanted_metadata(one: tuple[LayerName, Metadata]) -> None:
    name, wanted = one
    for restored in (
        None,
        RestoredLayer(toml=b"", contents=True),
        RestoredLayer(toml=toml_of(wanted), contents=False),
        RestoredLayer(toml=toml_of(wanted), contents=True),
    ):
        decision = decide_layer(name, wanted, restored)
        assert decision.because
        assert (decision.metadata, decision.types) == (wanted, TYPES[name])


def test_pip_never_reaches_the_run_image() -> None:
    assert [name for name, types in TYPES.items() if types.launch] == ["python", "venv", "ca-certificates", "at-launch"]
    assert [name for name, types in TYPES.items() if types.launch and (types.cache or types.build)] == []
    assert all(types.cache for name, types in TYPES.items() if not types.launch)


def test_a_dropped_layer_has_neither_metadata_nor_types() -> None:
    dropped = drop_layer("pip", "not needed")
    assert (dropped.metadata, dropped.types, dropped.because) == (None, None, ("not needed",))
