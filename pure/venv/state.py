"""Defines what a build leaves in the environment for the next one to compare with.

Index installs leave no trace of their artefact's digest on disk, so the resolved set of the last complete build is kept
in a file of our own. It is written last: where it is absent, the environment is not known to be complete.
"""

from typing import TypeAlias

import msgspec

from pure.hashes import Hash
from pure.outcome import Failure, Outcome, Success
from pure.venv.described import Described
from pure.venv.lacks import Contradiction, ForeignLibraries
from pure.venv.offered import Offered
from pure.venv.piece import Piece
from pure.venv.resolved import ResolvedSet, resolved_set
from pure.venv.weight import Weight

SCHEMA = 6


class Insight(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a look at all of an environment brought to light, so that nobody has to look again."""

    # What lies in layers of its own; empty where nothing is heavy.
    pieces: tuple[Piece, ...] = ()
    foreign: tuple[ForeignLibraries, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    # What its distributions say of themselves.
    described: tuple[Described, ...] = ()
    # Of what its processes may load.
    weight: Weight = Weight()
    # Its commands, and what it and Python offer to those that are declared; ``None`` in a record that lies in it.
    programs: tuple[str, ...] = ()
    offered: Offered | None = None


class VenvState(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last complete build of an environment: what is installed.

    Where it lies in the environment itself (``as_in_a_tree``), nothing stands in it that can differ between
    environments of equal contents, such as the lock that they were made from.
    """

    resolved: ResolvedSet
    # The names of what is installed with the digests that their lock had for them, where a tool synchronises: it
    # compares versions only.
    artefacts: tuple[tuple[str, str], ...] = ()
    # A digest of the settings of builds, empty if there were none (``pure.venv.build_settings``).
    built_with: str = ""
    # Whether what is heavy was given layers of its own.
    divided: bool = True
    # Whether the contents of these layers are packed with it, where it is packed.
    at_hand: bool = False
    seen: Insight = Insight()
    schema: int = SCHEMA


class StateUnreadable(msgspec.Struct, frozen=True, kw_only=True):
    """The state is not JSON of the expected shape."""


class StateSchemaUnknown(msgspec.Struct, frozen=True, kw_only=True):
    """The state was written by another version of the buildpack, with another schema."""

    schema: int


StateError: TypeAlias = StateUnreadable | StateSchemaUnknown


class _Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a lock and the project's declaration say of a distribution (``Described``)."""

    file: Hash | None = None
    wished: tuple[str, ...] = ()


class _Beside(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a lock and the project's declaration say of what is installed."""

    artefacts: tuple[tuple[str, str], ...] = ()
    described: dict[str, _Said] = {}


class _Schema(msgspec.Struct, frozen=True):
    schema: int


def as_in_a_tree(state: VenvState) -> VenvState:
    """The state as it lies in an environment that isn't packed: the same for all environments of equal contents.

    It says nothing of packing, nor of what Python offers, in which releases differ, nor of what stands in the lock
    (``beside_a_tree``): these may change, and the environment stays the same.
    """
    described = tuple(msgspec.structs.replace(each, file=None, wished=()) for each in state.seen.described)
    seen = msgspec.structs.replace(state.seen, offered=None, described=described)
    return msgspec.structs.replace(state, artefacts=(), at_hand=False, seen=seen)


def beside_a_tree(state: VenvState) -> str:
    """What a lock and the project say of what is installed, as a text for the metadata of the environment's layer."""
    described = {
        each.key: _Said(file=each.file, wished=each.wished)
        for each in state.seen.described
        if each.file is not None or each.wished
    }
    said = _Beside(artefacts=state.artefacts, described=described)
    return msgspec.json.encode(said, order="deterministic").decode() if said != _Beside() else ""


def with_beside(state: VenvState, text: str) -> VenvState:
    """The state of a tree with what ``beside_a_tree`` says of it; any text gives a state."""
    try:
        said = msgspec.json.decode(text, type=_Beside) if text else _Beside()
    except (msgspec.DecodeError, RecursionError):
        said = _Beside()
    described = tuple(
        msgspec.structs.replace(each, file=own.file, wished=own.wished)
        if (own := said.described.get(each.key)) is not None
        else each
        for each in state.seen.described
    )
    seen = msgspec.structs.replace(state.seen, described=described)
    return msgspec.structs.replace(state, artefacts=said.artefacts, seen=seen)


def encode_state(state: VenvState) -> bytes:
    """The state as JSON; equal states give equal bytes."""
    return msgspec.json.encode(state, order="deterministic") + b"\n"


def decode_state(raw: bytes) -> Outcome[VenvState, StateError]:
    """The state in ``raw``, the inverse of ``encode_state``; any bytes give a value or an error value."""
    try:
        schema = msgspec.json.decode(raw, type=_Schema).schema
        if schema != SCHEMA:
            return Failure(StateSchemaUnknown(schema=schema))
        state = msgspec.json.decode(raw, type=VenvState)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Failure(StateUnreadable())
    return Success(msgspec.structs.replace(state, resolved=resolved_set(state.resolved.distributions)))
