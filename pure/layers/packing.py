"""Decides how what a build works with is kept for the next one: as the tree that it is, or as one file.

A cached layer is untarred before every build and tarred and hashed after it, and that costs by the number of its files.
So Python and the environment are in the image only, where an unchanged layer costs nothing, and the cache keeps one
file of each, which is unpacked where a build works with them. Where another buildpack does, too, they are trees.
"""

import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from pure.layers.decision import Action, LayerDecision, RestoredLayer
from pure.layers.environment import LayerEnvironment
from pure.layers.metadata import decode_holds, decode_metadata, decode_pins, decode_stated
from pure.layers.names import VENV, VENV_CACHE, LayerName
from pure.outcome import Success
from pure.venv import pins
from pure.venv.state import VenvState, decode_state, with_beside


class Packing(msgspec.Struct, frozen=True, kw_only=True):
    """Whether Python and the environment are packed between builds."""

    pack: bool
    because: str = ""
    """Why they have to be trees."""


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What an earlier build left of an environment."""

    restored: RestoredLayer | None = None
    """Its metadata, and whether its contents can be had, wherever they are."""
    archive: str = ""
    """The digest of the file that holds its contents; empty where they are a tree, or lost."""


def stored(restored: Mapping[LayerName, RestoredLayer]) -> Stored:
    """Where the contents of an environment are found: in the file, and else as a tree."""
    tree, file = restored.get(VENV), restored.get(VENV_CACHE)
    archive = decode_holds(file.toml) if file is not None and file.contents else ""
    if archive:
        return Stored(restored=file, archive=archive)
    if file is None or (tree is not None and tree.contents):
        return Stored(restored=tree)
    # Its metadata, or that its contents are gone, say why it can't be had.
    return Stored(restored=msgspec.structs.replace(file, contents=False))


def recorded_pins(kept: Stored) -> Mapping[str, str]:
    """By which digest each distribution of the environment was pinned, by its name; none where nothing pinned them."""
    return pins.decode_pins(decode_pins(kept.restored.toml) if kept.restored else "")


def recorded(kept: Stored, *, packed: bytes | None, in_tree: bytes | None) -> VenvState | None:
    """What an environment's record says: the one beside the file, or the one in the tree with what stands beside it."""
    raw = packed if kept.archive else in_tree
    state = decode_state(raw).value_or(None) if raw is not None else None
    if state is None or kept.archive or kept.restored is None:
        return state
    return with_beside(state, decode_stated(kept.restored.toml))


def held(decision: LayerDecision, archive: str, restored: Mapping[LayerName, RestoredLayer]) -> LayerDecision:
    """The decision over a layer with these contents: they are away where the previous image has the very same.

    ``archive`` is their digest, empty where the metadata alone tell what they are.
    """
    holds = holding(archive, decision.environment)
    found = restored.get(decision.name)
    # Of what is only in the image the metadata come alone: with contents it is what a build left that was ended.
    there = (
        found is not None
        and not found.contents
        and decode_holds(found.toml) == holds
        and decode_metadata(found.toml, decision.name) == Success(decision.metadata)
    )
    return msgspec.structs.replace(decision, holds=holds, away=there)


def holding(archive: str, environment: LayerEnvironment) -> str:
    """A digest of what a layer holds: what its archive does, and what it adds to environments."""
    return hashlib.sha256(msgspec.json.encode((archive, environment))).hexdigest()[:32]


def idle(layers: Iterable[LayerDecision], kept: Stored, restored: Mapping[LayerName, RestoredLayer]) -> bool:
    """Whether a build has nothing to start: all is kept, and what the image has is what is kept."""
    found = {each.name: each for each in layers if each.action is not Action.DROP}
    if any(each.action is not Action.KEEP for each in found.values()):
        return False
    return VENV not in found or held(found[VENV], kept.archive, restored).away
