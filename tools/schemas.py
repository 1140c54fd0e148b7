"""Writes the schemas of what `lamina` prints as JSON: docs/schemas, one file for each kind of document.

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
from pure.report.explained import Explained, ExplainedDistribution
from pure.report.prose.machine import DoctorRecord
from pure.report.record import ErrorRecord, Record
from pure.report.review_lines import CheckRecord, WriteRecord
from pure.review.golden import GoldenPlan

FOLDER: Final = Path(__file__).resolve().parent.parent / "docs" / "schemas"

DOCUMENTS: Final[Mapping[str, tuple[type[msgspec.Struct], str]]] = {
    "plan": (Record, "lamina plan APP --json; lamina-record.json in the layers of a build"),
    "golden-plan": (GoldenPlan, "The file of lamina plan APP --write FILE"),
    "check": (CheckRecord, "lamina plan APP --check FILE --json"),
    "write": (WriteRecord, "lamina plan APP --write FILE --json"),
    "explain": (Explained, "lamina explain IMAGE --json"),
    "explain-distribution": (ExplainedDistribution, "lamina explain IMAGE DISTRIBUTION --json"),
    "compare": (Comparison, "lamina compare A B --json"),
    "doctor": (DoctorRecord, "lamina doctor --json"),
    "error": (ErrorRecord, "What any of these prints instead where there is nothing else to print"),
}
"""Each document by its file's name: what it is of, and what prints it."""


def schema(name: str) -> bytes:
    """The schema of a document, as its file has it."""
    kind, printed_by = DOCUMENTS[name]
    found = msgspec.json.schema(kind)
    for each in _structs(kind, {}).values():
        _describe(found["$defs"][each.__name__], each)
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"lamina: {name}",
        "description": printed_by,
        **found,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


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
        case msgspec.inspect.VarTupleType(item_type=inner) | msgspec.inspect.DictType(value_type=inner):
            yield from _inner(inner)
        case msgspec.inspect.UnionType(types=types):
            for each in types:
                yield from _inner(each)
        case _:
            pass


def _describe(found: dict[str, Any], kind: type[msgspec.Struct]) -> None:
    """Put the docstrings of fields into a schema."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(definition, ast.ClassDef)
    for field, words in zip(definition.body, definition.body[1:], strict=False):
        match field, words:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found["properties"][name]["description"] = " ".join(text.split())
            case _:
                pass


def main() -> int:
    """Write them all, and take away those of what nobody prints any more."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.json"):
        if path.stem not in DOCUMENTS:
            path.unlink()
    for name in DOCUMENTS:
        (FOLDER / f"{name}.json").write_bytes(schema(name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
