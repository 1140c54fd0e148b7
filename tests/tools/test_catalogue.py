"""The generator of the catalogue, with the lists that the package index ships."""

import sys
from collections.abc import Mapping

import msgspec
import pytest
from pure.python.catalogue import Catalogue, Runtime
from tools.catalogue import CatalogueError, generate, list_in, newest_of, of_uv

from tests.places import ROOT
from tools import catalogue

if sys.version_info >= (3, 14):
    from compression.zstd import compress
else:
    from backports.zstd import compress

Entry = dict[str, object]
HOST = "https://h/releases/download"


def archive(version: str, release: str, *, sha256: str = "0" * 64) -> Runtime:
    url = f"{HOST}/{release}/cpython-{version}%2B{release}-x86_64-unknown-linux-gnu-install_only.tar.gz"
    return Runtime(version=version, os="linux", arch="amd64", url=url, sha256=sha256)


def listed(version: str = "3.14.1", family: str = "x86_64", changed: Mapping[str, object] | None = None) -> Entry:
    """An entry of uv's list."""
    major, minor, _ = version.split(".")
    url = f"{HOST}/20261110/cpython-{version}%2B20261110-{family}-unknown-linux-gnu-install_only_stripped.tar.gz"
    return {
        "name": "cpython", "os": "linux", "libc": "gnu", "variant": None, "major": int(major), "minor": int(minor),
        "arch": {"family": family, "variant": None}, "url": url, "sha256": "1" * 64, **(changed or {}),
    }  # fmt: skip


def test_the_committed_catalogue_is_what_its_generator_gives() -> None:
    assert (ROOT / "data" / "cpython.json").read_bytes() == generate()


def test_of_each_version_the_archive_that_was_made_last_counts() -> None:
    old, new = archive("3.14.1", "20260101"), archive("3.14.1", "20260909")
    for lists in (([old], [new]), ([new], [old])):
        assert newest_of(*lists) == Catalogue(runtimes=(new,))
    other = archive("3.13.1", "20260101")
    assert newest_of([old], [other]).runtimes == (old, other)


def test_pre_releases_count_until_there_is_a_release() -> None:
    early, coming = archive("3.14.0rc1", "20260101"), archive("3.15.0a1", "20260101")
    assert newest_of([early, archive("3.14.0", "20260202"), coming]).runtimes[1:] == (coming,)
    assert newest_of([early]).runtimes == (early,)


def test_lists_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(CatalogueError, match="Two digests of one archive"):
        newest_of([archive("3.14.1", "20260101")], [archive("3.14.1", "20260101", sha256="2" * 64)])


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "pypy"},
        {"os": "darwin"},
        {"libc": "musl"},
        {"variant": "freethreaded"},
        {"variant": "debug"},
        {"arch": {"family": "x86_64", "variant": "v3"}},
        {"arch": {"family": "s390x", "variant": None}},
        {"minor": 10},
    ],
)
def test_of_uvs_list_the_default_builds_count(changed: dict[str, object]) -> None:
    entries = {"a": listed(), "b": listed(family="aarch64"), "other": listed("3.14.2", changed=changed)}
    assert [(each.version, each.arch) for each in of_uv(entries)] == [("3.14.1", "amd64"), ("3.14.1", "arm64")]


def test_what_is_not_understood_is_named() -> None:
    with pytest.raises(CatalogueError, match=r"Not understood: https://h/new-name\.tar\.gz"):
        of_uv({"a": listed(changed={"url": "https://h/new-name.tar.gz"})})
    with pytest.raises(CatalogueError, match="sha256 None"):
        of_uv({"a": listed(changed={"sha256": None})})


def test_the_list_is_found_in_the_binary() -> None:
    entries = {"cpython-3.14.1-linux-x86_64-gnu": listed()}
    pieces = [b"\x7fELF", b"\x28\xb5\x2f\xfd, which is none", compress(b'{"other": 1}')]
    packed = compress(msgspec.json.encode(entries))
    whole = b"".join([*pieces, packed[: len(packed) // 2], packed, b"more"])
    assert list_in(whole, "uv 1") == entries
    with pytest.raises(CatalogueError, match="uv 1 has no list"):
        list_in(b"".join(pieces), "uv 1")


def test_a_failure_is_said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    assert catalogue.main() == 1
    assert "uv cannot be had; pip says:" in capsys.readouterr().err
