"""Bills that distributions bring (PEP 770)."""

import json
import sysconfig
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.hashes import Hash
from pure.sbom.bill import Bill, Component, Licence
from pure.sbom.brought import MOST_BYTES, MOST_NEEDS_OF_EACH, MOST_PARTS, BroughtBills, read, read_all

from pure.sbom import cyclonedx, spdx
from tests.strategies_sbom import bills, brought_documents

# As auditwheel writes it (its documentation, "SBOM").
AUDITWHEEL = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.4",
    "version": 1,
    "metadata": {
        "component": {
            "type": "library",
            "bom-ref": "pkg:pypi/numpy@2.0",
            "name": "numpy",
            "version": "2.0",
            "components": [{"type": "library", "name": "of-the-wheel"}],
        }
    },
    "components": [
        {"type": "library", "bom-ref": "pkg:pypi/numpy@2.0", "name": "numpy", "version": "2.0"},
        {
            "type": "library",
            "bom-ref": "gfortran",
            "name": "libgfortran",
            "version": "8.5.0-22.el8",
            "purl": "pkg:rpm/almalinux/libgfortran@8.5.0-22.el8",
            "licenses": [{"license": {"id": "GPL-3.0-or-later"}}],
            "hashes": [{"alg": "SHA-256", "content": "A" * 64}, {"alg": "SHA-256", "content": "zz"}],
            "components": [{"type": "nonsense", "name": "inner"}],
        },
        {"type": "library", "bom-ref": "quadmath", "name": "libquadmath", "version": "8.5.0", "purl": "no purl"},
    ],
    "dependencies": [{"ref": "gfortran", "dependsOn": ["quadmath", "nobody"]}],
}


def test_a_bill_of_cyclonedx() -> None:
    found = read({"auditwheel.cdx.json": json.dumps(AUDITWHEEL).encode()})
    by_name = {each.name: each for each in found.parts}
    # The distribution itself is none of its parts.
    assert sorted(by_name) == ["inner", "libgfortran", "libquadmath", "of-the-wheel"]
    fortran = by_name["libgfortran"]
    assert fortran.purl == "pkg:rpm/almalinux/libgfortran@8.5.0-22.el8"
    assert fortran.licence == Licence(expression="GPL-3.0-or-later")
    assert fortran.hashes == (Hash(algorithm="sha256", digest="a" * 64),)
    assert [found.parts[place].name for place in fortran.needs] == ["libquadmath"]
    assert by_name["libquadmath"].purl == ""
    assert by_name["inner"].kind == "library"


def test_a_bill_of_spdx() -> None:
    document = {
        "spdxVersion": "SPDX-2.3",
        "packages": [
            {"SPDXID": "SPDXRef-own", "name": "the wheel"},
            {
                "SPDXID": "SPDXRef-z",
                "name": "zlib",
                "versionInfo": "1.3",
                "licenseDeclared": "Zlib",
                "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:generic/zlib@1.3"}],
                "checksums": [{"algorithm": "SHA1", "checksumValue": "0" * 40}],
            },
            {"SPDXID": "SPDXRef-p", "name": "png"},
        ],
        "relationships": [
            {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-own"},
            {"spdxElementId": "SPDXRef-z", "relationshipType": "DEPENDENCY_OF", "relatedSpdxElement": "SPDXRef-p"},
        ],
    }
    png, zlib = read({"a.spdx.json": json.dumps(document).encode()}).parts[::1]
    assert (png.name, zlib.name) == ("png", "zlib")
    assert (zlib.version, zlib.purl, zlib.licence.expression) == ("1.3", "pkg:generic/zlib@1.3", "Zlib")
    assert zlib.hashes == (Hash(algorithm="sha1", digest="0" * 40),)
    assert png.needs == (1,)


def test_two_bills_of_one_distribution_are_one() -> None:
    raw = json.dumps(AUDITWHEEL).encode()
    assert read({"a.json": raw, "b.json": raw}) == read({"a.json": raw})


def test_what_is_no_such_bill_is_named() -> None:
    xml, new = b"<bom/>", json.dumps({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}).encode()
    assert read({"a.xml": xml, "b.json": new, "c.json": b"\xff"}) == BroughtBills(unread=("a.xml", "b.json", "c.json"))


