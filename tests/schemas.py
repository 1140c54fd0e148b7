"""Holds documents against the schemas in docs/schemas/."""

import json
from typing import Any

from jsonschema import Draft202012Validator

from tests.places import ROOT

FOLDER = ROOT / "docs" / "schemas"


def strict(value: Any) -> Any:
    """A schema that allows no field which it doesn't name: what is printed has none, whatever readers pass over."""
    if isinstance(value, list):
        return [strict(each) for each in value]
    if not isinstance(value, dict):
        return value
    closed = {name: strict(each) for name, each in value.items()}
    return {"additionalProperties": False, **closed} if "properties" in value else closed


def check_schema(name: str, document: str | bytes) -> None:
    """Assert that a document is what ``docs/schemas/<name>.json`` says, and has nothing besides."""
    schema = json.loads((FOLDER / f"{name}.json").read_bytes())
    Draft202012Validator.check_schema(schema)
    errors = [error.message for error in Draft202012Validator(strict(schema)).iter_errors(json.loads(document))]
    assert errors == [], errors
