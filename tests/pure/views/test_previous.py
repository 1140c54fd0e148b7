"""The last words of a local build: what the previous one of the same cache hadn't."""

import pytest
from pure.image.difference import Moving
from pure.lifecycle.image import BuiltImage, ImageLayer, LayerWeight
from pure.lifecycle.processes import ProcessTable
from pure.views.previous import moving_words, since_previous

from tests.golden import check_golden


def built(layers: str, previous: str | None, *, rebased: bool = False, blobs: bool = False) -> BuiltImage:
    """A build of layers whose digests are one letter each."""
    made, before = (
        tuple(ImageLayer(name=each, diff_id=each, root="") for each in found) for found in (layers, previous or "")
    )
    weights = {
        each: LayerWeight(nbytes=30_000_000, digest=f"gzip {each}", compressed=11_500_000)
        if blobs
        else LayerWeight(nbytes=30_000_000)
        for each in layers
        if each not in (previous or "")
    }
    return BuiltImage(
        buildpacks=(),
        layers=made,
        table=ProcessTable(processes=(), default=""),
        labels={},
        digest="",
        previous=None if previous is None else before,
        weights=weights,
        rebased=rebased,
    )


def test_what_is_said() -> None:
    cases = {
        "the first": built("abc", None),
        "nothing has changed": built("abc", "abc"),
        "one layer is new, another is gone": built("abd", "abc"),
        "an OCI layout is written, and its blobs are known": built("abd", "abc", blobs=True),
        "another run image": built("abd", "abc", blobs=True, rebased=True),
        "one layer twice": built("add", "ab"),
    }
    check_golden("since_previous", "\n".join(f"{name}\n    {since_previous(each)}" for name, each in cases.items()))


@pytest.mark.parametrize(
    ("moving", "words"),
    [
        (Moving(), "nothing"),
        (Moving(nbytes=2_000, documents=2_000), "2.0 kB, no layer"),
        (Moving(nbytes=9, blobs=1, uncompressed=1), "at most 9 bytes (before compression) in 1 layer"),
        (Moving(nbytes=9, blobs=2, uncompressed=1), "at most 9 bytes (1 layer before compression) in 2 layers"),
        (Moving(blobs=1, unknown=1), "1 layer of unknown size"),
        (Moving(nbytes=5, blobs=2, unknown=1), "5 bytes in 1 layer, and 1 layer of unknown size"),
    ],
)
def test_how_much_moves(moving: Moving, words: str) -> None:
    assert moving_words(moving) == words
