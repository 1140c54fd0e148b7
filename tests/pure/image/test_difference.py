"""How two images differ: nothing from itself, turned round by turning them round, and by as many bytes as are new."""

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from pure.image.difference import Become, compare_sides, moved
from pure.image.manifest import LayerOfImage, Owner
from pure.image.side import OF_BASES, DecidedValue, Side

from tests.strategies_image import sides

TURNED: dict[Become, Become] = {"new": "gone", "gone": "new"}


@given(sides())
def test_nothing_differs_from_itself(side: Side) -> None:
    found = compare_sides(side, side)
    assert not found.differs
    assert (found.decisions, found.distributions or (), found.not_compared) == ((), (), ())
    assert found.moving is not None
    assert (found.moving.nbytes, found.moving.blobs) == (0, 0)
    assert found.same_distributions == len(side.distributions or {})


@given(sides(), sides())
def test_turned_round_it_says_the_opposite(one: Side, other: Side) -> None:
    there, back = compare_sides(one, other), compare_sides(other, one)
    assert there.differs == back.differs
    assert there.not_compared == back.not_compared
    assert [(each.kind, each.name, each.before, each.after) for each in there.decisions] == [
        (each.kind, each.name, each.after, each.before) for each in back.decisions
    ]
    assert (there.distributions is None) == (back.distributions is None)
    assert [(each.name, each.before, each.after) for each in there.distributions or ()] == [
        (each.name, each.after, each.before) for each in back.distributions or ()
    ]
    assert Counter(each.become for each in there.layers or ()) == Counter(
        TURNED.get(each.become, each.become) for each in back.layers or ()
    )


@given(sides(), sides())
def test_each_layer_of_both_is_told_once(one: Side, other: Side) -> None:
    found = compare_sides(one, other)
    assert found.layers is not None
    assert Counter(each.before for each in found.layers if each.become != "new") == Counter(
        each.diff_id for each in one.layers or ()
    )
    assert [each.after for each in found.layers if each.become != "gone"] == [
        each.diff_id for each in other.layers or ()
    ]
    for each in found.layers:
        assert (each.before == each.after) == (each.become in ("same", "recompressed"))


@given(sides(), sides())
def test_what_moves_are_the_blobs_that_are_not_there(one: Side, other: Side) -> None:
    found = compare_sides(one, other)
    assert found.moving is not None
    assert found.layers is not None
    expected: dict[str, int] = {}
    for each in other.layers or ():
        alike = [
            there
            for there in one.layers or ()
            if (there.digest == each.digest if there.digest and each.digest else there.diff_id == each.diff_id)
        ]
        if not alike:
            size = each.compressed if each.digest else each.nbytes
            assert size is not None
            expected[each.digest or each.diff_id] = size
    documents = sum(nbytes for digest, nbytes in other.documents.items() if digest not in one.documents)
    assert found.moving.blobs == len(expected)
    assert found.moving.nbytes == sum(expected.values()) + documents
    assert found.moving.documents == documents
    assert sum(each.nbytes or 0 for each in found.layers) == sum(expected.values())


@given(sides(), sides())
def test_whatever_differs_is_told(one: Side, other: Side) -> None:
    found = compare_sides(one, other)
    told = {(each.kind, each.name) for each in found.decisions}
    for kind in one.decided.keys() & other.decided.keys():
        # Where both have Lamina's decisions, these say what starts.
        if kind == "command" and "process" in one.decided.keys() & other.decided.keys():
            continue
        # What a run image brings isn't compared with what has none.
        if kind in OF_BASES and one.based is not other.based:
            continue
        before, after = one.decided[kind], other.decided[kind]
        values = {name: choice.value for name, choice in before.items()}, {n: c.value for n, c in after.items()}
        differ = {name for name in {*before, *after} if values[0].get(name) != values[1].get(name)}
        assert {(kind, name) for name in differ} <= told


def layer(contents: str, **more: object) -> LayerOfImage:
    return msgspec.structs.replace(LayerOfImage(diff_id=contents, owner=Owner.BUILDPACK, name="venv"), **more)


@pytest.mark.parametrize(
    ("before", "after", "become", "nbytes"),
    [
        (layer("1", digest="a", compressed=5), layer("1", digest="a", compressed=5), "same", 0),
        # The registry has no such blob, whatever it holds.
        (layer("1", digest="a", compressed=5), layer("1", digest="b", compressed=6), "recompressed", 6),
        (layer("1", nbytes=9), layer("1", digest="b", compressed=6), "same", 0),
        (layer("1", digest="a", compressed=5), layer("2", nbytes=9), "changed", 9),
        (layer("1", digest="a", compressed=5), layer("2"), "changed", None),
    ],
)
def test_blobs(before: LayerOfImage, after: LayerOfImage, become: Become, nbytes: int | None) -> None:
    sides = (Side(name="", decided={}, layers=(each,), digest="x") for each in (before, after))
    ((found,), moving) = (compared := compare_sides(*sides)).layers or (), compared.moving
    assert (found.become, found.nbytes) == (become, nbytes)
    assert moving is not None
    assert (moving.nbytes, moving.unknown) == (nbytes or 0, int(nbytes is None))


def test_a_blob_counts_once() -> None:
    empty = LayerOfImage(diff_id="0", digest="e", compressed=32)
    assert moved((), (empty, empty)).nbytes == 32


def commands(*lines: str, because: str = "") -> Side:
    numbered = {
        str(number): DecidedValue(value=line, because=(because,) if because else ())
        for number, line in enumerate(lines, start=1)
    }
    return Side(name="", decided={"build": numbered})


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("a b c", "x a b c", [("1", "", "x")]),
        ("a b c", "a c", [("2", "b", "")]),
        ("a b c", "a x c", [("2", "b", "x")]),
        ("a b", "b a", [("1", "a", "b"), ("2", "b", "a")]),
        ("a b a", "b a", [("3", "a", "")]),
        ("", "a b c d e f g h i j", [(str(number), "", line) for number, line in enumerate("abcdefghij", start=1)]),
    ],
)
def test_build_commands_are_told_in_their_order_unless_both_have_them(
    before: str, after: str, told: list[tuple[str, str, str]]
) -> None:
    found = compare_sides(commands(*before.split()), commands(*after.split())).decisions
    values = [(each.before.value if each.before else "", each.after.value if each.after else "") for each in found]
    assert [(each.name, *value) for each, value in zip(found, values, strict=True)] == told


def test_reasons_of_equal_build_commands_are_told() -> None:
    found = compare_sides(commands("a", because="one"), commands("a", because="another")).decisions
    assert [each.for_other_reasons for each in found] == [True]


def test_reasons_count_where_both_have_some() -> None:
    def side(because: tuple[str, ...]) -> Side:
        return Side(name="", decided={"python": {"": DecidedValue(value="3.13.1", because=because)}})

    (found,) = compare_sides(side(("it is the default",)), side((".python-version asks for it",))).decisions
    assert found.for_other_reasons
    assert compare_sides(side(("it is the default",)), side(())).decisions == ()
