"""What is in an image, of its bills and its metadata; whatever strangers wrote gives a value."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.image.asking import Asked, asking
from pure.image.contents import Contents, LinkedLibrary, RuntimeOfImage, contents, looking
from pure.image.manifest import Image, read_image

from tests.images import SITE, Made, shop, shop_files, tar

BILL = "layers/sbom/launch/lamina_python/sbom.cdx.json"


def image_of(made: Made) -> Image:
    return read_image(made.config, digest="sha256:x").unwrap()


SHOP = image_of(shop())
FILES = shop_files()


def test_all_of_it() -> None:
    found = contents(SHOP, FILES)
    assert found.missing == ()
    assert found.runtime == RuntimeOfImage(
        name="cpython", version="3.13.1", linked=(LinkedLibrary(name="openssl", version="3.0.15"),)
    )
    rows = [(each.name, each.version, each.layer, each.nbytes, each.declared) for each in found.distributions]
    assert rows == [
        ("flask", "3.1.2", "venv", 400_000, True),
        ("markupsafe", "3.0.3", "venv", 90_000, False),
        ("numpy", "2.3.1", "dist-numpy", 71_200_000, True),
        ("werkzeug", "3.1.3", "venv", 1_000_000, False),
    ]
    flask = found.named("Flask")
    assert flask is not None
    assert flask.needs == ("markupsafe", "werkzeug")
    assert flask.asks == (
        Asked(name="werkzeug", words="Werkzeug>=3.1"),
        Asked(name="markupsafe", words="markupsafe>=2.1.1"),
    )
    assert flask.licence == "BSD-3-Clause"
    assert found.needed_by("markupsafe") == ("flask", "werkzeug")


def test_only_two_layers_are_looked_into() -> None:
    assert [each.name for each, _ in looking(SHOP)] == ["sbom", "venv"]
    wanted = {
        name: [path for path in FILES if pattern.fullmatch(path)]
        for (_, pattern), name in zip(looking(SHOP), "sv", strict=True)
    }
    assert wanted["s"] == [BILL]
    assert len(wanted["v"]) == 8
    assert looking(image_of(Made(layers=(tar({}),)))) == ()


def test_without_bills_the_metadata_tell() -> None:
    found = contents(SHOP, {name: data for name, data in FILES.items() if name != BILL})
    assert found.runtime == RuntimeOfImage(name="cpython", version="3.13.1")
    assert [each.needs for each in found.distributions] == [("markupsafe", "werkzeug"), (), (), ("markupsafe",)]
    assert "bill of materials" in found.missing[0]


def test_without_metadata_the_bills_and_the_label_tell() -> None:
    found = contents(SHOP, {BILL: FILES[BILL]})
    assert [each.nbytes for each in found.distributions] == [None, None, 71_200_000, None]
    assert "sizes" in found.missing[0]


def about_shop(purl: str) -> dict[str, bytes]:
    """The files of an image whose application was installed as a distribution, which asks for the others."""
    bill = json.loads(FILES[BILL])
    bill["components"].append({"bom-ref": "pypi:shop", "name": "shop", "version": "1", "purl": purl})
    needs = {each["ref"]: each for each in bill["dependencies"]}
    needs["application"]["dependsOn"] = ["pypi:shop"]
    needs["pypi:shop"] = {"ref": "pypi:shop", "dependsOn": ["pypi:flask", "pypi:numpy"]}
    return FILES | {BILL: json.dumps(bill | {"dependencies": list(needs.values())}).encode()}


def test_what_the_application_asks_for_as_a_distribution_is_declared() -> None:
    found = contents(SHOP, about_shop("pkg:generic/shop@1")).distributions
    assert [each.name for each in found if each.declared] == ["flask", "numpy"]
    assert [each.name for each in found if each.own] == ["shop"]


def test_an_indexs_distribution_of_the_applications_name_is_not_the_application() -> None:
    found = contents(SHOP, about_shop("pkg:pypi/shop@1")).distributions
    assert [each.name for each in found if each.declared] == ["shop"]
    assert not any(each.own for each in found)


def test_another_buildpacks_image_has_no_contents() -> None:
    assert contents(image_of(Made(layers=(tar({}),))), {}).distributions == ()


@pytest.mark.parametrize(
    "raw", [b"", b"[", b"[" * 100_000, b'{"components": 3}', b'{"components": [{"name": 1}]}', b"\xff"]
)
def test_a_bill_that_is_none(raw: bytes) -> None:
    found = contents(SHOP, FILES | {BILL: raw})
    assert any(BILL.removeprefix("layers/") in each for each in found.missing)
    assert len(found.distributions) == 4


refs = st.sampled_from(["pypi:flask", "pypi:NumPy", "runtime:cpython", "application", "pypi:", "", "part:0:numpy"])
words = st.text(max_size=8)
component: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {"name": words},
    optional={
        "bom-ref": refs,
        "version": words | st.integers(),
        "licenses": st.lists(
            st.fixed_dictionaries({}, optional={"expression": words, "license": st.just({"id": "MIT"})})
        ),
        "components": st.lists(st.fixed_dictionaries({"name": words}), max_size=2),
    },
)
dependency = st.fixed_dictionaries({"ref": refs}, optional={"dependsOn": st.lists(refs, max_size=3)})
bills = st.fixed_dictionaries(
    {},
    optional={
        "components": st.lists(component, max_size=4),
        "dependencies": st.lists(dependency, max_size=4),
        "metadata": st.fixed_dictionaries({}, optional={"component": component | st.none()}),
    },
).map(lambda each: json.dumps(each).encode())
records = st.binary(max_size=60) | st.lists(
    st.tuples(words, words, st.sampled_from(["", "1", "-1", "1e9", "9" * 5_000, "²"])).map(",".join), max_size=4
).map(lambda rows: "\n".join(rows).encode())
metadata = st.binary(max_size=60) | st.sampled_from(
    [
        b"Name: flask\nVersion: 1\nRequires-Dist: numpy>1\n",
        b"Name: numpy\nVersion: 2\nRequires-Dist: (((\n",
        b"Name: \n",
    ]
)
files = st.dictionaries(
    st.sampled_from(
        [BILL, *(f"{SITE}/{each}.dist-info/{file}".lstrip("/") for each in "ab" for file in ("RECORD", "METADATA"))]
    ),
    bills | records | metadata,
)


@given(files)
def test_odd_bills_and_records_give_a_value(found: dict[str, bytes]) -> None:
    value = contents(SHOP, found)
    assert msgspec.json.decode(msgspec.json.encode(value), type=Contents) == value
    names = [each.name for each in value.distributions]
    assert names == sorted(set(names))
    assert all(set(each.needs) <= set(names) for each in value.distributions)
    assert all(each.nbytes is None or each.nbytes >= 0 for each in value.distributions)


def test_packages_lie_where_the_division_put_them() -> None:
    site = SITE.rpartition("/venv/")[2]
    folder = f"{site}/numpy-2.3.1.dist-info"
    rows = [
        "numpy/__init__.py,sha256=a,70000000",
        "numpy.libs/libopenblas.so,sha256=b,1200000",
        f"{folder.rpartition('/')[2]}/METADATA,sha256=c,2000",
        "../../../share/numpy/page.html,sha256=d,30000",
        "../../../bin/f2py,sha256=e,300",
    ]
    found = contents(SHOP, FILES | {f"{SITE}/numpy-2.3.1.dist-info/RECORD".lstrip("/"): "\n".join(rows).encode()})
    numpy, flask = found.named("numpy"), found.named("flask")
    assert numpy is not None
    assert [(each.layer, each.name, each.nbytes) for each in numpy.packages] == [
        ("dist-numpy", "numpy", 70_000_000),
        ("dist-numpy", "numpy.libs", 1_200_000),
        ("venv", "bin", 300),
        ("venv", "numpy-2.3.1.dist-info", 2_000),
        ("venv", "share", 30_000),
    ]
    assert flask is not None
    assert {each.layer for each in flask.packages} == {"venv"}


REQUIRES = b"""Name: flask
Version: 3.1.2
Requires-Dist: werkzeug>=3.1
Requires-Dist: werkzeug>=99; extra == "future"
Requires-Dist: markupsafe<1; python_version < "3"
Requires-Dist: markupsafe>=2; platform_machine == "no-such-machine"
Requires-Dist: numpy>=2; extra == "fast"
Requires-Dist: markupsafe>=2.1.1; python_version >= "3.9"
"""
FLASK = f"{SITE}/flask-3.1.2.dist-info/METADATA".lstrip("/")


@pytest.mark.parametrize("billed", [True, False])
def test_demands_that_dont_hold_are_none(billed: bool) -> None:
    files = {name: data for name, data in FILES.items() if billed or name != BILL}
    flask = contents(SHOP, files | {FLASK: REQUIRES}).named("flask")
    assert flask is not None
    assert [each.words for each in flask.asks] == ["werkzeug>=3.1", 'markupsafe>=2.1.1; python_version >= "3.9"']
    assert flask.needs == ("markupsafe", "werkzeug")


def test_an_extra_counts_where_somebody_asks_for_it() -> None:
    asked = {"werkzeug": ["flask[fast]>=3"], "flask": ['numpy>=2; extra == "fast"', 'werkzeug; extra == "slow"']}
    lines = asked | {"numpy": []}
    by_other = asking(lines, python="3.13.1", arch="amd64", needs=None)
    assert by_other["flask"] == (Asked(name="numpy", words='numpy>=2; extra == "fast"'),)
    alone: dict[str, list[str]] = lines | {"werkzeug": []}
    assert asking(alone, python="3.13.1", arch="amd64", needs=None)["flask"] == ()
    # The bill was made where the application's own wishes were known.
    by_application = asking(alone, python="3.13.1", arch="amd64", needs={"flask": ("numpy",)})
    assert by_application["flask"] == by_other["flask"]


def test_extras_that_bring_each_other_are_followed_to_the_end() -> None:
    chain = [f'a[e{each + 1}]; extra == "e{each}"' for each in range(1_000)]
    lines: dict[str, list[str]] = {"a": [*chain, 'b; extra == "e1000"'], "b": []}
    wishes: tuple[dict[str, set[str]], ...] = ({"a": {"e0"}}, {})
    for wanted in wishes:
        told = asking(lines, python="3.13.1", arch="amd64", needs=None, wanted=wanted)
        assert [each.name for each in told["a"]] == (["b"] if wanted else [])


WORKER = [
    'websockets>=10; extra == "standard"',
    'websockets>=13; extra == "other"',
    'uvicorn[standard]; extra == "all"',
    "click>=7",
]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({}, ["websockets>=10", "websockets>=13", "click>=7"]),
        ({"uvicorn": {"Standard"}}, ["websockets>=10", "click>=7"]),
        ({"uvicorn": {"all"}}, ["websockets>=10", "click>=7"]),
        ({"uvicorn": {"other"}}, ["websockets>=13", "click>=7"]),
        ({"uvicorn": {"other", "all"}}, ["websockets>=10", "websockets>=13", "click>=7"]),
    ],
)
def test_of_extras_only_those_that_the_application_wants_count(wanted: dict[str, set[str]], words: list[str]) -> None:
    lines: dict[str, list[str]] = {"uvicorn": WORKER, "websockets": [], "click": []}
    needs = {"uvicorn": ("click", "websockets")}
    found = asking(lines, python="3.13.1", arch="amd64", needs=needs, wanted=wanted)
    assert [each.words.partition(";")[0] for each in found["uvicorn"]] == words
