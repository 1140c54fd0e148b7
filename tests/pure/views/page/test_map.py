"""The treemap of an image."""

import re

from pure.views.page.map import CANVASES, Drawn, drawn, enlarged, rules
from pure.views.page.telling import Page, ShownDistribution, ShownLayer, ShownPackage

from tests.pages import BARE, RICH


def page(*layers: ShownLayer) -> Page:
    return Page(name="x", facts=(), layers=layers)


def tree(boxes: tuple[Drawn, ...]) -> list[object]:
    return [(each.name, each.nbytes, *([tree(each.within)] if each.within else [])) for each in boxes]


def layer(name: str, nbytes: int | None, *held: ShownDistribution, compressed: int | None = None) -> ShownLayer:
    return ShownLayer(name=name, kind="dependencies", nbytes=nbytes, compressed=compressed, distributions=held)


def distribution(name: str, nbytes: int, *packages: ShownPackage) -> ShownDistribution:
    return ShownDistribution(name=name, version="1", nbytes=nbytes, packages=packages)


def test_layers_hold_distributions_and_these_packages() -> None:
    packages = (ShownPackage(name="a", nbytes=300), ShownPackage(name="b", nbytes=600))
    found = drawn(page(layer("one", 1000, distribution("x", 900, *packages)), layer("two", 500)))
    inside = [("x 1", 900, [("b", 600), ("a", 300)]), ("bytecode and other files", 100)]
    assert tree(found) == [("one", 1000, inside), ("two", 500)]
    assert [each.name for each in enlarged(found)] == ["one"]


def test_one_package_alone_is_not_drawn_within_its_distribution() -> None:
    (one,) = drawn(page(layer("one", 1000, distribution("x", 1000, ShownPackage(name="x", nbytes=1000)))))
    assert tree((one,)) == [("one", 1000, [("x 1", 1000)])]


def test_what_is_too_small_is_one_box_together() -> None:
    many = [distribution(f"d{at:03}", 1000 + at) for at in range(60)]
    (big, rest) = drawn(page(layer("big", 100_000, *many), layer("a", 100), layer("b", 200)))
    assert (rest.name, rest.nbytes) == ("2 smaller layers", 300)
    assert len(big.within) == 42
    assert tree(big.within)[-2:] == [
        ("20 smaller ones", sum(1000 + at for at in range(20))),
        ("bytecode and other files", 38_230),
    ]
    (big,) = drawn(page(layer("big", 1_000_000), layer("a", 10), layer("b", 20)))
    assert big.name == "big"


def test_smaller_layers_together_have_their_kind_only_where_all_have_the_same() -> None:
    big, small = layer("big", 100_000), layer("a", 100)
    platform = ShownLayer(name="config", kind="platform", nbytes=200)
    assert [each.kind for each in drawn(page(big, small, small))] == ["dependencies", "dependencies"]
    assert [each.kind for each in drawn(page(big, small, platform))] == ["dependencies", None]


def test_layers_are_compared_by_what_is_known_of_all() -> None:
    assert tree(drawn(page(layer("a", None, compressed=5), layer("b", 100, compressed=7)))) == [("a", 5), ("b", 7)]
    assert tree(drawn(page(layer("a", None), layer("b", 100, compressed=7)))) == [("b", 100)]
    assert drawn(page(layer("a", None), layer("b", None))) == ()
    assert drawn(BARE) == ()


def test_what_is_empty_has_no_box() -> None:
    assert drawn(page()) == ()
    assert tree(drawn(page(layer("a", 10, distribution("x", 0)), layer("b", 0)))) == [("a", 10)]


def numbers(boxes: tuple[Drawn, ...]) -> list[int]:
    return [number for each in boxes for number in (each.number, *numbers(each.within))]


def test_each_box_has_a_place_on_each_screen_alone_and_enlarged() -> None:
    boxes = drawn(RICH)
    all_ = numbers(boxes)
    assert len(set(all_)) == len(all_)
    within = {number for each in boxes for number in numbers(each.within)}
    wide, narrow = rules(boxes).split("@media")
    for said in (wide, narrow):
        assert [int(each) for each in re.findall(r"^#b(\d+){", said, re.MULTILINE)] == all_
        assert {int(each) for each in re.findall(r"^\.on #b(\d+){", said, re.MULTILINE)} == within
    assert set(CANVASES) == {"wide", "narrow"}


def test_places_are_hundredths_of_the_box_around() -> None:
    places = re.findall(r"left:(\S+)%;top:(\S+)%;width:(\S+)%;height:(\S+)%", rules(drawn(RICH)))
    assert len(places) > 100
    for left, top, width, height in places:
        for begin, extent in ((left, width), (top, height)):
            assert 0 <= float(begin) <= float(begin) + float(extent) <= 100.01


def test_a_size_that_is_none_draws_nothing() -> None:
    assert tree(drawn(page(layer("a", None, compressed=-5), layer("b", None, compressed=7)))) == [("b", 7)]
