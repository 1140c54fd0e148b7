"""Turns how the environment is kept between builds into steps: unpacked before, packed or away after.

What becomes of the environment's layers ends with ``FinishLayer`` in every case: until then no ``<layer>.toml`` says
that what lies there is whole, so that a build which was killed leaves nothing that the next one trusts.
"""

from typing import Final

import msgspec

from pure.build.facts import Facts
from pure.build.plan import Plan
from pure.build.states import Build
from pure.build.steps import (
    Answer,
    BeginLayer,
    DropLayer,
    FinishLayer,
    LayersPacked,
    LayersUnpacked,
    PackLayers,
    RemoveFiles,
    Steps,
    UnpackLayers,
    WriteFiles,
)
from pure.build.workplace import PACKED_STATE, STATE_FILE, STATE_FOLDER, Workplace
from pure.layers.decision import Action, LayerDecision
from pure.layers.names import VENV, VENV_CACHE, LayerName, heavy_layer, is_heavy
from pure.layers.packing import held
from pure.venv.state import VenvState, as_in_a_tree, beside_a_tree, encode_state

DAMAGED: Final = "what the cache has of it is damaged"
# What a layer has in its root that isn't packed: what it adds to environments is written there each time.
_NOT_PACKED: Final = ("env", "env.build", "env.launch")


def bring(plan: Plan, work: Workplace) -> Steps:
    """The steps by which an environment is there that is to be changed, or needed as a tree."""
    if not plan.stored.archive:
        return ()
    pieces = plan.previous.seen.pieces if plan.previous and plan.previous.at_hand else ()
    layers: tuple[LayerName, ...] = (VENV, *(heavy_layer(each.name) for each in pieces))
    return (UnpackLayers(layers=layers, archive=work.packed_venv, digest=plan.stored.archive),)


def damaged(answer: Answer) -> bool:
    """Whether the file isn't what was packed."""
    return any(not each.whole for each in answer.all(LayersUnpacked))


def over(plan: Plan, because: tuple[str, ...]) -> Plan:
    """The plan in which the environment is made anew after all, and what keeps it with it."""
    for each in (plan.decided(VENV), plan.present(VENV_CACHE)):
        if each is not None:
            anew = Action.CREATE if each.action is Action.CREATE else Action.RECREATE
            # What was known of its contents was known of others.
            changed = msgspec.structs.replace(each, action=anew, because=because, holds="", away=False)
            plan = plan.with_layer(changed)
    return plan


def kept(plan: Plan, facts: Facts, work: Workplace, known: VenvState) -> tuple[Plan, Steps]:
    """The plan with what is known of an environment that is kept, and the steps that keep it."""
    venv = plan.decided(VENV)
    if archived(plan):
        venv = held(venv, plan.stored.archive, facts.restored)
        cache = msgspec.structs.replace(plan.decided(VENV_CACHE), holds=plan.stored.archive)
        before = bring(plan, work) if plan.works or not venv.away else ()
        plan = plan.with_layer(venv).with_layer(cache)
        return plan, (*before, FinishLayer(decision=venv), FinishLayer(decision=cache))
    return plan, (*bring(plan, work), *record(plan, work, known))


def archived(plan: Plan) -> bool:
    """Whether the cache has the environment that is kept as it would be packed now."""
    same = plan.previous is not None and plan.previous.at_hand is wants_contents(plan)
    return plan.packing.pack and bool(plan.stored.archive) and same


def wants_contents(plan: Plan) -> bool:
    """Whether the contents of heavy distributions are packed with the environment."""
    return plan.packing.pack and bool(plan.division.at_hand)


def record(plan: Plan, work: Workplace, state: VenvState) -> Steps:
    """The steps that record in an environment what it holds, or that take the record out of one that is packed.

    One that is a tree from now on leaves the file behind that kept it before.
    """
    if plan.packing.pack:
        return (RemoveFiles(root=work.venv, files=(STATE_FILE,), directories=(STATE_FOLDER,)),)
    file = plan.layer(VENV_CACHE)
    return (
        FinishLayer(decision=msgspec.structs.replace(plan.decided(VENV), stated=beside_a_tree(state))),
        # After those, so that metadata which say what it was made from never stand beside a trusted one of before.
        WriteFiles(root=work.venv, files=((STATE_FILE, encode_state(as_in_a_tree(state))),)),
        *((DropLayer(layer=VENV_CACHE),) if file is not None else ()),
    )


def pack(build: Build) -> Steps:
    """The steps that pack an environment of which the cache has nothing, or something else."""
    plan = build.plan
    if not plan.packing.pack or build.archived or build.record is None:
        return ()
    heavy = (each.name for each in _heavy(plan)) if wants_contents(plan) else ()
    return (
        BeginLayer(layer=VENV_CACHE),
        PackLayers(layers=(VENV, *heavy), archive=build.work.packed_venv, without=_NOT_PACKED),
    )


def packed(build: Build, answer: Answer) -> tuple[Plan, Steps]:
    """The plan with what is packed now, and the steps that finish its layers."""
    assert build.record is not None, "what is packed has a record"
    (done,) = answer.all(LayersPacked)
    plan = build.plan
    seen = msgspec.structs.replace(build.record.seen, offered=build.offered)
    state = msgspec.structs.replace(build.record, seen=seen, at_hand=wants_contents(plan))
    venv = held(plan.decided(VENV), done.digest, build.facts.restored)
    cache = msgspec.structs.replace(
        plan.decided(VENV_CACHE), holds=done.digest, built_from=venv.built_from, pins=venv.pins
    )
    plan = plan.with_layer(venv).with_layer(cache)
    return plan, (
        WriteFiles(root=build.work.layer(VENV_CACHE), files=((PACKED_STATE, encode_state(state)),)),
        *put_away(plan),
        *(() if venv.away else (FinishLayer(decision=venv),)),
        FinishLayer(decision=cache),
    )


def put_away(plan: Plan) -> Steps:
    """The steps that leave to the image what it has as it is here: nobody has to look at that again."""
    away = (each for each in (plan.decided(VENV), *_heavy(plan)) if each.away)
    return tuple(step for each in away for step in (DropLayer(layer=each.name), FinishLayer(decision=each)))


def _heavy(plan: Plan) -> tuple[LayerDecision, ...]:
    return tuple(each for each in plan.layers if is_heavy(each.name) and each.action is not Action.DROP)
