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
MOST_NEEDS: Final = 50_000
MOST_NEEDS_OF_EACH: Final = 20
"""So much is merged of one distribution's bills: parts, and who of them needs whom, in all and on average."""

MOST_BYTES: Final = 8_000_000
"""So many are merged of all distributions of an environment, as its record has them, which has to be read again."""

_MOST_NAMED: Final = 20

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
_Key: TypeAlias = tuple[str, str, str]


class BroughtBills(msgspec.Struct, frozen=True, kw_only=True):
    """What the bills of one distribution name."""

    parts: tuple[Part, ...] = ()
    unread: tuple[str, ...] = ()
    """The files that are none of these formats."""
    beyond: tuple[str, ...] = ()
    """The files that name more than anybody merges."""


def read_all(bills: Mapping[str, Mapping[str, bytes]]) -> dict[str, BroughtBills]:
    """The bills of an environment's distributions, by the names of these; what is too much for it is named."""
    found, room = dict[str, BroughtBills](), MOST_BYTES
    for name, files in sorted(bills.items()):
        brought = read(files)
        nbytes = len(msgspec.json.encode(brought.parts))
        if nbytes > room:
            brought = BroughtBills(beyond=_few(sorted(map(line, files))))
        else:
            room -= nbytes
        found[name] = brought
    return found


def read(files: Mapping[str, bytes]) -> BroughtBills:
    """The bills of one distribution, by the names of their files."""
    parts: dict[_Key, Part] = {}
    needs: set[tuple[_Key, _Key]] = set()
    unread: list[str] = []
    beyond: list[str] = []
    for name, raw in sorted(files.items()):
        found = _document(raw)
        if found is None:
            unread.append(line(name))
            continue
        named, edges = found
        keys: dict[str, _Key] = {}
        new: dict[_Key, Part] = {}
        for reference, part in named:
            key = (part.purl, part.name, part.version)
            keys.setdefault(reference, key)
            new.setdefault(key, part)
        new = {key: part for key, part in new.items() if key not in parts}
        more = {(keys[one], keys[other]) for one, other in edges if one in keys and other in keys} - needs
        more = {(one, other) for one, other in more if one != other}
        all_parts, all_needs = len(parts) + len(new), len(needs) + len(more)
        # Whole or not at all: a bill of which some is missing says what isn't so.
        if all_parts > MOST_PARTS or all_needs > min(MOST_NEEDS, MOST_NEEDS_OF_EACH * all_parts):
            beyond.append(line(name))
            continue
        parts |= new
        needs |= more
    places = {key: place for place, key in enumerate(sorted(parts))}
    needed: dict[_Key, list[int]] = {}
    for one, other in needs:
        needed.setdefault(one, []).append(places[other])
    return BroughtBills(
        parts=tuple(
            msgspec.structs.replace(parts[key], needs=tuple(sorted(needed.get(key, ())))) for key in sorted(parts)
        ),
        unread=_few(unread),
        beyond=_few(beyond),
    )


def _few(names: Sequence[str]) -> tuple[str, ...]:
    """Names, as many as somebody reads."""
    more = len(names) - _MOST_NAMED
    return (*names[:_MOST_NAMED], *((f"{more} more",) if more > 0 else ()))


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
