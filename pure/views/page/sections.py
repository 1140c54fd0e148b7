"""Says the page's parts, from its heading to its end."""

from collections.abc import Iterator, Mapping
from typing import Final

from pure.views.page.map import Drawn, enlarged, marked, measured, size_of
from pure.views.page.markup import Element, Node, element
from pure.views.page.telling import (
    Kind,
    Page,
    ShownChange,
    ShownDecision,
    ShownDistribution,
    ShownLayer,
    ShownPrevious,
    ShownTime,
)
from pure.wording import count, duration, size

KINDS: Final[Mapping[Kind, str]] = {
    "base": "run image",
    "python": "Python",
    "dependencies": "dependencies",
    "start": "start of processes",
    "application": "application",
    "others": "other buildpacks",
    "platform": "lifecycle",
    "unknown": "unknown",
}
_LONG: Final = 25
"""More rows than so many stay closed until a reader opens them."""


def heading(page: Page) -> Element:
    """What the image is, in a few lines."""
    facts = [part for name, value in page.facts for part in (element("dt", name), element("dd", value))]
    return element(
        "header",
        element("h1", page.name),
        element("p", summary(page), kind="lead"),
        element("dl", *facts, kind="facts"),
    )


def summary(page: Page) -> str:
    """How large the image is, in a line."""
    measure = measured(page.layers)
    total = sum(size_of(each, measure) for each in page.layers)
    layers = count(len(page.layers), "layer")
    if not total:
        return layers
    return f"{size(total)}{' compressed' if measure == 'compressed' else ''} in {layers}"


def composition(page: Page, boxes: tuple[Drawn, ...]) -> Element:
    """What the image is made of: the map, and the same in numbers."""
    return _section(
        "composition",
        "What it is made of",
        *_map(page, boxes),
        _layers(page),
        *_distributions(page),
        *(element("p", each, kind="soft") for each in page.unknown),
    )


def decisions(page: Page) -> Element:
    """What was decided, and why."""
    told = map(_decision, page.decisions)
    why_none = (element("p", page.undecided),) if page.undecided else ()
    return _section("decisions", "What was decided, and why", *why_none, *told)


def times(page: Page) -> Element:
    """What the build took."""
    if not page.times:
        return _section("times", "What the build took", element("p", page.untimed))
    longest = max(each.seconds for each in page.times) or 1.0
    rows = (row for each in page.times for row in _time(each, longest))
    table = _table("The build, part by part", ("Part", "Share", "Time"), element("tbody", *rows), numbers=1)
    return _section("times", "What the build took", table)


def difference(previous: ShownPrevious) -> Element:
    """What differs from the previous image."""
    parts: list[Node] = [element("p", "Compared with ", element("code", previous.reference), ".")]
    parts += [element("p", each) for each in previous.said]
    decided = [_reviewed(each) for each in previous.decisions]
    if decided:
        title = count(len(decided), "decision differs", "decisions differ")
        parts.append(_folded(title, _table(title, ("Before", "Now"), *decided), len(decided)))
    else:
        parts.append(element("p", "No decision differs that is known of both."))
    if previous.distributions:
        number = len(previous.distributions)
        title = count(number, "distribution differs", "distributions differ")
        rows = element("tbody", *map(_change, previous.distributions))
        parts.append(_folded(title, _table(title, ("Distribution", "Before", "Now"), rows), number))
    elif previous.distributions is not None:
        parts.append(element("p", "No distribution differs."))
    if previous.gone:
        parts.append(element("p", f"Layers that are gone: {', '.join(previous.gone)}."))
    parts += [element("p", f"Not known: {each}.", kind="soft") for each in previous.unknown]
    return _section("difference", "What differs from the previous image", *parts)


def ending() -> Element:
    """Whose page it is."""
    words = ". The page is one file: it fetches nothing, and tells nobody that it was read."
    return element("footer", element("p", "Made by ", element("code", "lamina report"), words))


def _section(name: str, title: str, *parts: Node) -> Element:
    heading_id = f"{name}-title"
    return element("section", element("h2", title, id=heading_id), *parts, id=name, labelledby=heading_id)


def _map(page: Page, boxes: tuple[Drawn, ...]) -> Iterator[Element]:
    if not boxes:
        return
    worth = enlarged(boxes)
    if worth:
        buttons = [("", "Whole image", "true"), *((each.id, each.name, "false") for each in worth)]
        each_button = (element("button", name, type="button", shows=id_, pressed=on) for id_, name, on in buttons)  # type: ignore[arg-type]
        yield element("div", *each_button, kind="zoom", id="zoom", role="group", label="Enlarge a layer", hidden="")
    label = "Treemap of the image: " + ", ".join(f"{each.name} {size(each.nbytes)}" for each in boxes)
    legend = [
        element("li", words, kind=f"tint kind-{kind}")
        for kind, words in KINDS.items()
        if any(each.kind == kind for each in page.layers)
    ]
    compressed = " compressed" if measured(page.layers) == "compressed" else ""
    said = f"A box's area is its{compressed} size; layers hold distributions, and these their packages."
    yield element(
        "figure",
        marked(boxes, label),
        element("figcaption", element("ul", *legend, kind="legend"), element("p", said, kind="soft")),
    )


