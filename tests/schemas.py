"""Holds documents against the schemas in docs/schemas/."""

import json

from jsonschema import Draft202012Validator

from tests.places import ROOT

FOLDER = ROOT / "docs" / "schemas"


def check_schema(name: str, document: str | bytes) -> None:
    """Assert that a document is what ``docs/schemas/<name>.json`` says."""
    schema = json.loads((FOLDER / f"{name}.json").read_bytes())
    Draft202012Validator.check_schema(schema)
    errors = [error.message for error in Draft202012Validator(schema).iter_errors(json.loads(document))]
    assert errors == [], errors
