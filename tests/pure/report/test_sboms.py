"""The bills of materials of a build."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.build.plan import Plan
from pure.hashes import Hash
from pure.layers.decision import Action, LayerDecision, LayerTypes
from pure.layers.names import heavy_layer
from pure.outcome import Success
from pure.report.sboms import bills, sbom_files
from pure.runtime.linked import Linked, encode_linked
from pure.sbom.bill import Bill, Component, Part
from pure.sbom.brought import read
from pure.venv.described import Described
from pure.venv.describing import described
from pure.venv.installed import parse_installed
from pure.venv.resolved import Archive, Distribution, Index, Local, Origin, ResolvedSet, Vcs, resolved_set
from pure.venv.state import Insight, VenvState, decode_state, encode_state

from tests import sbom_oracles
from tests.strategies import resolved_sets
from tests.strategies_locked import FIRST, locked, with_texts
from tests.strategies_plan import planned, requirements
from tests.strategies_sbom import brought_documents

DIGEST = Hash(algorithm="sha256", digest="a" * 64)
PINS = {
    "uv": f"uv==0.13.1 \\\n    --hash=sha256:{'1' * 64} \\\n    --hash=sha256:{'2' * 64}\n",
    "poetry": (
        f"# a comment\npoetry==2.4.0 \\\n    --hash=sha256:{'3' * 64}\n"
        f"colorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash=sha256:{'4' * 64}\n"
        f"pbs-installer==1.0 ; python_full_version >= '3.8' \\\n    --hash=sha256:{'5' * 64}\n"
    ),
}


def plan(manager: str = "uv", *, heavy: tuple[str, ...] = (), linked: tuple[Linked, ...] | None = ()) -> Plan:
    found = planned(locked(FIRST, manager))
    python = msgspec.structs.replace(found.decided("python"), linked=encode_linked(linked))
    layers = tuple(LayerDecision(name=heavy_layer(name), action=Action.CREATE, because=("heavy",)) for name in heavy)
    return msgspec.structs.replace(found.with_layer(python), layers=(*found.with_layer(python).layers, *layers))


def distribution(name: str, origin: Origin | None = None, *, requested: bool = False) -> Distribution:
    return Distribution(name=name, version="1.0", origin=origin or Index(file=""), requested=requested)


def record(*distributions: Distribution, said: tuple[Described, ...] = ()) -> VenvState:
    return VenvState(resolved=resolved_set(distributions), seen=Insight(described=said))


def named(found: Plan, state: VenvState | None) -> dict[str, Bill]:
    return {each.name: each for each in bills(found, state, PINS)}


def encoded(found: Plan, state: VenvState | None) -> dict[str, bytes]:
    files = {each.name: (each.head, each.encoded()) for each in sbom_files(found, state, PINS)}
    assert [name for name, (head, raw) in files.items() if not raw.startswith(head)] == []
    return {name: raw for name, (_, raw) in files.items()}


def component(bill: Bill, key: str) -> Component:
    (found,) = (each for each in bill.all if each.key == key)
    return found


def test_each_distribution_is_in_the_bill_of_its_layer_and_in_that_of_the_image() -> None:
    said = (
        Described(key="numpy", name="numpy"),
        Described(key="pandas", name="pandas", needs=("numpy", "six")),
        Described(key="six", name="six"),
    )
    state = record(distribution("numpy"), distribution("pandas", requested=True), distribution("six"), said=said)
    found = named(plan(heavy=("numpy",)), state)
    assert list(found) == ["python", "venv", "dist-numpy", "launch", "build"]
    assert [each.name for each in found["venv"].components] == ["pandas", "six"]
    assert [each.name for each in found["dist-numpy"].components] == ["numpy"]
    assert [each.name for each in found["launch"].components] == ["cpython", "numpy", "pandas", "six"]
    # What lies in another layer stands in the bill of the whole image only.
    assert dict(found["venv"].needs) == {"layer:venv": ("pypi:pandas",), "pypi:pandas": ("pypi:six",)}
    assert dict(found["launch"].needs)["application"] == ("pypi:pandas", "runtime:cpython")
    assert dict(found["launch"].needs)["pypi:pandas"] == ("pypi:numpy", "pypi:six")


def test_what_a_lock_has_is_not_all_that_the_application_asks_for() -> None:
    said = (Described(key="pandas", name="pandas", needs=("six",)), Described(key="six", name="six"))
    state = record(distribution("pandas", requested=True), distribution("six", requested=True), said=said)

    def asked(found: Plan) -> list[str]:
        return [each for each in dict(named(found, state)["launch"].needs)["application"] if each.startswith("pypi:")]

    written = requirements(b"pandas\nsix\n")
    by_pip = msgspec.structs.replace(FIRST, names=("requirements.txt",), requirements=written)
    assert asked(planned(by_pip)) == ["pypi:pandas", "pypi:six"]
    assert asked(planned(locked(FIRST, "uv"))) == ["pypi:pandas"]
    project = b'[project]\nname = "a"\nversion = "1"\ndependencies = ["Six>=1"]\n'
    assert asked(planned(with_texts(locked(FIRST, "uv"), pyproject__toml=project))) == ["pypi:pandas", "pypi:six"]
    project = b'[project]\nname = "a"\nversion = "1"\n[dependency-groups]\ndocs = ["Six>=1"]\n'
    grouped = with_texts(locked(FIRST, "uv"), pyproject__toml=project)
    assert asked(planned(grouped)) == ["pypi:pandas"]
    with_docs = msgspec.structs.replace(grouped, variables={**grouped.variables, "BP_PYTHON_GROUPS": "docs"})
    assert asked(planned(with_docs)) == ["pypi:pandas", "pypi:six"]


def test_the_runtime_says_which_libraries_are_in_it() -> None:
    linked = (Linked(name="libffi"), Linked(name="openssl", version="3.5.7"))
    found = plan(linked=linked)
    (cpython,) = named(found, None)["python"].components
    assert cpython.version == found.python.version
    assert cpython.hashes == (Hash(algorithm="sha256", digest=found.python.runtime.sha256),)
    assert cpython.cpe == f"cpe:2.3:a:python:python:{found.python.version}:*:*:*:*:*:*:*"
    assert [(each.name, each.version) for each in cpython.parts] == [("libffi", ""), ("openssl", "3.5.7")]
    assert cpython.parts[1].purl == "pkg:generic/openssl@3.5.7"
    assert ("version", "not known to the interpreter") in cpython.parts[0].notes


def test_a_runtime_that_did_not_say_which_libraries_are_in_it() -> None:
    (cpython,) = named(plan(linked=None), None)["python"].components
    assert cpython.parts == ()
    assert dict(cpython.notes)["linked libraries"].startswith("not known")


@pytest.mark.parametrize(
    ("origin", "said", "hashes", "hashed"),
    [
        (Index(file="a.whl", hashes=(DIGEST,)), Described(key="a", name="a", record="b" * 64), (DIGEST,), "installer"),
        (Index(file=""), Described(key="a", name="a", record="b" * 64, file=DIGEST), (DIGEST,), "lock"),
        (
            Index(file=""),
            Described(key="a", name="a", record="b" * 64),
            (Hash(algorithm="sha256", digest="b" * 64),),
            "RECORD",
        ),
        (Index(file=""), Described(key="a", name="a"), (), ""),
    ],
)
def test_who_states_a_digest(origin: Origin, said: Described, hashes: tuple[Hash, ...], hashed: str) -> None:
    (found,) = named(plan(), record(distribution("a", origin), said=(said,)))["venv"].components
    assert (found.hashes, found.hashed) == (hashes, hashed)


@pytest.mark.parametrize(
    ("origin", "purl"),
    [
        (Index(file="a.whl"), "pkg:pypi/a.b@1.0"),
        (Archive(url="https://h/a.whl"), "pkg:pypi/a.b@1.0?download_url=https:%2F%2Fh%2Fa.whl"),
        (
            Vcs(url="https://h/a.git", vcs="git", commit="0" * 40, immutable=True),
            f"pkg:pypi/a.b@1.0?vcs_url=git%2Bhttps:%2F%2Fh%2Fa.git%40{'0' * 40}",
        ),
        # Somebody else may have the name on an index.
        (Local(path="/workspace", editable=True), "pkg:generic/a-b@1.0"),
        (Archive(url="file:///workspace/a.whl"), "pkg:generic/a-b@1.0"),
    ],
)
def test_where_a_distribution_comes_from(origin: Origin, purl: str) -> None:
    state = record(distribution("a-b", origin), said=(Described(key="a-b", name="A.b"),))
    (found,) = named(plan(), state)["venv"].components
    assert (found.name, found.purl) == ("A.b", purl)


def test_what_a_distribution_brings_is_inside_of_it() -> None:
    parts = (Part(name="libpng", needs=(1,)), Part(name="zlib", version="1.3", purl="pkg:generic/zlib@1.3"))
    said = Described(key="pillow", name="pillow", parts=parts, unread=("odd.xml",))
    bill = named(plan(), record(distribution("pillow"), said=(said,)))["venv"]
    (pillow,) = bill.components
    assert [each.name for each in pillow.parts] == ["libpng", "zlib"]
    assert dict(bill.needs) == {
        "layer:venv": ("pypi:pillow",),
        "pypi:pillow": ("part:0:pillow",),
        "part:0:pillow": ("part:1:pillow",),
    }
    assert "odd.xml" in dict(pillow.notes)["not merged"]
    # They may be thousands, and the image's bill is written by each build: it says where they are named.
    (_, pillow) = named(plan(), record(distribution("pillow"), said=(said,)))["launch"].components
    assert (pillow.parts, dict(pillow.notes)["inside"]) == ((), "2 components that the bill of its layer names")


def test_what_names_more_than_is_merged_is_told() -> None:
    said = Described(key="a", name="a", beyond=("large.json",))
    (found,) = named(plan(), record(distribution("a"), said=(said,)))["venv"].components
    assert found.notes == (("not merged", "large.json, which names more than is merged"),)


def test_a_file_begins_so_only_if_it_says_the_same() -> None:
    def heads(said: Described) -> dict[str, bytes]:
        return {each.name: each.head for each in sbom_files(plan(), record(distribution("a"), said=(said,)), PINS)}

    one = heads(Described(key="a", name="a", parts=(Part(name="zlib", version="1.2"),)))
    other = heads(Described(key="a", name="a", parts=(Part(name="zlib", version="1.3"),)))
    assert {name for name in one if one[name] != other[name]} == {"venv.sbom.cdx.json", "venv.sbom.spdx.json"}


def test_the_tools_of_a_build() -> None:
    found = named(plan("poetry"), record())["build"]
    version = plan("poetry").manager.version
    assert plan("poetry").manager.hashed, version
    assert [(each.name, each.version, each.hashed) for each in found.components] == [
        ("poetry", "2.4.0", "pin"),
        ("pbs-installer", "1.0", "pin"),
    ]
    # Nobody notes which of several artefacts it was.
    (uv,) = named(plan(), record())["build"].components
    assert (uv.version, uv.hashes, uv.hashed) == ("0.13.1", (), "")


def test_where_only_python_is_provided() -> None:
    found = msgspec.structs.replace(plan(), package_manager=None)
    assert list(named(found, None)) == ["python", "launch"]
    types = LayerTypes(build=True, launch=False, cache=True)
    of_the_build = found.with_layer(msgspec.structs.replace(found.decided("python"), types=types))
    assert list(named(of_the_build, None)) == ["python"]


@settings(max_examples=20, deadline=None)
@given(resolved_sets(), st.data())
def test_all_of_it_is_valid_and_says_the_same_in_both_formats(found: ResolvedSet, data: st.DataObject) -> None:
    names = [each.name for each in found.distributions]
    needs = st.lists(st.sampled_from(names or ["x"]), max_size=2, unique=True).map(tuple)
    said = tuple(Described(key=name, name=name.upper(), needs=data.draw(needs)) for name in names)
    state = VenvState(resolved=found, seen=Insight(described=said))
    heavy = tuple(data.draw(st.lists(st.sampled_from(names or ["x"]), max_size=1)) if names else ())
    linked = (Linked(name="zlib", version="1.3"),)
    files = encoded(plan(heavy=heavy, linked=linked), state)
    assert files == encoded(plan(heavy=heavy, linked=linked), state)
    assert {name.partition(".sbom.")[2] for name in files} == {"cdx.json", "spdx.json"}
    for name in {file.partition(".sbom.")[0] for file in files}:
        one, other = files[f"{name}.sbom.cdx.json"], files[f"{name}.sbom.spdx.json"]
        read, document = sbom_oracles.cyclonedx(one), sbom_oracles.spdx(other)
        assert _names(json.loads(one)["components"]) == [each.name for each in document.packages[1:]]
        assert len(read.components) <= len(document.packages)


_fields = st.sampled_from(
    ["Name", "Version", "License", "License-Expression", "Classifier", "Home-page", "Project-URL", "Requires-Dist", "X"]
)
_values = st.binary(max_size=12) | st.sampled_from([
    *(b"a", b"b-c", b"1.0", b"2!1+local", b"MIT", b"mit or gpl-2.0-only", b"LicenseRef-X", b"\xff\xfe"),
    *(b"\xed\xa0\x80", b"License :: OSI Approved :: x", b"Homepage, https://a.example/", b"https://a.example/%20?x#y"),
    b"a[b]; extra == 'x'",
])  # fmt: skip
metadata = st.lists(st.tuples(_fields, _values), max_size=6).map(
    lambda lines: b"Name: a\nVersion: 1\n" + b"".join(field.encode() + b": " + value + b"\n" for field, value in lines)
)


@settings(max_examples=20, deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "b", "c.json"]), brought_documents, max_size=2), metadata, st.binary())
def test_whatever_strangers_wrote_the_bills_are_valid(bills_of_it: dict[str, bytes], own: bytes, row: bytes) -> None:
    folder = "lib/python3.13/site-packages/a-1.dist-info"
    files = {"METADATA": own, "RECORD": b"a.py,,\n" + row, "WHEEL": row}
    installed = parse_installed({f"a-1.dist-info/{name}": raw for name, raw in files.items()}, python_minor="3.13")
    found = resolved_set(
        Distribution(name=each.name, version=each.version, origin=Index(file=""), requested=False)
        for each in installed.distributions
    )
    said = described(
        {f"{folder}/{name}": raw for name, raw in files.items()},
        installed,
        found,
        python="3.13.1",
        arch="amd64",
        declared=(),
        locked={},
        hide=lambda text: text,
    )
    brought = read(bills_of_it)
    said = tuple(msgspec.structs.replace(each, parts=brought.parts, unread=brought.unread) for each in said)
    state = VenvState(resolved=found, seen=Insight(described=said))
    assert decode_state(encode_state(state)) == Success(state)
    for name, raw in encoded(plan(), state).items():
        (sbom_oracles.cyclonedx if name.endswith("cdx.json") else sbom_oracles.spdx)(raw)


def _names(components: list[dict[str, Any]]) -> list[str]:
    return [name for each in components for name in (each["name"], *_names(each.get("components", [])))]
