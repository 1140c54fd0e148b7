"""One of several images: by its name and its platform."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.image.errors import ImageNotNamed, PlatformMissing
from pure.image.index import Indexed, NotAnIndex, SavedImage, is_index, pick, read_index, read_saved
from pure.lifecycle.oci import INDEX, MANIFEST
from pure.outcome import Failure, Success

AMD, ARM = "linux/amd64", "linux/arm64"


def entry(digest: str, platform: str = "", name: str = "", kind: str = MANIFEST) -> dict[str, Any]:
    system, _, arch = platform.partition("/")
    known = {"platform": {"os": system, "architecture": arch}} if platform else {}
    named = {"annotations": {"org.opencontainers.image.ref.name": name}} if name else {}
    return {"mediaType": kind, "digest": digest, "size": 1, **known, **named}


def read(*entries: dict[str, Any]) -> tuple[Indexed, ...]:
    return read_index(json.dumps({"manifests": entries}).encode()).unwrap()


def test_attestations_and_other_things_are_no_images() -> None:
    found = read(entry("a", AMD), entry("b", "unknown/unknown"), entry("c", kind="text/plain"), entry("d", kind=INDEX))
    assert found == (Indexed(digest="a", platform=AMD), Indexed(digest="d", nested=True))


@pytest.mark.parametrize(
    ("entries", "wanted", "digest"),
    [
        ([entry("a")], {}, "a"),
        ([entry("a", ARM)], {}, "a"),
        ([entry("a", ARM), entry("b", AMD)], {}, "b"),
        ([entry("a", ARM), entry("b", AMD)], {"platform": ARM}, "a"),
        ([entry("a", name="v1"), entry("a", name="v2")], {}, "a"),
        ([entry("a", name="v1"), entry("b", name="x.test/shop:v2")], {"name": "v2"}, "b"),
        ([entry("a", ARM, "v1"), entry("b", AMD, "v1"), entry("c", AMD, "v2")], {"name": "v1"}, "b"),
        ([entry("a")], {"platform": ARM}, "a"),
    ],
)
def test_one_is_chosen(entries: list[dict[str, Any]], wanted: dict[str, str], digest: str) -> None:
    assert pick(read(*entries), reference="r", machine=AMD, **wanted).unwrap().digest == digest


@pytest.mark.parametrize(
    ("entries", "wanted", "error"),
    [
        ([], {}, ImageNotNamed(reference="r", name="", names=())),
        ([entry("a", name="v1"), entry("b", name="v2")], {}, ImageNotNamed(reference="r", name="", names=("v1", "v2"))),
        ([entry("a", name="v1")], {"name": "v2"}, ImageNotNamed(reference="r", name="v2", names=("v1",))),
        ([entry("a", ARM)], {"platform": AMD}, PlatformMissing(reference="r", platform=AMD, platforms=(ARM,))),
        (
            [entry("a", ARM), entry("b", "linux/s390x")],
            {},
            PlatformMissing(reference="r", platform=AMD, platforms=(ARM, "linux/s390x")),
        ),
    ],
)
def test_none_or_several(entries: list[dict[str, Any]], wanted: dict[str, str], error: object) -> None:
    assert pick(read(*entries), reference="r", machine=AMD, **wanted).failure() == error


def test_an_archive_of_an_engine() -> None:
    one = {"Config": "a.json", "RepoTags": ["shop:v1", "shop:latest"], "Layers": ["1.tar"]}
    two: dict[str, Any] = {"Config": "b.json", "RepoTags": None, "Layers": []}
    both = json.dumps([one, two]).encode()
    found = SavedImage(config="a.json", layers=("1.tar",))
    assert read_saved(json.dumps([one]).encode(), name="", reference="r").unwrap() == found
    assert read_saved(both, name="v1", reference="r").unwrap() == found
    assert read_saved(both, name="", reference="r").failure() == ImageNotNamed(
        reference="r", name="", names=("shop:v1", "shop:latest")
    )


@given(st.binary(max_size=80) | st.sampled_from([b"[" * 100_000, b"{}", b'{"manifests": 3}', b'[{"Config": 3}]']))
def test_any_bytes_are_an_index_or_none(raw: bytes) -> None:
    assert isinstance(read_index(raw), Success | Failure)
    assert isinstance(read_saved(raw, name="", reference=""), Success | Failure)
    assert not is_index(raw) or not isinstance(read_index(raw), NotAnIndex)
