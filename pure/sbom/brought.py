"""Reads the bills of materials that distributions bring in their ``dist-info`` (PEP 770): CycloneDX and SPDX 2, JSON.

Whoever wrote them is a stranger: any bytes give parts or nothing, and what can't be read is named.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias, get_args

import msgspec

from pure.hashes import Hash
from pure.sbom import purls
from pure.sbom.bill import Kind, Licence, Part
from pure.sbom.licences import as_expression
from pure.sbom.texts import cpe, line

MOST_PARTS: Final = 5_000
"""So many are read of one distribution."""

_KINDS: Final = frozenset(get_args(Kind))
_HEXADECIMAL: Final = frozenset("0123456789abcdef")
# The digits of each algorithm's digests. The formats write their names in capitals, with a hyphen or without.
_DIGITS: Final[Mapping[str, int]] = {"md5": 32, "sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128}
_NEEDS: Final[Mapping[str, bool]] = {
    "DEPENDS_ON": True,
    "DEPENDENCY_OF": False,
    "CONTAINS": True,
    "CONTAINED_BY": False,
}

_Found: TypeAlias = tuple[str, Part]
_Edges: TypeAlias = list[tuple[str, str]]


class BroughtBills(msgspec.Struct, frozen=True, kw_only=True):
    """What the bills of one distribution name."""

    parts: tuple[Part, ...] = ()
    unread: tuple[str, ...] = ()
    """The files that are none of these formats."""


def read(files: Mapping[str, bytes]) -> BroughtBills:
    """The bills of one distribution, by the names of their files."""
    parts: dict[tuple[str, str, str], Part] = {}
    needs: dict[tuple[str, str, str], set[tuple[str, str, str]]] = {}
    unread: list[str] = []
    for name, raw in sorted(files.items()):
        found = _document(raw)
        if found is None:
            unread.append(line(name))
            continue
        named, edges = found
        keys: dict[str, tuple[str, str, str]] = {}
        for reference, part in named:
            key = (part.purl, part.name, part.version)
            if key in parts or len(parts) < MOST_PARTS:
                keys.setdefault(reference, key)
                parts.setdefault(key, part)
        for one, other in edges:
            if one in keys and other in keys and keys[one] != keys[other]:
                needs.setdefault(keys[one], set()).add(keys[other])
    places = {key: place for place, key in enumerate(sorted(parts))}
    return BroughtBills(
        parts=tuple(
            msgspec.structs.replace(parts[key], needs=tuple(sorted(places[other] for other in needs.get(key, ()))))
            for key in sorted(parts)
        ),
        unread=tuple(unread),
    )


def _document(raw: bytes) -> tuple[Iterable[_Found], _Edges] | None:
    try:
        document = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    if document.get("bomFormat") == "CycloneDX":
        return _cyclonedx(document)
    version = document.get("spdxVersion")
    return _spdx(document) if isinstance(version, str) and version.startswith("SPDX-2.") else None


def _cyclonedx(document: Mapping[str, Any]) -> tuple[Iterable[_Found], _Edges]:
    # What it is about is the distribution, which has the parts and is none. auditwheel names it among them, too.
    about = _table(_table(document.get("metadata")).get("component"))
    own = (about.get("bom-ref"), about.get("name"), about.get("version"))
    found: list[_Found] = []
    waiting = [*reversed((*_tables(about.get("components")), *_tables(document.get("components"))))]
    while waiting:
        each = waiting.pop()
        waiting += reversed(_tables(each.get("components")))
        name = line(each.get("name"))
        if name and (each.get("bom-ref"), each.get("name"), each.get("version")) != own:
            group, kind = line(each.get("group")), each.get("type")
            part = Part(
                kind=kind if isinstance(kind, str) and kind in _KINDS else "library",  # type: ignore[arg-type]
                name=f"{group}/{name}" if group else name,
                version=line(each.get("version")),
                purl=_purl(each.get("purl")),
                cpe=cpe(each.get("cpe")),
                licence=_licence(_tables(each.get("licenses"))),
                hashes=_hashes((of.get("alg"), of.get("content")) for of in _tables(each.get("hashes"))),
            )
            found.append((_reference(each.get("bom-ref")), part))
    edges = [
        (_reference(each.get("ref")), _reference(other))
        for each in _tables(document.get("dependencies"))
        for other in _list(each.get("dependsOn"))
    ]
    return found, edges


def _spdx(document: Mapping[str, Any]) -> tuple[Iterable[_Found], _Edges]:
    described = {_reference(each) for each in _list(document.get("documentDescribes"))}
    edges: _Edges = []
    for each in _tables(document.get("relationships")):
        one, other = _reference(each.get("spdxElementId")), _reference(each.get("relatedSpdxElement"))
        kind = each.get("relationshipType")
        if kind == "DESCRIBES":
            described.add(other)
        elif isinstance(kind, str) and kind in _NEEDS:
            edges.append((one, other) if _NEEDS[kind] else (other, one))
    found: list[_Found] = []
    for each in _tables(document.get("packages")):
        reference, name = _reference(each.get("SPDXID")), line(each.get("name"))
        if not name or reference in described:
            continue
        places = {
            place.get("referenceType"): place.get("referenceLocator")
            for place in _tables(each.get("externalRefs"))
            if isinstance(place.get("referenceType"), str)
        }
        stated = each.get("licenseDeclared")
        digests = _tables(each.get("checksums"))
        part = Part(
            name=name,
            version=line(each.get("versionInfo")),
            purl=_purl(places.get("purl")),
            cpe=cpe(places.get("cpe23Type")),
            licence=Licence(expression=as_expression(stated) if isinstance(stated, str) else ""),
            hashes=_hashes((of.get("algorithm"), of.get("checksumValue")) for of in digests),
        )
        found.append((reference, part))
    return found, edges


def _purl(value: object) -> str:
    return purls.readable(value) if isinstance(value, str) else ""


def _licence(stated: Sequence[Mapping[str, Any]]) -> Licence:
    names: list[str] = []
    for each in stated:
        licence = each.get("license")
        named = _table(licence)
        text = each.get("expression") or named.get("id") or named.get("name")
        names += [text] if isinstance(text, str) else []
    joined = names[0] if len(names) == 1 else " AND ".join(f"({name})" for name in names)
    if known := as_expression(joined):
        return Licence(expression=known)
    return Licence(name=line(", ".join(names)))


def _hashes(stated: Iterable[tuple[object, object]]) -> tuple[Hash, ...]:
    found: set[Hash] = set()
    for name, digest in stated:
        if isinstance(name, str) and isinstance(digest, str):
            algorithm, value = name.lower().replace("-", ""), digest.lower()
            if len(value) == _DIGITS.get(algorithm) and _HEXADECIMAL.issuperset(value):
                found.add(Hash(algorithm=algorithm, digest=value))
    return tuple(sorted(found))


def _reference(value: object) -> str:
    return value if isinstance(value, str) else ""


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _tables(value: object) -> list[Mapping[str, Any]]:
    return [each for each in _list(value) if isinstance(each, dict)]
