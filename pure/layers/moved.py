"""Says what a platform has to do with each layer of a build, and how large those are whose size is known.

A layer that is in the image only, with its metadata and without contents, costs a platform nothing. Any other is read
and hashed after the build, and one that is cached is written back before the next one, too.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Literal, TypeAlias, assert_never

import msgspec

from pure.layers.decision import Action, LayerDecision, LayerTypes, types_of
from pure.layers.names import LayerName, is_heavy

Work: TypeAlias = Literal[
    "left",  # nothing: the image has it
    "borrowed",  # nothing either, but this build works with it
    "read",  # it is read and hashed, and the image has the same
    "reconciled",  # what was installed is there in this build, and what becomes of it isn't known yet
    "changed",
    "again",  # it is what it was, and the image hasn't it any more
    "new",
    "gone",
    "cached",  # it is in the cache only
]


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """One layer."""

    layer: LayerName
    work: Work
    # Of its files, as far as that is known: of one distribution's by its RECORD.
    nbytes: int | None = None


def moved(
    layers: Iterable[LayerDecision],
    nbytes: Mapping[LayerName, int],
    *,
    back: Collection[LayerName],
    same: bool = False,
    planned: bool = False,
) -> tuple[Moved, ...]:
    """What the platform has to do with the layers of a build.

    ``back`` are those whose contents the platform restored. ``same`` says that the environment is what it was,
    ``planned`` that this is yet to be seen. Of what is dropped only what was in the image is told.
    """
    return tuple(
        Moved(
            layer=layer.name,
            work=_work(layer, back=layer.name in back, same=same, planned=planned),
            nbytes=nbytes.get(layer.name),
        )
        for layer in layers
        if layer.action is not Action.DROP or types_of(layer.name).launch
    )


def _work(layer: LayerDecision, *, back: bool, same: bool, planned: bool) -> Work:
    types = layer.types or types_of(layer.name)
    if layer.action is Action.DROP:
        return "gone"
    if not types.launch:
        return "cached"
    if layer.away:
        return "left"
    match layer.action:
        case Action.KEEP:
            return _kept(layer.name, types, back=back)
        case Action.RECONCILE if planned:
            return "reconciled"
        case Action.RECONCILE:
            return _kept(layer.name, types, back=back) if same else "changed"
        case Action.RECREATE:
            return "changed"
        case Action.CREATE:
            return "new"
        case _:
            assert_never(layer.action)


def _kept(name: LayerName, types: LayerTypes, *, back: bool) -> Work:
    # A tree that comes back is what the image has. What isn't cached comes back without contents, and a tree may be
    # unpacked: where they are there, the image hasn't the same, but for a distribution that was installed again.
    return "read" if (types.cache and back) or is_heavy(name) else "again"
