"""Looks into an opened image: for what is in it, for what its application declares, for the sizes of its layers."""

import re
from collections.abc import Iterable

from pure.image.contents import Contents, contents, looking
from pure.image.demands import Demanded, demands, extras_wanted, guessed, wanted, where_declared
from pure.image.errors import LayerUnreadable
from pure.image.manifest import LayerOfImage
from pure.outcome import Failure, Outcome, Success

from shell.images.opened import OpenedImage


def read_contents(opened: OpenedImage, demanded: Iterable[Demanded] = ()) -> Outcome[Contents, LayerUnreadable]:
    """What is in an image; ``opened.image`` knows the sizes of the layers that were read for it.

    ``demanded`` is what its application asks for, where that was read.
    """
    files = _files(opened, looking(opened.image))
    if isinstance(files, Failure):
        return files
    return Success(contents(opened.image, files.unwrap(), wanted=extras_wanted(opened.image, demanded)))


def read_demands(opened: OpenedImage) -> Outcome[tuple[Demanded, ...], LayerUnreadable]:
    """What an image's application asks for, where that stands in its own copy of the application."""
    image = opened.image
    if guessed(image):
        found = _files(opened, where_declared(image))
        return found if isinstance(found, Failure) else Success(demands(image, found.unwrap()))
    files: dict[str, bytes] = {}
    names: frozenset[str] = frozenset()
    # What includes others says it only once it was read.
    while missing := wanted(image, files) - names:
        found = _files(opened, where_declared(image, sorted(missing)))
        if isinstance(found, Failure):
            return found
        files |= found.unwrap()
        names |= missing
    return Success(demands(image, files))


def measure(opened: OpenedImage) -> Outcome[None, LayerUnreadable]:
    """Learn the sizes of all layers, unpacked."""
    for layer in opened.image.layers:
        if layer.nbytes is None:
            looked = opened.look(layer)
            if isinstance(looked, Failure):
                return looked
    return Success(None)


def _files(
    opened: OpenedImage, wanted: Iterable[tuple[LayerOfImage, re.Pattern[str]]]
) -> Outcome[dict[str, bytes], LayerUnreadable]:
    files: dict[str, bytes] = {}
    for layer, pattern in wanted:
        found = opened.look(layer, pattern)
        if isinstance(found, Failure):
            return found
        files |= found.unwrap().files
    return Success(files)
