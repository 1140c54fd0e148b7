"""Writes HTML of elements: whatever a text says, it stays a text.

What an element may be called and what it may carry is closed, and holds nothing that a browser would run or fetch.
Texts are escaped in one place, where they are written; styles and scripts are no texts, and are ours.
"""

import html
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias, TypedDict, Unpack

import msgspec

from pure.visible import visible

Tag: TypeAlias = Literal[
    "header", "main", "section", "footer", "figure", "figcaption", "div", "p", "span", "small", "strong", "code",
    "h1", "h2", "h3", "ul", "li", "dl", "dt", "dd", "details", "summary", "button",
    "table", "caption", "thead", "tbody", "tr", "th", "td", "svg", "rect",
]  # fmt: skip

_WITHIN_A_LINE: Final = frozenset[Tag](("span", "small", "strong", "code", "rect"))


class Carried(TypedDict, total=False):
    """What an element may carry: an empty text is an attribute without a value."""

    id: str
    role: str
    title: str
    kind: str
    """The attribute ``class``."""
    scope: Literal["col", "row", "rowgroup"]
    columns: str
    """The attribute ``colspan``."""
    type: Literal["button"]
    hidden: Literal[""]
    width: str
    height: str
    label: str
    """The attribute ``aria-label``."""
    labelledby: str
    pressed: Literal["true", "false"]
    silent: Literal["true"]
    """The attribute ``aria-hidden``: what it shows is said elsewhere."""
    shows: str
    """The id of what a button enlarges."""


_WRITTEN: Final = {
    "kind": "class",
    "columns": "colspan",
    "label": "aria-label",
    "labelledby": "aria-labelledby",
    "pressed": "aria-pressed",
    "silent": "aria-hidden",
    "shows": "data-shows",
}


class Element(msgspec.Struct, frozen=True):
    """An element with what it carries and holds."""

    tag: Tag
    carried: Carried
    children: "tuple[Node, ...]"


Node: TypeAlias = Element | str


def element(tag: Tag, *children: Node, **carried: Unpack[Carried]) -> Element:
    """An element; children that are texts are escaped where it is written."""
    return Element(tag=tag, carried=carried, children=children)


def written(node: Node) -> str:
    """The HTML of a node; blocks begin lines of their own, so that people can read it, too."""
    return "".join(_pieces(node)).lstrip("\n")


def escaped(text: str) -> str:
    """A text that means itself, in elements and attributes alike; what nobody could see of it is made visible."""
    return html.escape(visible(text), quote=True)


def _pieces(node: Node) -> Iterator[str]:
    if isinstance(node, str):
        yield escaped(node)
        return
    if node.tag not in _WITHIN_A_LINE:
        yield "\n"
    yield f"<{node.tag}"
    for name, value in node.carried.items():
        written_name, text = _WRITTEN.get(name, name), escaped(str(value))
        yield f' {written_name}="{text}"' if text else f" {written_name}"
    yield ">"
    for child in node.children:
        yield from _pieces(child)
    yield f"</{node.tag}>"
