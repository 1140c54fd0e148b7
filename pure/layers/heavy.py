"""Decides over the layers of single distributions: which of them the platform has, and what becomes of each.

Such a layer is in the image only: with equal metadata and without a directory it costs a build nothing. Where a build
needs the contents of heavy distributions, it is cached too, and comes back with its contents.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from pure.layers.changes import KnownChange
from pure.layers.decision import Action, LayerDecision, LayerTypes, RestoredLayer, drop_layer
from pure.layers.metadata import HeavyLayer, decode_metadata, diff_metadata
from pure.layers.names import LayerName, heavy_layer, is_heavy
from pure.outcome import Failure, Success
from pure.venv.piece import Piece
from pure.wording import size

_HELD: Final = "its contents are in the image already"
_SAME: Final = "it was installed again, with the contents that the image has"
_MADE: Final = "a heavy distribution, so that it is moved only when it changes"
_AT_HAND: Final = "this build needs its contents, and they were not restored"
UNFINISHED: Final = "the environment has no part in it"
_GONE: Final = "nothing that is installed lies in it any more"
_NOT_RESTORED: Final = "the previous image has no layer with its contents"

Fate: TypeAlias = Literal[
    "held",  # its contents were away, or lie in its layer
    "same",  # its contents are at hand again, and the platform has them too
    "made",  # its contents are at hand and become the layer
]


class Division(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an environment is divided over layers, and how."""

    divide: bool
    because: str
    # Why the contents of heavy distributions have to be there while it builds; empty if they need not.
    at_hand: str = ""
    # Then they come back in their layers, as trees; otherwise in the file that keeps the environment.
    trees: bool = False
    # That file has them.
    packed: bool = False

    @property
    def types(self) -> LayerTypes:
        """The types of each layer of a single distribution."""
        return LayerTypes(build=False, launch=True, cache=self.trees)


UNDIVIDED: Final = Division(divide=False, because="nothing is installed")


class BuiltFor(msgspec.Struct, frozen=True, kw_only=True):
    """For which machines an environment is."""

    arch: str
    distro: str
    python_minor: str

    def metadata(self, piece: Piece) -> HeavyLayer:
        """The metadata of a piece's layer."""
        return HeavyLayer(
            arch=self.arch,
            distro=self.distro,
            python_minor=self.python_minor,
            version=piece.version,
            contents=piece.contents,
        )


def why_lost(
    piece: Piece, restored: Mapping[LayerName, RestoredLayer], division: Division, place: BuiltFor
) -> tuple[str, ...]:
    """Why the contents of a piece can't be had from the platform; empty if they can."""
    if not division.divide:
        return (division.because,)
    if other := why_other(piece, restored, place):
        return other
    there = restored[heavy_layer(piece.name)].contents or division.packed or not division.at_hand
    return () if there else (_AT_HAND,)


def why_other(piece: Piece, restored: Mapping[LayerName, RestoredLayer], place: BuiltFor) -> tuple[str, ...]:
    """Why the platform doesn't have a piece's contents; empty if it does, whether they were restored or not."""
    found = restored.get(heavy_layer(piece.name))
    if found is None:
        return (_NOT_RESTORED,)
    match decode_metadata(found.toml, heavy_layer(piece.name)):
        case Failure(unreadable):
            return (f"its metadata {unreadable.because}",)
        case decoded:
            return tuple(map(str, diff_metadata(decoded.unwrap(), place.metadata(piece))))


def _elsewhere(piece: Piece, restored: Mapping[LayerName, RestoredLayer], place: BuiltFor) -> tuple[str, ...]:
    """In what the platform's layer is for another machine or Python; empty where it isn't, or can't be read."""
    layer = heavy_layer(piece.name)
    match decode_metadata(restored[layer].toml, layer) if layer in restored else None:
        case Success(HeavyLayer() as was):
            now = msgspec.structs.replace(was, **msgspec.structs.asdict(place))
            return tuple(map(str, diff_metadata(was, now)))
        case _:
            return ()


def planned_layers(
    pieces: Iterable[Piece],
    restored: Mapping[LayerName, RestoredLayer],
    division: Division,
    place: BuiltFor,
    changes: Mapping[str, KnownChange],
    *,
    anew: bool = False,
) -> tuple[LayerDecision, ...]:
    """What is to become of the layers of an environment, as far as is known beforehand.

    Of one that is made ``anew`` that is: what is for another machine or Python is made again with it.
    """
    if not division.divide:
        return ()
    found = []
    for piece in pieces:
        layer = heavy_layer(piece.name)
        there = layer in restored
        match changes.get(piece.name):
            case KnownChange(action=Action.DROP, because=because):
                found += [drop_layer(layer, because)] if there else []
            case _ if anew:
                if other := _elsewhere(piece, restored, place):
                    found.append(LayerDecision(name=layer, action=Action.RECREATE, because=other, types=division.types))
            case KnownChange(action=action, because=because):
                # What it will hold, nobody knows yet.
                what = action if there else Action.CREATE
                found.append(LayerDecision(name=layer, action=what, because=(because,), types=division.types))
            case _ if lost := why_lost(piece, restored, division, place):
                found.append(_decision(piece, Action.RECREATE if there else Action.CREATE, lost, division, place))
            case _:
                found.append(_held(piece, _HELD, restored, division, place))
    return tuple(found)


def final_layers(
    fates: Mapping[str, Fate],
    pieces: Iterable[Piece],
    restored: Mapping[LayerName, RestoredLayer],
    division: Division,
    place: BuiltFor,
) -> tuple[LayerDecision, ...]:
    """What becomes of the layers, once it is known what is installed: of those that there are, then those dropped."""
    found = []
    for piece in pieces:
        weight = size(piece.nbytes)
        match fates[piece.name]:
            case "held":
                found.append(_held(piece, _HELD, restored, division, place))
            case "same":
                found.append(_held(piece, _SAME, restored, division, place))
            case "made":
                because: tuple[str, ...] = (f"{_MADE} ({weight})",)
                if heavy_layer(piece.name) in restored:
                    because = why_lost(piece, restored, division, place) or because
                    found.append(_decision(piece, Action.RECREATE, because, division, place))
                else:
                    found.append(_decision(piece, Action.CREATE, because, division, place))
    kept = {each.name for each in found}
    dropped = (drop_layer(name, _GONE) for name in sorted(restored) if is_heavy(name) and name not in kept)
    return (*found, *dropped)


def _held(
    piece: Piece, because: str, restored: Mapping[LayerName, RestoredLayer], division: Division, place: BuiltFor
) -> LayerDecision:
    """The decision over a layer that the image has: what came back without contents is left to that.

    Where others work with its contents, they are there: restored, unpacked, or installed again.
    """
    decision = _decision(piece, Action.KEEP, (f"{because} ({size(piece.nbytes)})",), division, place)
    found = restored.get(decision.name)
    return msgspec.structs.replace(decision, away=not division.trees and (found is None or not found.contents))


def _decision(
    piece: Piece, action: Action, because: tuple[str, ...], division: Division, place: BuiltFor
) -> LayerDecision:
    return LayerDecision(
        name=heavy_layer(piece.name),
        action=action,
        because=because,
        metadata=place.metadata(piece),
        types=division.types,
    )
