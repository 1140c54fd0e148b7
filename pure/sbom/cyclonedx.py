"""Writes a bill of materials as CycloneDX 1.6, in JSON."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from pure.sbom.bill import Bill, Component, Licence, digest_of, identifier, shown
from pure.sbom.classifiers import CLASSIFIERS

ENDING: Final = "cdx.json"
MEDIA_TYPE: Final = "application/vnd.cyclonedx+json"
WRITER: Final = "cyclonedx 1"
"""Counts up whenever other bytes are written of the same bill: what is there already is written again then."""

_SCHEMA: Final = "http://cyclonedx.org/schema/bom-1.6.schema.json"
_ALGORITHMS: Final[Mapping[str, str]] = {
    "md5": "MD5",
    "sha1": "SHA-1",
    "sha256": "SHA-256",
    "sha384": "SHA-384",
    "sha512": "SHA-512",
    "sha3_256": "SHA3-256",
    "sha3_384": "SHA3-384",
    "sha3_512": "SHA3-512",
}
# Licences whose names the schema is sure to know: its list is as old as it is.
_LISTED: Final = frozenset({*CLASSIFIERS.values(), "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause"})


def head(bill: Bill, digest: str) -> bytes:
    """How the document begins: with a serial number that follows from what the bill says, by its digest."""
    serial = f"urn:uuid:{identifier(WRITER, digest)}"
    found = {"$schema": _SCHEMA, "bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": serial}
    return msgspec.json.encode(found)[:-1]


def encode(bill: Bill) -> bytes:
    """The document."""
    body = {
        "version": 1,
        "metadata": {
            "lifecycles": [{"phase": "build"}],
            "tools": {"components": [{"type": "application", "name": "lamina"}]},
            "component": _component(bill.about),
        },
        "components": [_component(each) for each in bill.components],
        "dependencies": _dependencies(bill),
    }
    return head(bill, digest_of(bill)) + b"," + msgspec.json.encode(body)[1:] + b"\n"


def _component(each: Component) -> dict[str, Any]:
    found: dict[str, Any] = {"type": each.kind, "bom-ref": each.key, "name": each.name}
    if each.version:
        found["version"] = each.version
    digests = [
        {"alg": _ALGORITHMS[of.algorithm], "content": of.digest} for of in each.hashes if of.algorithm in _ALGORITHMS
    ]
    if digests:
        found["hashes"] = digests
    if licences := _licences(each.licence):
        found["licenses"] = licences
    if each.cpe:
        found["cpe"] = each.cpe
    if each.purl:
        found["purl"] = each.purl
    if each.homepage:
        found["externalReferences"] = [{"type": "website", "url": each.homepage}]
    if each.parts:
        found["components"] = [_component(part) for part in each.parts]
    notes = (*each.notes, *((("hashes", shown(each.hashed)),) if digests and each.hashed else ()))
    if notes:
        found["properties"] = [{"name": f"lamina:{name}", "value": value} for name, value in notes]
    return found


def _licences(licence: Licence) -> list[dict[str, Any]]:
    if licence.expression in _LISTED:
        return [{"license": {"id": licence.expression, "acknowledgement": "declared"}}]
    if licence.expression:
        return [{"expression": licence.expression, "acknowledgement": "declared"}]
    return [{"license": {"name": licence.name, "acknowledgement": "declared"}}] if licence.name else []


def _dependencies(bill: Bill) -> list[dict[str, Any]]:
    needs = dict(bill.needs)
    found = []
    for key in (bill.about.key, *(each.key for each in bill.all)):
        others = needs.get(key, ())
        found.append({"ref": key, "dependsOn": list(others)} if others else {"ref": key})
    return found
