"""Writes the schemas of what `lamina` prints as JSON: docs/schemas, one file for each kind of document."""

import sys
from pathlib import Path
from typing import Final

import msgspec
from pure.report.prose.machine import DoctorRecord
from pure.report.record import ErrorRecord, Record
from pure.report.review_lines import CheckRecord, WriteRecord
from pure.review.golden import GoldenPlan

FOLDER: Final = Path(__file__).resolve().parent.parent / "docs" / "schemas"

# Each document by its file's name: what it is of, and what prints it.
DOCUMENTS: Final[dict[str, tuple[type[msgspec.Struct], str]]] = {
    "plan": (Record, "lamina plan APP --json; lamina-record.json in the layers of a build"),
    "golden-plan": (GoldenPlan, "The file of lamina plan APP --write FILE"),
    "check": (CheckRecord, "lamina plan APP --check FILE --json"),
    "write": (WriteRecord, "lamina plan APP --write FILE --json"),
    "doctor": (DoctorRecord, "lamina doctor --json"),
    "error": (ErrorRecord, "What any of these prints instead where there is nothing else to print"),
}


def schema(name: str) -> bytes:
    """The schema of a document, as its file has it."""
    kind, printed_by = DOCUMENTS[name]
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"lamina: {name}",
        "description": printed_by,
        **msgspec.json.schema(kind),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def main() -> int:
    """Write them all."""
    FOLDER.mkdir(exist_ok=True)
    for name in DOCUMENTS:
        (FOLDER / f"{name}.json").write_bytes(schema(name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
