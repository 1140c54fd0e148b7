"""What others make of a bill of materials: the libraries of CycloneDX and of SPDX, which decide what is valid."""

import json
from typing import Any

from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from spdx_tools.spdx.model.document import Document
from spdx_tools.spdx.parser.jsonlikedict.json_like_dict_parser import JsonLikeDictParser
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

_CYCLONEDX = JsonStrictValidator(SchemaVersion.V1_6)


def cyclonedx(raw: bytes) -> Bom:
    """The document as CycloneDX' own library reads it, once its schema allows it."""
    wrong = _CYCLONEDX.validate_str(raw.decode())
    assert wrong is None, wrong
    document: dict[str, Any] = json.loads(raw)
    read = Bom.from_json(document)  # type: ignore[attr-defined]
    assert isinstance(read, Bom)
    return read


def spdx(raw: bytes) -> Document:
    """The document as SPDX' own library reads it, once it finds nothing wrong with it."""
    parser = JsonLikeDictParser()  # type: ignore[no-untyped-call]
    read = parser.parse(json.loads(raw))
    wrong = [each.validation_message for each in validate_full_spdx_document(read)]
    assert wrong == []
    return read
