"""The table of what comes back, row by row, and its laws."""

import json

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st
from pure.lifecycle.records import (
    BuildpackRecord,
    CacheRecord,
    ImageRecord,
    LayerRecord,
    decode_cache,
    decode_image,
    encode,
)
from pure.lifecycle.restoring import restorations
from pure.lifecycle.toml_data import without_nulls


def records(
    build: bool, cache: bool, launch: bool, *, image_sha: str = "one", cache_sha: str = "one"
) -> tuple[ImageRecord, CacheRecord]:
    def record(sha: str) -> BuildpackRecord:
        layer = LayerRecord(sha=sha, data={"v": 1.0}, build=build, cache=cache, launch=launch)
        return BuildpackRecord(key="b", layers={"l": layer})

    # An export records launch layers in the image and cached ones in the cache, and no others.
    image = ImageRecord(buildpacks=(record(image_sha),) if launch else ())
    return image, CacheRecord(buildpacks=(record(cache_sha),) if cache else ())


@pytest.mark.parametrize(
    ("build", "cache", "launch", "metadata", "contents"),
    [
        (False, False, False, False, False),
        (False, False, True, True, False),
        (False, True, False, True, True),
        (False, True, True, True, True),
        (True, False, False, False, False),
        (True, False, True, False, False),
        (True, True, False, True, True),
        (True, True, True, True, True),
    ],
)
def test_each_row(build: bool, cache: bool, launch: bool, metadata: bool, contents: bool) -> None:
    restored, rejected = restorations(["b"], *records(build, cache, launch))
    assert bool(restored) == metadata
    assert [each.contents for each in restored if each.contents] == (["one"] if contents else [])
    assert not rejected


@pytest.mark.parametrize("build", [False, True])
def test_contents_that_differ_from_the_image_do_not_come_back(build: bool) -> None:
    restored, rejected = restorations(["b"], *records(build, True, True, cache_sha="two"))
    assert not restored
    assert [each.layer for each in rejected] == ["l"]


@pytest.mark.parametrize("build", [False, True])
def test_a_cached_layer_comes_back_without_the_image_and_not_without_the_cache(build: bool) -> None:
    image, cache = records(build, True, True)
    assert restorations(["b"], None, cache)[0][0].contents == "one"
    assert restorations(["b"], image, None) == ((), ())


LAYERS = st.builds(
    LayerRecord, sha=st.sampled_from(["one", "two"]), build=st.booleans(), cache=st.booleans(), launch=st.booleans()
)
BUILDPACKS = st.dictionaries(st.sampled_from(["b", "c"]), st.dictionaries(st.sampled_from("lm"), LAYERS)).map(
    lambda each: tuple(BuildpackRecord(key=key, layers=layers) for key, layers in each.items())
)
IMAGES = st.none() | st.builds(ImageRecord, buildpacks=BUILDPACKS)
CACHES = st.none() | st.builds(CacheRecord, buildpacks=BUILDPACKS)


@given(IMAGES, CACHES)
def test_contents_come_from_the_cache_only(image: ImageRecord | None, cache: CacheRecord | None) -> None:
    for each in restorations(["b", "c"], image, cache)[0]:
        if each.contents is not None:
            assert cache is not None
            layers = next(record.layers for record in cache.buildpacks if record.key == each.buildpack)
            assert layers[each.layer].cache
            assert layers[each.layer].sha == each.contents


@given(IMAGES, CACHES)
def test_only_the_group_is_restored(image: ImageRecord | None, cache: CacheRecord | None) -> None:
    restored, rejected = restorations(["c"], image, cache)
    assert {each.buildpack for each in restored} | {each.buildpack for each in rejected} <= {"c"}


@given(IMAGES, CACHES)
def test_nothing_is_both_restored_and_rejected(image: ImageRecord | None, cache: CacheRecord | None) -> None:
    restored, rejected = restorations(["b", "c"], image, cache)
    names = [(each.buildpack, each.layer) for each in restored]
    names += [(each.buildpack, each.layer) for each in rejected]
    assert len(names) == len(set(names))


@given(st.builds(ImageRecord, buildpacks=BUILDPACKS), st.builds(CacheRecord, buildpacks=BUILDPACKS))
def test_records_survive_their_text(image: ImageRecord, cache: CacheRecord) -> None:
    assert decode_image(encode(image)) == image
    assert decode_cache(encode(cache)) == cache


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_whatever_a_label_holds_can_be_restored(data: object) -> None:
    try:
        text = json.dumps({"buildpacks": [{"key": "b", "layers": {"l": {"launch": True, "data": data}}}]})
    except ValueError:
        return
    image = decode_image(text.encode())
    for each in restorations(["b"], image, None)[0]:
        tomli_w.dumps(without_nulls({"metadata": each.metadata}))


@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    decode_image(data)
    decode_cache(data)
