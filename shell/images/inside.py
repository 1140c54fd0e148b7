"""Looks into an opened image for what is in it."""

from pure.image.contents import Contents, contents, looking
from pure.image.errors import LayerUnreadable
from pure.outcome import Failure, Outcome, Success

from shell.images.opened import OpenedImage


def read_contents(opened: OpenedImage) -> Outcome[Contents, LayerUnreadable]:
    """What is in an image; ``opened.image`` knows the sizes of the layers that were read for it."""
    files: dict[str, bytes] = {}
    for layer, wanted in looking(opened.image):
        found = opened.look(layer, wanted)
        if isinstance(found, Failure):
            return found
        files |= found.unwrap().files
    return Success(contents(opened.image, files))
