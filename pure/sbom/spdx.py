"""Writes a bill of materials as SPDX 2.3, in JSON."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from pure.sbom.bill import Bill, Component, Kind, digest_of, identifier, shown

ENDING: Final = "spdx.json"
MEDIA_TYPE: Final = "application/spdx+json"
WRITER: Final = "spdx 1"
"""As that of ``pure.sbom.cyclonedx``."""

# The format wants a time. This is the one that lifecycles give to all files of an image.
_CREATED: Final = "1980-01-01T00:00:01Z"
_NAMESPACE: Final = "https://spdx.org/spdxdocs"
_ALGORITHMS: Final[Mapping[str, str]] = {
    "md5": "MD5",
    "sha1": "SHA1",
    "sha256": "SHA256",
    "sha384": "SHA384",
    "sha512": "SHA512",
    "sha3_256": "SHA3-256",
    "sha3_384": "SHA3-384",
    "sha3_512": "SHA3-512",
}
_PURPOSES: Final[Mapping[Kind, str]] = {
    "application": "APPLICATION",
    "data": "OTHER",
    "file": "OTHER",
    "firmware": "FIRMWARE",
    "framework": "FRAMEWORK",
    "library": "LIBRARY",
    "operating-system": "OPERATING_SYSTEM",
    "platform": "OTHER",
}
_ODD: Final = re.compile(r"[^A-Za-z0-9.-]")
_REFERENCE: Final = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")


def head(bill: Bill, digest: str) -> bytes:
    """How the document begins: with a namespace that follows from what the bill says, by its digest."""
    found = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"lamina-{bill.name}",
        "documentNamespace": f"{_NAMESPACE}/lamina-{_slug(bill.name)}-{identifier(WRITER, digest)}",
    }
    return msgspec.json.encode(found)[:-1]


def encode(bill: Bill) -> bytes:
    """The document."""
    everything = (bill.about, *bill.all)
    ids = {each.key: f"SPDXRef-{number}-{_slug(each.name)}" for number, each in enumerate(everything)}
    names = tuple(dict.fromkeys(each.licence.name for each in everything if each.licence.name))
    own = {name: f"LicenseRef-lamina-{number}" for number, name in enumerate(names)}
    body: dict[str, Any] = {
        "creationInfo": {"created": _CREATED, "creators": ["Tool: lamina"]},
        "documentDescribes": [ids[bill.about.key]],
        "packages": [_package(each, ids, own) for each in everything],
        "relationships": list(_relationships(bill, ids)),
    }
    if extracted := [*_extracted(everything, own)]:
        body["hasExtractedLicensingInfos"] = extracted
    return head(bill, digest_of(bill)) + b"," + msgspec.json.encode(body)[1:] + b"\n"


def _package(each: Component, ids: Mapping[str, str], own: Mapping[str, str]) -> dict[str, Any]:
    declared = each.licence.expression or own.get(each.licence.name, "NOASSERTION")
    found: dict[str, Any] = {
        "SPDXID": ids[each.key],
        "name": each.name,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": declared,
        "copyrightText": "NOASSERTION",
        "primaryPackagePurpose": _PURPOSES[each.kind],
    }
    if each.version:
        found["versionInfo"] = each.version
    if each.homepage:
        found["homepage"] = each.homepage
    digests = [
        {"algorithm": _ALGORITHMS[of.algorithm], "checksumValue": of.digest}
        for of in each.hashes
        if of.algorithm in _ALGORITHMS
    ]
    if digests:
        found["checksums"] = digests
    places = [("PACKAGE-MANAGER", "purl", each.purl), ("SECURITY", "cpe23Type", each.cpe)]
    references = [
        {"referenceCategory": category, "referenceType": kind, "referenceLocator": place}
        for category, kind, place in places
        if place
    ]
    if references:
        found["externalRefs"] = references
    hashed = (f"digests: {shown(each.hashed)}",) if digests and each.hashed else ()
    if notes := (*(f"{name}: {value}" for name, value in each.notes), *hashed):
        found["comment"] = "; ".join(notes)
    return found


def _relationships(bill: Bill, ids: Mapping[str, str]) -> Iterator[dict[str, str]]:
    yield _related("SPDXRef-DOCUMENT", "DESCRIBES", ids[bill.about.key])
    for each in bill.components:
        yield _related(ids[bill.about.key], "CONTAINS", ids[each.key])
        for part in each.parts:
            yield _related(ids[each.key], "CONTAINS", ids[part.key])
    for key, others in bill.needs:
        for other in others:
            yield _related(ids[key], "DEPENDS_ON", ids[other])


def _related(one: str, how: str, other: str) -> dict[str, str]:
    return {"spdxElementId": one, "relationshipType": how, "relatedSpdxElement": other}


def _extracted(everything: Iterable[Component], own: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Licences that SPDX doesn't list have to be explained, if only by the words that there are."""
    for name, reference in own.items():
        yield {"licenseId": reference, "extractedText": name, "name": name}
    found = {each for one in everything for each in _REFERENCE.findall(one.licence.expression)}
    for reference in sorted(found - set(own.values())):
        yield {"licenseId": reference, "extractedText": "The distribution has its text.", "name": reference}


def _slug(name: str) -> str:
    return _ODD.sub("-", name)[:60]
