"""Holds what a file states under a key, with its line, for whoever decides what it means."""

from typing import Literal, TypeAlias

import msgspec

from pure.project.document import at
from pure.project.line_numbers import toml_line

# How a key's value says which Pythons it means: by PEP 440, in Poetry's words, or by a version or a specifier.
Grammar: TypeAlias = Literal["specifier", "constraint", "version"]


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """The value of a key; ``None`` where the key is absent."""

    key: str
    value: object
    line: int | None = None


class PythonRange(msgspec.Struct, frozen=True, kw_only=True):
    """Which Pythons a file is made for."""

    grammar: Grammar
    # Each of them will do: PDM locks for several targets.
    any_of: tuple[Stated, ...]


def toml_key(document: object, text: str, path: tuple[str, ...]) -> Stated:
    """What stands under ``path``; ``text`` is what the document was parsed from."""
    value = at(document, path)
    line = None if value is None else toml_line(text, path) or toml_line(text, path[:-1])
    return Stated(key=path[-1], value=value, line=line)


def toml_range(document: object, text: str, path: tuple[str, ...], grammar: Grammar) -> tuple[PythonRange, ...]:
    """The range under ``path``, if there is one."""
    stated = toml_key(document, text, path)
    return () if stated.value is None else (PythonRange(grammar=grammar, any_of=(stated,)),)
