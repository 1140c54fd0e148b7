"""Generators of bills of materials, and of documents that strangers wrote."""

import json
from typing import Any

from hypothesis import strategies as st
from pure.hashes import Hash
from pure.sbom.bill import Bill, Component, Licence
from pure.sbom.licences import stated
from pure.sbom.texts import line

# Characters that JSON, SPDX or a URL could stumble over.
odd_texts = st.text(st.characters(codec="utf-8") | st.sampled_from('"\\/%@:#?&+ \x00\n\u2028é'), max_size=12)
names = odd_texts.map(line).filter(bool)
licences = st.one_of(
    st.sampled_from([
        Licence(),
        Licence(expression="MIT"),
        Licence(expression="Apache-2.0 OR BSD-3-Clause"),
        Licence(expression="LicenseRef-Own AND GPL-2.0-only WITH Classpath-exception-2.0"),
    ]),
    names.map(lambda name: Licence(name=name)),
    st.builds(lambda text: stated(expression=text, classifiers=(), text=text), odd_texts),
)  # fmt: skip
digests = st.lists(
    st.sampled_from([
        Hash(algorithm="sha256", digest="a" * 64),
        Hash(algorithm="sha512", digest="0" * 128),
        Hash(algorithm="md5", digest="f" * 32),
        Hash(algorithm="shake_9", digest="0"),
    ]),
    max_size=2,
    unique=True,
).map(tuple)  # fmt: skip


def components(prefix: str, *, parts: bool = True) -> st.SearchStrategy[Component]:
    """A component whose key begins so."""
    none: st.SearchStrategy[list[Component]] = st.just([])
    some = (
        st.lists(components(f"{prefix}/", parts=False), max_size=2, unique_by=lambda each: each.key) if parts else none
    )
    return st.builds(
        Component,
        key=names.map(lambda name: f"{prefix}:{name}"),
        kind=st.sampled_from(["library", "platform", "file", "application"]),
        name=names,
        version=odd_texts.map(line),
        purl=st.sampled_from(["", "pkg:pypi/a@1.0", "pkg:generic/a%20b@1?checksum=sha256:00"]),
        cpe=st.sampled_from(["", "cpe:2.3:a:openssl:openssl:3.5.1:*:*:*:*:*:*:*"]),
        licence=licences,
        homepage=st.sampled_from(["", "https://a.example/b?c=d#e"]),
        hashes=digests,
        hashed=st.sampled_from(["", "lock", "RECORD", "installer", "catalogue", "pin"]),
        parts=some.map(tuple),
        notes=st.lists(st.tuples(st.just("note"), names), max_size=1).map(tuple),
    )


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    """A bill with some needs."""
    about = draw(components("about", parts=False))
    found = draw(st.lists(components("c"), max_size=4, unique_by=lambda each: each.key))
    keys: list[str] = []
    kept = []
    for each in found:
        parts = tuple(part for part in each.parts if part.key not in keys)
        keys += [each.key, *(part.key for part in parts)]
        kept.append(Component(**{name: getattr(each, name) for name in each.__struct_fields__} | {"parts": parts}))
    everyone = st.sampled_from([about.key, *keys])
    needs = draw(st.dictionaries(everyone, st.lists(everyone, max_size=3, unique=True).map(tuple), max_size=3))
    return Bill(
        name=draw(st.sampled_from(["venv", "launch", "dist-numpy"])),
        about=about,
        components=tuple(kept),
        needs=tuple(sorted(needs.items())),
    )


_words = st.sampled_from([
    *("bomFormat", "CycloneDX", "components", "name", "version", "purl", "type", "library", "bom-ref", "dependencies"),
    *("ref", "dependsOn", "licenses", "license", "id", "expression", "hashes", "alg", "SHA-256", "content", "a" * 64),
    *("spdxVersion", "SPDX-2.3", "packages", "SPDXID", "SPDXRef-1", "versionInfo", "relationships", "checksums"),
    *("spdxElementId", "relationshipType", "DEPENDS_ON", "CONTAINS", "DESCRIBES", "relatedSpdxElement", "algorithm"),
    *("externalRefs", "referenceType", "referenceLocator", "documentDescribes", "pkg:pypi/a@1", "cpe:2.3:a:b:c:1", ""),
])  # fmt: skip
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | _words | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=4),
    max_leaves=12,
)


def _of(format_: dict[str, Any], inner: dict[str, Any]) -> bytes:
    return json.dumps({**inner, **format_}).encode()


brought_documents = st.one_of(
    st.binary(max_size=60),
    st.builds(_of, st.just({"bomFormat": "CycloneDX"}), st.dictionaries(_words, _values, max_size=4)),
    st.builds(_of, st.just({"spdxVersion": "SPDX-2.3"}), st.dictionaries(_words, _values, max_size=4)),
    st.builds(lambda value: json.dumps(value).encode(), _values),
)
"""What may lie in ``dist-info/sboms``."""
