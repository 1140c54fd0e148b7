"""Changes every text that a value holds, whatever its shape."""

from collections.abc import Callable

import msgspec


def each_text(value: object, change: Callable[[str], str]) -> object:
    """The value as JSON has it, with every text of it changed, the names of its fields and entries among them."""
    return _each(msgspec.to_builtins(value), change)


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