def cyclonedx_of(parts: int, needs: int, prefix: str = "p") -> bytes:
    """A bill of so many components, of which each needs so many others."""
    names = [f"{prefix}{number}" for number in range(parts)]
    others = [names[(at + more) % parts] for at in range(parts) for more in range(1, needs + 1)]
    edges = [{"ref": name, "dependsOn": others[at * needs : (at + 1) * needs]} for at, name in enumerate(names)]
    document = {"bomFormat": "CycloneDX", "components": [{"bom-ref": name, "name": name} for name in names]}
    return json.dumps({**document, "dependencies": edges}).encode()


@pytest.mark.parametrize(
    ("parts", "needs", "merged"),
    [
        (30, MOST_NEEDS_OF_EACH, True),
        (30, MOST_NEEDS_OF_EACH + 1, False),
        (MOST_PARTS, 10, True),
        (MOST_PARTS, 11, False),
        (MOST_PARTS + 1, 0, False),
    ],
)
def test_a_bill_that_names_too_much_is_named_and_not_merged(parts: int, needs: int, *, merged: bool) -> None:
    small, large = json.dumps(AUDITWHEEL).encode(), cyclonedx_of(parts, needs)
    found = read({"b.json": large})
    assert (len(found.parts), found.beyond) == ((parts, ()) if merged else (0, ("b.json",)))
    assert sum(len(each.needs) for each in found.parts) == (parts * needs if merged else 0)
    if not merged:
        # What others of its bills name is merged all the same.
        both = read({"a.json": large, "b.json": small})
        assert both == msgspec.structs.replace(read({"b.json": small}), beyond=("a.json",))


def test_of_an_environment_no_more_is_merged_than_its_record_has_room_for() -> None:
    # A wheel may state any number of digests.
    digests = [{"alg": "MD5", "content": f"{number:032x}"} for number in range(MOST_BYTES // 150)]
    document = {"bomFormat": "CycloneDX", "components": [{"name": "x", "hashes": digests}]}
    large, small = {"a.json": json.dumps(document).encode()}, {"b.json": json.dumps(AUDITWHEEL).encode()}
    found = read_all({"d": small, **dict.fromkeys("abc", large)})
    assert {name: each.beyond for name, each in found.items()} == {"a": (), "b": (), "c": ("a.json",), "d": ()}
    assert sum(len(msgspec.json.encode(each)) for each in found.values()) < MOST_BYTES + 1000
    assert found["d"] == read(small)


def test_of_many_files_some_are_named() -> None:
    found = read({f"{number:03}.xml": b"<bom/>" for number in range(500)})
    assert (len(found.unread), found.unread[0], found.unread[-1]) == (21, "000.xml", "480 more")


def test_those_of_this_environment() -> None:
    """Real ones: the distributions that run the tests bring some."""
    found: dict[str, dict[str, bytes]] = {}
    for path in Path(sysconfig.get_path("purelib")).glob("*.dist-info/sboms/*"):
        found.setdefault(path.parts[-3], {})[path.name] = path.read_bytes()
    assert any(name.startswith("ruff-") for name in found)
    for files in found.values():
        brought = read(files)
        assert brought.unread == ()
        assert any(each.purl.startswith("pkg:cargo/") and each.licence.expression for each in brought.parts)
        assert any(each.needs for each in brought.parts)


@given(bills())
def test_what_lamina_writes_it_reads(bill: Bill) -> None:
    wanted = {(each.name, each.version) for each in bill.all}
    for encode in (cyclonedx.encode, spdx.encode):
        assert {(each.name, each.version) for each in read({"x": encode(bill)}).parts} == wanted


@given(st.dictionaries(st.text(max_size=5), brought_documents, max_size=3))
def test_any_bytes_give_parts_that_can_be_written(files: dict[str, bytes]) -> None:
    found = read(files)
    for each in found.parts:
        assert all(0 <= place < len(found.parts) for place in each.needs)
    component = Component(
        key="a",
        name="a",
        parts=tuple(
            Component(key=f"a/{number}", name=each.name, version=each.version, kind=each.kind, licence=each.licence)
            for number, each in enumerate(found.parts)
        ),
    )
    bill = Bill(name="x", about=Component(key="x", name="x"), components=(component,))
    assert json.loads(cyclonedx.encode(bill))
    assert json.loads(spdx.encode(bill))
