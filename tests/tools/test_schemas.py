"""The schemas of what commands print with --json."""

import json

import pytest
from tools.schemas import documents

from tests.schemas import FOLDER, check_schema


def test_the_schemas_are_those_of_the_values() -> None:
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()} == dict(documents()), (
        "make schemas"
    )


def test_fields_say_what_they_mean() -> None:
    whole = json.loads((FOLDER / "explain.json").read_bytes())
    layer = whole["$defs"]["ExplainedLayer"]["properties"]
    assert layer["diff_id"]["description"] == "The digest of its uncompressed tar."


def test_another_document_is_refused() -> None:
    check_schema("error", '{"error": {"happened": "x", "found": [], "means": [], "do": []}}')
    with pytest.raises(AssertionError, match="error"):
        check_schema("error", "{}")
