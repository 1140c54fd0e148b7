"""Package URLs, as their own library reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL
from pure.sbom.purls import generic, pypi, readable

from tests.strategies_sbom import names

versions = st.sampled_from(["", "1.0", "2!1.0+local.1", "3.0rc1"]) | names


@given(st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", fullmatch=True), versions, st.just("") | names)
def test_what_stands_in_one_comes_back(name: str, version: str, url: str) -> None:
    read = PackageURL.from_string(generic(name, version, {"download_url": url}))
    assert read.version == (version or None)
    assert read.qualifiers == ({"download_url": url} if url else {})
    assert read.name == name


@given(names)
def test_what_nobody_may_be_called_has_none(name: str) -> None:
    assert generic(name, "1") == "" or PackageURL.from_string(generic(name, "1")).name == name


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        ("Flask", "3.1.0", "pkg:pypi/flask@3.1.0"),
        ("ruamel_yaml", "1.0", "pkg:pypi/ruamel-yaml@1.0"),
        ("zope.interface", "7.0", "pkg:pypi/zope.interface@7.0"),
        ("torch", "2.0+cpu", "pkg:pypi/torch@2.0%2Bcpu"),
        ("a", "1!2", "pkg:pypi/a@1%212"),
    ],
)
def test_of_a_distribution(name: str, version: str, expected: str) -> None:
    assert pypi(name, version) == expected
    assert PackageURL.from_string(expected).to_string() == expected


@given(st.text(max_size=20).map(lambda text: f"pkg:pypi/{text}") | st.text(max_size=30))
def test_what_passes_for_one_can_be_read(text: str) -> None:
    assert readable(text) in ("", text)
    if readable(text):
        PackageURL.from_string(text)


@pytest.mark.parametrize(
    "text",
    [
        "pkg:rpm/almalinux/libgfortran@8.5.0-22.el8_10?arch=x86_64",
        "pkg:cargo/pyo3@0.25.1",
        "pkg:golang/github.com/a/b@v1.0.0#sub/folder",
        "pkg:npm/%40scope/name@1.0.0",
    ],
)
def test_those_that_others_write_pass(text: str) -> None:
    assert readable(text) == text