def _layers(page: Page) -> Element:
    columns = [
        (title, sizes)
        for title, sizes in (
            ("Size", [each.nbytes for each in page.layers]),
            ("Compressed", [each.compressed for each in page.layers]),
        )
        if any(nbytes is not None for nbytes in sizes)
    ]
    rows = (
        element("tr", _layer(layer), *(_bytes(sizes[at]) for _, sizes in columns))
        for at, layer in enumerate(page.layers)
    )
    heads = ("Layer", *(title for title, _ in columns))
    return _table("Layers, lowest first, with their bytes", heads, element("tbody", *rows), numbers=len(columns))


def _layer(layer: ShownLayer) -> Element:
    new: tuple[Node, ...] = (" ", element("span", layer.become, kind="mark")) if layer.become else ()
    why = element("small", layer.because or KINDS[layer.kind])
    return element("th", layer.name, *new, " ", why, scope="row", kind=f"tint kind-{layer.kind}")


def _distributions(page: Page) -> Iterator[Element]:
    held = [(layer, each) for layer in page.layers for each in layer.distributions]
    if not held:
        return
    held.sort(key=lambda pair: (-pair[1].nbytes, pair[1].name, pair[0].name))
    rows = element("tbody", *(_distribution(layer, each) for layer, each in held))
    title = f"{count(len({each.name for _, each in held}), 'distribution')}, largest first"
    table = _table(title, ("Distribution", "Layer", "Size"), rows, numbers=1)
    yield _folded(title, table, len(held))


def _distribution(layer: ShownLayer, each: ShownDistribution) -> Element:
    packages = sorted(each.packages, key=lambda one: (-one.nbytes, one.name))
    inside: tuple[Node, ...] = ()
    if len(packages) > 1:
        inside = (
            " ",
            element("small", ", ".join(f"{one.name} {size(one.nbytes)}" for one in packages)),
        )
    name = element("th", f"{each.name} {each.version}".strip(), *inside, scope="row")
    return element("tr", name, element("td", layer.name), _bytes(each.nbytes))


def _bytes(nbytes: int | None) -> Element:
    if nbytes is None:
        return element("td", "unknown", kind="number soft")
    exact = (" ", element("small", f"{nbytes:,}")) if nbytes >= 1000 else ()
    return element("td", size(nbytes), *exact, kind="number")


def _decision(each: ShownDecision) -> Element:
    choice: Node = element("code", each.choice) if each.command else each.choice
    told = [element("p", choice, kind="choice")]
    if each.source:
        told.append(element("p", each.source, kind="soft"))
    if each.because:
        told.append(element("ul", *(element("li", reason) for reason in each.because)))
    return element("div", element("h3", each.about), element("div", *told), kind="decision")


def _time(time: ShownTime, longest: float, kind: str = "") -> Iterator[Element]:
    share = f"{100 * time.seconds / longest:.2f}%"
    bar = element("svg", element("rect", width=share, height="10"), kind="bar", silent="true")
    row = (
        element("th", time.name, scope="row"),
        element("td", bar, kind="drawn"),
        element("td", duration(time.seconds), kind="number"),
    )
    yield element("tr", *row, kind=kind) if kind else element("tr", *row)
    for part in time.parts:
        yield from _time(part, longest, "part")


def _reviewed(change: ShownChange) -> Element:
    """A decision under a heading of its own: there is no room for its reasons beside that."""
    heading = element("tr", element("th", change.about, scope="rowgroup", columns="2"), kind="above")
    return element("tbody", heading, element("tr", *_sides(change)))


def _change(change: ShownChange) -> Element:
    return element("tr", element("th", change.about, scope="row"), *_sides(change))


def _sides(change: ShownChange) -> Iterator[Element]:
    for value, because in ((change.before, change.because_before), (change.after, change.because)):
        reasons = (part for reason in because for part in (" ", element("small", reason)))
        yield element("td", value or "not there", *reasons)


def _folded(title: str, table: Element, rows: int) -> Element:
    """A table, which a reader has to open first if it is long."""
    return table if rows <= _LONG else element("details", element("summary", title), table)


_WIDTHS: Final[Mapping[str, str]] = {"Share": "drawn"}


def _table(title: str, columns: tuple[str, ...], *bodies: Element, numbers: int = 0) -> Element:
    """A table; its last columns are numbers."""
    kinds = [_WIDTHS.get(name, "") for name in columns[: len(columns) - numbers]] + ["number"] * numbers
    heads = [
        element("th", name, scope="col", kind=kind) if kind else element("th", name, scope="col")
        for name, kind in zip(columns, kinds, strict=True)
    ]
    return element("table", element("caption", title), element("thead", element("tr", *heads)), *bodies)
