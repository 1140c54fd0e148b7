"""What installed distributions say of themselves."""

import hashlib
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.hashes import Hash
from pure.sbom.bill import Licence
from pure.venv.described import Described
from pure.venv.describing import described
from pure.venv.installed import parse_installed
from pure.venv.resolved import Distribution, Index, ResolvedSet

SITE = "lib/python3.13/site-packages"
DIGEST = Hash(algorithm="sha256", digest="a" * 64)
OTHER = Hash(algorithm="sha256", digest="b" * 64)


def said(
    files: Mapping[str, bytes],
    *,
    extras: Mapping[str, tuple[str, ...]] = {},
    declared: tuple[str, ...] = (),
    locked: Mapping[str, Hash] = {},
    secret: str = "\0",
) -> dict[str, Described]:
    """Of distributions by the contents of their folders' files."""
    installed = parse_installed(files, python_minor="3.13")
    distributions = tuple(
        Distribution(
            name=each.name,
            version=each.version,
            origin=Index(file=""),
            requested=True,
            extras=extras.get(each.name, ()),
        )
        for each in installed.distributions
    )
    found = described(
        {f"{SITE}/{path}": raw for path, raw in files.items()},
        installed,
        ResolvedSet(distributions=distributions),
        python="3.13.1",
        arch="amd64",
        declared=declared,
        locked=locked,
        hide=lambda text: text.replace(secret, "****"),
    )
    assert [each.key for each in found] == sorted(each.name for each in installed.distributions)
    return {each.key: each for each in found}


def metadata(name: str, version: str, *fields: str) -> dict[str, bytes]:
    text = "\n".join([f"Name: {name}", f"Version: {version}", *fields, "", "Name: somebody"])
    folder = f"{name.lower()}-{version}.dist-info"
    return {f"{folder}/METADATA": text.encode(), f"{folder}/RECORD": f"{folder}/METADATA,,\n".encode()}


def test_a_distribution() -> None:
    files = metadata(
        "Flask",
        "3.1.0",
        "License-Expression: BSD-3-Clause",
        "Project-URL: Source, https://github.com/pallets/flask/",
        "Project-URL: Home-Page, https://palletsprojects.com/p/flask/",
    )
    assert said(files)["flask"] == Described(
        key="flask",
        name="Flask",
        licence=Licence(expression="BSD-3-Clause"),
        homepage="https://palletsprojects.com/p/flask/",
        record=hashlib.sha256(b"flask-3.1.0.dist-info/METADATA,,\n").hexdigest(),
    )


def test_older_metadata() -> None:
    fields = ("Home-page: https://a.example/", "License: MIT", "Classifier: License :: OSI Approved :: MIT License")
    found = said(metadata("a", "1", *fields))["a"]
    assert (found.homepage, found.licence) == ("https://a.example/", Licence(expression="MIT"))


def test_nothing_secret_is_said() -> None:
    fields = ("Home-page: https://a.example/s3cr3t", "License: s3cr3t")
    found = said(metadata("a", "1", *fields), secret="s3cr3t")["a"]
    assert (found.homepage, found.licence) == ("", Licence())


GRAPH = {
    **metadata(
        "flask", "3", "Requires-Dist: Werkzeug>=3", 'Requires-Dist: click; extra == "cli"', "Requires-Dist: nobody"
    ),
    **metadata("werkzeug", "3", 'Requires-Dist: click; sys_platform == "win32"', "Requires-Dist: werkzeug"),
    **metadata("click", "8"),
    **metadata("shop", "1", "Requires-Dist: flask[cli]"),
}


def test_who_needs_whom() -> None:
    files = {path: raw for path, raw in GRAPH.items() if not path.startswith("shop")}
    assert {name: each.needs for name, each in said(files).items()} == {
        "flask": ("werkzeug",),
        "werkzeug": (),
        "click": (),
    }


@pytest.mark.parametrize("how", ["resolved", "declared", "required"])
def test_an_extra_that_somebody_asks_for(how: str) -> None:
    files = {path: raw for path, raw in GRAPH.items() if how == "required" or not path.startswith("shop")}
    found = said(
        files,
        extras={"flask": ("cli",)} if how == "resolved" else {},
        declared=("Flask[CLI]>=3",) if how == "declared" else (),
    )
    # What only the project's declaration asks for may change while all that is installed stays the same.
    wished = ("click",) if how == "declared" else ()
    assert (found["flask"].needs, found["flask"].wished) == (tuple(sorted({"click", "werkzeug"} - {*wished})), wished)


@pytest.mark.parametrize(
    ("locked", "expected"),
    [
        ({"a_b-1.0-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl": DIGEST}, DIGEST),
        # Of another version, for other machines, of somebody else.
        ({"a_b-2.0-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl": DIGEST}, None),
        ({"a_b-1.0-cp313-cp313-macosx_11_0_arm64.whl": DIGEST}, None),
        ({"b-1.0-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl": DIGEST}, None),
        # Two that fit: nobody knows which it was.
        (
            {
                "a_b-1.0-1-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl": OTHER,
                "a_b-1.0-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl": DIGEST,
            },
            None,
        ),
    ],
)
def test_the_wheel_that_a_lock_has(locked: dict[str, Hash], expected: Hash | None) -> None:
    wheel = b"Wheel-Version: 1.0\nTag: cp313-cp313-manylinux_2_17_x86_64\nTag: cp313-cp313-manylinux2014_x86_64\n"
    files = {**metadata("a-b", "1.0"), "a-b-1.0.dist-info/WHEEL": wheel}
    assert said(files, locked=locked)["a-b"].file == expected


@given(st.dictionaries(st.sampled_from(["METADATA", "RECORD", "WHEEL"]), st.binary(max_size=80)), st.text(max_size=20))
def test_any_bytes_give_something(files: dict[str, bytes], declared: str) -> None:
    head = b"Name: a\nVersion: 1\n"
    for each in said(
        {f"a-1.dist-info/{name}": (head if name == "METADATA" else b"") + raw for name, raw in files.items()},
        declared=(declared,),
        locked={declared: DIGEST},
    ).values():
        assert each.name.isprintable()
