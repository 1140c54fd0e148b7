"""What installed distributions demand of each other and don't get."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.venv.contradictions import contradictions
from pure.venv.lacks import Contradiction


def found(*distributions: tuple[str, str, tuple[str, ...]], python: str = "3.13.1") -> list[tuple[str, str, str]]:
    metadata = {}
    for name, version, requires in distributions:
        lines = [
            f"Name: {name}",
            f"Version: {version}",
            *(f"Requires-Dist: {each}" for each in requires),
            "",
            "Name: x",
        ]
        metadata[f"lib/{name}-{version}.dist-info/METADATA"] = "\n".join(lines).encode()
    return [
        (each.distribution, each.demand, each.found) for each in contradictions(metadata, python=python, arch="amd64")
    ]


@pytest.mark.parametrize(
    ("requires", "expected"),
    [
        (("werkzeug>=3",), [("flask", "werkzeug>=3", "2.0.1")]),
        (("Werkzeug >=2, <3",), []),
        (("werkzeug",), []),
        (("click>=8",), [("flask", "click>=8", "")]),
        (('click>=8; python_version < "3.10"',), []),
        (('click; extra == "cli"',), []),
        (('click; sys_platform == "win32"',), []),
        (("werkzeug @ https://example.com/w.whl",), []),
        (("not a requirement !!",), []),
        (('click; "cli" in extras',), []),
        (("werkzeug>2.0.1,!=2.0.2",), [("flask", "werkzeug!=2.0.2,>2.0.1", "2.0.1")]),
    ],
)
def test_a_demand(requires: tuple[str, ...], expected: list[tuple[str, str, str]]) -> None:
    assert found(("Flask", "3.0", requires), ("Werkzeug", "2.0.1", ())) == expected


def test_a_prerelease_that_is_installed_satisfies() -> None:
    assert found(("a", "1", ("b>=1",)), ("b", "2.0rc1", ())) == []


@given(st.binary(max_size=200))
def test_any_metadata_give_an_answer(raw: bytes) -> None:
    metadata = {"x.dist-info/METADATA": b"Name: x\nVersion: 1\nRequires-Dist: " + raw, "x.dist-info/RECORD": raw}
    for each in contradictions(metadata, python="3.13.1", arch="amd64"):
        assert isinstance(each, Contradiction)


def test_this_environment_is_as_pip_check_says() -> None:
    """The oracle: pip's own check of the environment that runs the tests."""
    import importlib.metadata

    checked = subprocess.run(
        [sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False, timeout=120
    )
    if "No module named pip" in checked.stderr:
        pytest.skip("there is no pip in the environment of the tests")
    metadata = {
        f"{each.metadata['Name']}.dist-info/METADATA": (each.read_text("METADATA") or "").encode()
        for each in importlib.metadata.distributions()
    }
    version = ".".join(map(str, sys.version_info[:3]))
    ours = {each.distribution for each in contradictions(metadata, python=version, arch="amd64")}
    assert bool(ours) == bool(checked.returncode), (ours, checked.stdout)
