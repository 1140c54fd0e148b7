"""The schemas in docs/schemas: they are those of the code, and what is printed is valid by them."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from pure.message import Message
from pure.report.record import encode_error
from pure.views.machine_words import doctor_record, encode_doctor
from pure.views.review_lines import encode_check, encode_written
from tools.schemas import DOCUMENTS, FOLDER, schema

from tests.places import GOLDENS, ROOT
from tests.pure.machine.test_examination import OTHERWISE, of
from tests.pure.views.test_review_lines import CHANGED
from tests.schemas import check_schema

# Those of images are held against their schemas where images are read (``tests.schemas``).
ELSEWHERE = {"explain", "explain-distribution", "compare"}


def documents() -> Iterator[tuple[str, bytes]]:
    """What is printed, by the name of its schema."""
    for path in sorted(GOLDENS.glob("*.json")):
        kind, _, _ = path.name.partition("_")
        yield {"plan": "plan", "golden": "golden-plan"}[kind], path.read_bytes()
    for changed in (CHANGED, ()):
        yield "check", encode_check("lamina.plan.json", changed)
        yield "write", encode_written("lamina.plan.json", "changed", changed)
    for facts, _ in OTHERWISE:
        yield "doctor", encode_doctor(doctor_record(of(facts)))
    yield "error", encode_error(Message(happened="x", found=("y",), do=("z",)), redact=str)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_schema_is_that_of_the_code(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_bytes() == schema(name), "make schemas writes it"


def test_there_is_no_other() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(DOCUMENTS)
    page = (ROOT / "docs" / "command.md").read_text()
    assert all(f"schemas/{name}.json" in page for name in DOCUMENTS)


def test_what_is_printed_is_valid() -> None:
    seen = set()
    for name, raw in documents():
        check_schema(name, raw)
        seen.add(name)
    assert seen == set(DOCUMENTS) - ELSEWHERE


def test_fields_say_what_they_mean() -> None:
    whole = json.loads((FOLDER / "explain.json").read_bytes())
    layer = whole["$defs"]["ExplainedLayer"]["properties"]
    assert layer["diff_id"]["description"] == "The digest of its uncompressed tar."


def test_what_is_no_such_document_is_not() -> None:
    plan = json.loads(Path(GOLDENS, "plan_pip-flask.json").read_bytes())
    wrong = copy.deepcopy(plan)
    del wrong["python"]["version"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, json.loads((FOLDER / "plan.json").read_bytes()))


def test_a_field_that_no_schema_names_is_found() -> None:
    check = json.loads(encode_check("lamina.plan.json", CHANGED))
    for inner in (check, check["differences"][0]):
        inner["more"] = 1
        with pytest.raises(AssertionError, match="more"):
            check_schema("check", json.dumps(check))
        del inner["more"]
    check_schema("check", json.dumps(check))
