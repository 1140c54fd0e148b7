"""Counts what a build takes and moves: the seconds of each part, and the sizes of layers, as far as steps tell them.

All of it is for the log alone. Nothing is decided by it, and it goes into no layer and no record.
"""

from collections.abc import Mapping
from typing import assert_never

import msgspec

from pure.build import states
from pure.build.at_launch import files
from pure.build.bound import launch_files
from pure.build.facts import Facts
from pure.build.plan import Plan
from pure.build.runtime_steps import borrowed
from pure.build.states import Build, Part, State
from pure.build.steps import Answer, Compiled, LayersPacked, RuntimeInstalled
from pure.build.storing import archived
from pure.layers.cost import Cost, cost
from pure.layers.decision import Action
from pure.layers.moved import Moved, moved
from pure.layers.names import AT_LAUNCH, CERTIFICATES, PYTHON, VENV, VENV_CACHE, LayerName, heavy_layer
from pure.layers.packing import held
from pure.venv.piece import Piece
from pure.venv.state import as_in_a_tree


def counted(build: Build, answer: Answer) -> Build:
    """The build with what its last steps took, and what they brought to light."""
    compiling = sum(each.seconds for each in answer.all(Compiled))
    took: Mapping[Part, float] = {_part(build.state): max(0.0, answer.seconds - compiling), "bytecode": compiling}
    spent = {**build.spent, **{part: build.spent.get(part, 0.0) + seconds for part, seconds in took.items()}}
    nbytes = dict(build.nbytes)
    for runtime in answer.all(RuntimeInstalled):
        nbytes[PYTHON] = runtime.size
    for packed in answer.all(LayersPacked):
        nbytes |= _packed(packed.nbytes, build.plan)
    return msgspec.structs.replace(build, spent=spent, nbytes=nbytes)


def moved_layers(build: Build) -> tuple[Moved, ...]:
    """What the platform has to do with the layers of a finished build."""
    pieces = build.record.seen.pieces if build.record else ()
    known = {**_known(build.facts, build.plan, pieces), **build.nbytes}
    return moved(build.plan.layers, known, back=_back(build.facts), same=_same(build))


def foreseen(plan: Plan, facts: Facts, sizes: Mapping[LayerName, int] | None = None) -> tuple[Moved, ...]:
    """The same, as far as it is known beforehand; nothing of a first build, which makes all.

    ``sizes`` are those of the restored layers, where somebody looked.
    """
    if not facts.restored:
        return ()
    venv, pieces = plan.layer(VENV), plan.previous.seen.pieces if plan.previous else ()
    # Packed anew, with or without the contents of heavy distributions, the file isn't the one that the image is of.
    same = archived(plan) or (plan.packing.pack and not pieces)
    if venv is not None and venv.action is Action.KEEP and same:
        plan = plan.with_layer(held(venv, plan.stored.archive, facts.restored))
    known = {**(sizes or {}), **_known(facts, plan, pieces)}
    found = moved(plan.layers, known, back=_back(facts), planned=True)
    if not borrowed(plan):
        return found
    return tuple(msgspec.structs.replace(each, work="borrowed") if each.layer == PYTHON else each for each in found)


def foreseen_cost(moved: tuple[Moved, ...], facts: Facts, sizes: Mapping[LayerName, int]) -> Cost:
    """What a build costs of which this is foreseen."""
    return cost(moved, {name: sizes.get(name) for name, layer in facts.restored.items() if layer.contents})


def _back(facts: Facts) -> frozenset[LayerName]:
    return frozenset(name for name, restored in facts.restored.items() if restored.contents)


def _same(build: Build) -> bool:
    """Whether the environment is what it was: in a tree its record lies, too."""
    if build.changed or build.plan.packing.pack:
        return not build.changed
    record, previous = build.record, build.plan.previous
    return record is not None and previous is not None and as_in_a_tree(record) == as_in_a_tree(previous)


def _known(facts: Facts, plan: Plan, pieces: tuple[Piece, ...]) -> Mapping[LayerName, int]:
    packed = {} if facts.packed_nbytes is None else _packed(facts.packed_nbytes, plan)
    programs: dict[LayerName, tuple[tuple[str, bytes], ...]] = {
        AT_LAUNCH: files(plan.processes, facts),
        CERTIFICATES: launch_files(facts),
    }
    ours = {name: sum(len(raw) for _, raw in found) for name, found in programs.items()}
    return packed | ours | {heavy_layer(piece.name): piece.nbytes for piece in pieces}


def _packed(nbytes: int, plan: Plan) -> dict[LayerName, int]:
    # With the contents of heavy distributions the file tells nothing of the environment's own size.
    names: tuple[LayerName, ...] = (VENV_CACHE,) if plan.division.at_hand else (VENV_CACHE, VENV)
    return dict.fromkeys(names, nbytes)


def _part(state: State) -> Part:
    """What the steps of a turn were for that brought a build into a state, but for compiling."""
    match state:
        case states.RuntimeTried() | states.RuntimeReady():
            return "python"
        case states.ToolReady():
            return "tool"
        case states.Resolving():
            return "resolving"
        case states.Inspecting():
            return "reading"
        case states.Installing() | states.Tidying() | states.Changing() | states.AskingAgain():
            return "installing"
        case states.Checking() | states.Completing():
            return "checking"
        case states.Settled():
            return "layers"
        case states.Commanding():
            return "commands"
        case states.Collecting():
            return "static"
        case states.Trying():
            return "trial"
        case states.Storing() | states.PuttingAway():
            return "packing"
        case _:
            assert_never(state)
