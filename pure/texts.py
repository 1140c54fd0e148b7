"""Changes every text that a value holds, whatever its shape."""

from collections.abc import Callable

import msgspec

from pure.visible import whole


def each_text(value: object, change: Callable[[str], str]) -> object:
    """The value as JSON has it, with every text of it changed, the names of its fields and entries among them."""
    return _each(msgspec.to_builtins(value), change)


def whole_json(value: object) -> bytes:
    """A value as an indented JSON document, every text of it ``whole``: JSON can't hold halves of characters."""
    return msgspec.json.format(msgspec.json.encode(each_text(value, whole)), indent=2) + b"\n"


def _each(part: object, change: Callable[[str], str]) -> object:
    match part:
        case str():
            return change(part)
        case dict():
            return {_each(name, change): _each(each, change) for name, each in part.items()}
        case list() | tuple():
            return [_each(each, change) for each in part]
        case _:
            return part
