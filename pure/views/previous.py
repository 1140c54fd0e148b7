"""Says what a build gave that the previous one of the same cache didn't, and what of it has to be moved."""

from collections.abc import Mapping

from pure.image.difference import Moving, moved
from pure.image.manifest import LayerOfImage
from pure.lifecycle.image import BuiltImage, ImageLayer, LayerWeight
from pure.wording import count, size


def moving_words(moving: Moving) -> str:
    """How much moves, and how certain that is."""
    if not moving.blobs:
        return f"{size(moving.nbytes)}, no layer" if moving.nbytes else "nothing"
    known, parts = moving.blobs - moving.unknown, list[str]()
    if known:
        of = "" if moving.uncompressed == known else f"{count(moving.uncompressed, 'layer')} "
        most, guess = ("at most ", f" ({of}before compression)") if moving.uncompressed else ("", "")
        parts.append(f"{most}{size(moving.nbytes)}{guess} in {count(known, 'layer')}")
    if moving.unknown:
        parts.append(f"{count(moving.unknown, 'layer')} of unknown size")
    return ", and ".join(parts)


def since_previous(built: BuiltImage) -> str:
    """What is new of a local build, in one line."""
    previous = [_of_build(each, built.weights) for each in built.previous or ()]
    layers = [_of_build(each, built.weights) for each in built.layers]
    words = f"to push, and to pull: {moving_words(moved(previous, layers))}"
    if built.previous is None:
        return f"The first build of this cache; {words}"
    known = {each.diff_id for each in previous}
    kept = sum(each.diff_id in known for each in layers)
    new = count(len(layers) - kept, "layer")
    base = ", and what is new in the run image, which is another one" if built.rebased else ""
    return f"Against the previous build: {new} new, {kept} kept; {words}{base}"


def _of_build(layer: ImageLayer, weights: Mapping[str, LayerWeight]) -> LayerOfImage:
    weight = weights.get(layer.diff_id)
    if weight is None:
        return LayerOfImage(diff_id=layer.diff_id)
    return LayerOfImage(diff_id=layer.diff_id, digest=weight.digest, compressed=weight.compressed, nbytes=weight.nbytes)
