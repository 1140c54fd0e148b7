"""The record of an environment: what of it lies in the environment itself, and what beside it."""

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


def state(said: tuple[Described, ...], artefacts: tuple[tuple[str, str], ...] = ()) -> VenvState:
    installed = (Distribution(name=name, version="1", origin=Index(file=""), requested=True) for name in NAMES)
    return VenvState(resolved=resolved_set(installed), artefacts=artefacts, seen=Insight(described=said))


artefacts = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(["0", "1"]))).map(tuple)


@given(described(), described(), artefacts, artefacts)
def test_a_lock_that_changes_what_is_not_installed_leaves_the_environment_as_it_is(
    one: tuple[Described, ...],
    other: tuple[Described, ...],
    first: tuple[tuple[str, str], ...],
    second: tuple[tuple[str, str], ...],
) -> None:
    assert encode_state(as_in_a_tree(state(one, first))) == encode_state(as_in_a_tree(state(other, second)))


@given(described(), artefacts)
def test_nothing_is_lost_of_it(said: tuple[Described, ...], locked: tuple[tuple[str, str], ...]) -> None:
    full = state(said, locked)
    tree = decode_state(encode_state(as_in_a_tree(full)))
    assert tree == Success(as_in_a_tree(full))
    assert with_beside(tree.unwrap(), beside_a_tree(full)) == full


_TEXTS = (
    *("[]", '{"described": 1}', '{"described": {"alpha": {"wished": ["x"]}}}', '{"artefacts": [["a"]]}', "{}"),
    '{"x":' + "[" * 5000,
)


@given(st.text() | st.sampled_from(_TEXTS))
def test_any_text_gives_a_state(text: str) -> None:
    full = state((Described(key="alpha", name="alpha"),))
    found = with_beside(full, text)
    assert found.resolved == full.resolved
    assert [each.key for each in found.seen.described] == ["alpha"]
