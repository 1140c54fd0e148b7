"""Draws the treemap: boxes within boxes, each with its name, and the rules of a style sheet that say where they lie.

A box lies where a rule says, in hundredths of the box around it, since a strict policy allows no style of an element's
own. There are rules for a wide and for a narrow screen, and for a layer that is enlarged: each fits other squares.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from pure.views.page.markup import Element, element
from pure.views.page.telling import Kind, Page, ShownDistribution, ShownLayer
from pure.views.page.treemap import squarified
from pure.wording import count, size

CANVASES: Final = {"wide": (1080.0, 620.0), "narrow": (328.0, 540.0)}
"""About as many pixels as the map has; the style sheet says the same of its height."""
# In pixels, as in the style sheet: the line with a box's name, and the gap on each side.
_NAME: Final = 22.0
_GAP: Final = 3.0

_LAYER_SHARE: Final = 1 / 250  # of the image; smaller layers are one box together
_VISIBLE: Final = 1 / 1000  # of the image; less is less than a few pixels
_DISTRIBUTIONS: Final = 40  # in a layer, biggest first
_DISTRIBUTION_SHARE: Final = 1 / 400  # of the layer
_PACKAGES: Final = 8  # in a distribution, biggest first


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """A box of the map with those inside of it; ``number`` is its own in the page."""

    number: int
    name: str
    nbytes: int
    kind: Kind | None = None
    within: tuple["Drawn", ...] = ()
    others: bool = False
    """It stands for several that are too small to be drawn."""

    @property
    def id(self) -> str:
        """What its rules name it by."""
        return f"b{self.number}"


def drawn(page: Page) -> tuple[Drawn, ...]:
    """The boxes of an image, a layer each; none where no size is known."""
    measure = measured(page.layers)
    sized = [(each, size_of(each, measure)) for each in page.layers]
    total = sum(nbytes for _, nbytes in sized)
    told = [pair for pair in sized if pair[1] and pair[1] >= total * _LAYER_SHARE]
    small = [pair for pair in sized if pair[1] and pair[1] < total * _LAYER_SHARE]
    together = sum(nbytes for _, nbytes in small)
    boxes = [_layer(layer, nbytes, unpacked=measure == "nbytes") for layer, nbytes in told]
    if small and together >= total * _VISIBLE:
        kinds = {each.kind for each, _ in small}
        boxes.append(_rest("smaller layer", len(small), together, kind=kinds.pop() if len(kinds) == 1 else None))
    return tuple(_numbered(boxes, iter(range(1, 1_000_000))))


def measured(layers: Sequence[ShownLayer]) -> str:
    """By which of their sizes layers are compared: ``nbytes``, unless only the other one is known of all."""
    if any(each.nbytes is None for each in layers) and all(each.compressed is not None for each in layers):
        return "compressed"
    return "nbytes"


def size_of(layer: ShownLayer, measure: str) -> int:
    """A layer's size by that measure, nought where nobody knows it."""
    # Strangers write manifests: none says that a layer is less than nothing and gets away with it.
    return max(0, (layer.nbytes if measure == "nbytes" else layer.compressed) or 0)


def marked(boxes: Sequence[Drawn], label: str) -> Element:
    """The map's elements."""
    return element("div", *map(_box, boxes), kind="map", id="map", role="img", label=label)


def rules(boxes: Sequence[Drawn]) -> str:
    """The rules that say where each box lies."""
    wide, narrow = ("".join(_rules(boxes, *canvas)) for canvas in CANVASES.values())
    return f"{wide}@media (max-width: 40rem) {{\n{narrow}}}\n"


def enlarged(boxes: Sequence[Drawn]) -> tuple[Drawn, ...]:
    """The boxes that are worth a look by themselves."""
    return tuple(each for each in boxes if each.within)


def _layer(layer: ShownLayer, nbytes: int, *, unpacked: bool) -> Drawn:
    held = sorted(layer.distributions, key=lambda each: (-each.nbytes, each.name))
    whole = max(nbytes, sum(each.nbytes for each in held)) if unpacked else sum(each.nbytes for each in held)
    shown = [each for each in held[:_DISTRIBUTIONS] if each.nbytes and each.nbytes >= whole * _DISTRIBUTION_SHARE]
    boxes = [_distribution(each) for each in shown]
    small = [each.nbytes for each in held if each not in shown and each.nbytes]
    if small:
        boxes.append(_rest("smaller one", len(small), sum(small)))
    left = whole - sum(each.nbytes for each in held)
    if boxes and left >= whole * _DISTRIBUTION_SHARE:
        boxes.append(Drawn(number=0, name="bytecode and other files", nbytes=left, others=True))
    return Drawn(number=0, name=layer.name, nbytes=nbytes, kind=layer.kind, within=tuple(boxes))


def _distribution(each: ShownDistribution) -> Drawn:
    packages = sorted((one for one in each.packages if one.nbytes), key=lambda one: (-one.nbytes, one.name))
    boxes = [Drawn(number=0, name=one.name, nbytes=one.nbytes) for one in packages[:_PACKAGES]]
    small = [one.nbytes for one in packages[_PACKAGES:]]
    if small:
        boxes.append(_rest("smaller one", len(small), sum(small)))
    # One alone would say the same name twice.
    within = tuple(boxes) if len(boxes) > 1 else ()
    return Drawn(number=0, name=f"{each.name} {each.version}".strip(), nbytes=each.nbytes, within=within)


def _rest(noun: str, number: int, nbytes: int, kind: Kind | None = None) -> Drawn:
    return Drawn(number=0, name=count(number, noun), nbytes=nbytes, kind=kind, others=True)


def _numbered(boxes: Iterable[Drawn], numbers: Iterator[int]) -> Iterator[Drawn]:
    for each in boxes:
        number = next(numbers)
        yield msgspec.structs.replace(each, number=number, within=tuple(_numbered(each.within, numbers)))


def _box(box: Drawn) -> Element:
    kinds = ["box", *([f"kind-{box.kind}"] if box.kind else []), *(["rest"] if box.others else [])]
    name = element("p", element("strong", box.name), " ", element("span", size(box.nbytes)))
    inner = (element("div", *map(_box, box.within), kind="inner"),) if box.within else ()
    return element("div", name, *inner, kind=" ".join(kinds), id=box.id, title=f"{box.name}: {size(box.nbytes)}")


def _rules(boxes: Sequence[Drawn], width: float, height: float) -> Iterator[str]:
    yield from _within(boxes, width, height, "")
    for each in enlarged(boxes):
        yield from _within(each.within, *_room(width, height), ".on ")


def _within(boxes: Sequence[Drawn], width: float, height: float, where: str) -> Iterator[str]:
    places = squarified([each.nbytes for each in boxes], width=width, height=height)
    for box, place in zip(boxes, places, strict=True):
        sides = (place.x / width, place.y / height, place.width / width, place.height / height)
        left, top, across, down = (f"{each * 100:.3f}%" for each in sides)
        yield f"{where}#{box.id}{{left:{left};top:{top};width:{across};height:{down}}}\n"
        yield from _within(box.within, *_room(place.width, place.height), where)


def _room(width: float, height: float) -> tuple[float, float]:
    """What a box has for those inside of it."""
    return max(1.0, width - 2 * _GAP), max(1.0, height - _NAME - _GAP)
