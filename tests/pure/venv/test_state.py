"""The record of an environment: what of it lies in the environment itself, and what beside it."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from pure.hashes import Hash
from pure.outcome import Success
from pure.venv.described import Described
from pure.venv.resolved import Distribution, Index, resolved_set
from pure.venv.state import (
    Insight,
    VenvState,
    as_in_a_tree,
    beside_a_tree,
    decode_state,
    encode_state,
    with_beside,
)

NAMES = ("alpha", "beta", "gamma")
files = st.none() | st.builds(Hash, algorithm=st.just("sha256"), digest=st.sampled_from(["a" * 64, "b" * 64]))
wishes = st.lists(st.sampled_from(NAMES), unique=True).map(sorted).map(tuple)


@st.composite
def described(draw: st.DrawFn) -> tuple[Described, ...]:
    """What a lock and a project say of the same distributions."""
    return tuple(
        Described(key=name, name=name, needs=("alpha",), record="c" * 64, file=draw(files), wished=draw(wishes))
        for name in NAMES
    )


def state(said: tuple[Described, ...]) -> VenvState:
    installed = (Distribution(name=name, version="1", origin=Index(file=""), requested=True) for name in NAMES)
    return VenvState(resolved=resolved_set(installed), seen=Insight(described=said))


@given(described(), described())
def test_a_lock_that_changes_what_is_not_installed_leaves_the_environment_as_it_is(
    one: tuple[Described, ...], other: tuple[Described, ...]
) -> None:
    assert encode_state(as_in_a_tree(state(one))) == encode_state(as_in_a_tree(state(other)))


@given(described())
def test_nothing_is_lost_of_it(said: tuple[Described, ...]) -> None:
    full = state(said)
    tree = decode_state(encode_state(as_in_a_tree(full)))
    assert tree == Success(as_in_a_tree(full))
    assert with_beside(tree.unwrap(), beside_a_tree(full)) == full


@given(
    st.text()
    | st.sampled_from(
        ["[]", '{"alpha": {"file": 1}}', '{"alpha": {"wished": ["x"]}}', '{"x": {}}', '{"x":' + "[" * 5000]
    )
)
def test_any_text_gives_a_state(text: str) -> None:
    full = state((Described(key="alpha", name="alpha"),))
    found = with_beside(full, text)
    assert msgspec.structs.replace(found, seen=full.seen) == full
