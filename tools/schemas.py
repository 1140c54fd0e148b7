"""Writes docs/schemas/: a JSON schema of each object that a command prints with --json, out of the values themselves.

What a field means is what its docstring in the code says.
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from pure.image.difference import Comparison
from pure.message import Message
from pure.report.explained import Explained, ExplainedDistribution

FOLDER: Final = Path(__file__).resolve().parents[1] / "docs" / "schemas"


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """What is printed in the place of the object where a command ends with an error."""

    error: Message


# By the names of the files.
OBJECTS: Final[Mapping[str, type[msgspec.Struct]]] = {
    "explain": Explained,
    "explain-distribution": ExplainedDistribution,
    "compare": Comparison,
    "error": Refused,
}


def documents() -> Iterator[tuple[str, str]]:
    """The files, by their names."""
    for name, kind in OBJECTS.items():
        schema = msgspec.json.schema(kind)
        for each in _structs(kind, {}).values():
            _describe(schema["$defs"][each.__name__], each)
        document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
        yield (
            f"{name}.json",
            msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2).decode() + "\n",
        )


def _structs(kind: type[msgspec.Struct], found: dict[str, type[msgspec.Struct]]) -> dict[str, type[msgspec.Struct]]:
    """A struct and those that its fields have, by their names."""
    if kind.__name__ not in found:
        found[kind.__name__] = kind
        info = msgspec.inspect.type_info(kind)
        assert isinstance(info, msgspec.inspect.StructType)
        for field in info.fields:
            for inner in _inner(field.type):
                _structs(inner, found)
    return found


def _inner(info: msgspec.inspect.Type) -> Iterator[type[msgspec.Struct]]:
    match info:
        case msgspec.inspect.StructType(cls=cls):
            yield cls
        case msgspec.inspect.VarTupleType(item_type=inner):
            yield from _inner(inner)
        case msgspec.inspect.UnionType(types=types):
            for each in types:
                yield from _inner(each)
        case _:
            pass


def _describe(schema: dict[str, Any], kind: type[msgspec.Struct]) -> None:
    """Put the docstrings of fields into a schema."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(definition, ast.ClassDef)
    for field, words in zip(definition.body, definition.body[1:], strict=False):
        match field, words:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                schema["properties"][name]["description"] = " ".join(text.split())
            case _:
                pass


def main() -> int:
    """Write the files, and take away those of objects that nobody prints any more."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    files = dict(documents())
    for stale in FOLDER.glob("*.json"):
        if stale.name not in files:
            stale.unlink()
    for name, text in files.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
