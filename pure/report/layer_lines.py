"""Says what becomes of layers: of each, of those of single distributions together, and of all at the end."""

from collections.abc import Iterable, Mapping
from typing import Final

from pure.build.plan import Plan
from pure.layers.decision import Action, LayerDecision
from pure.layers.names import PYTHON, VENV, LayerName, heavy_layer, is_heavy
from pure.venv.piece import Piece
from pure.wording import count, size

_DIVIDED: Final[Mapping[Action, str]] = {
    Action.KEEP: "kept",
    Action.CREATE: "made",
    Action.RECREATE: "made anew",
    Action.DROP: "dropped",
}
# So many layers of single distributions are named, more are counted.
_NAMED: Final = 3


_NO_IMAGE: Final = (
    "  The cache came back without a previous image, so what only that has is made again. Platforms find it under the",
    "  name that they build: one that stays, or --previous-image",
)


def layer_lines(layer: LayerDecision, tense: Mapping[Action, str]) -> tuple[str, ...]:
    """One layer's decision: a line for a single reason, a line each for several."""
    first = f"  Layer {layer.name}: {tense[layer.action]}"
    if len(layer.because) == 1:
        return (f"{first} ({layer.because[0]})",)
    return (f"{first}:", *(f"    {reason}" for reason in layer.because))


def divided_lines(plan: Plan, pieces: Iterable[Piece]) -> tuple[str, ...]:
    """What became of the layers of single distributions, in one line; none where there are none."""
    weights: dict[LayerName, int] = {heavy_layer(piece.name): piece.nbytes for piece in pieces}
    by_action: dict[Action, list[LayerName]] = {}
    for layer in plan.layers:
        if is_heavy(layer.name):
            by_action.setdefault(layer.action, []).append(layer.name)
    parts = []
    for action, what in _DIVIDED.items():
        if names := by_action.get(action):
            nbytes = sum(weights.get(name, 0) for name in names)
            listed = ", ".join(names) if len(names) <= _NAMED else ""
            told = "; ".join(each for each in (listed, size(nbytes) if nbytes else "") if each)
            parts.append(f"{len(names)} {what} ({told})" if told else f"{len(names)} {what}")
    if not parts:
        return ()
    kept = contents_lines(plan) if by_action.keys() - {Action.DROP} else ()
    return (f"  Layers of single distributions: {', '.join(parts)}", *kept)


def contents_lines(plan: Plan) -> tuple[str, ...]:
    """Why every build has the contents of single distributions' layers, where that is so."""
    because = plan.division.at_hand
    return (f"  Their contents are in the cache, too: {because}",) if because else ()


def apart_lines(plan: Plan) -> tuple[str, ...]:
    """Why no distribution has a layer of its own, and why what the image had is made again: it wasn't found."""
    python, venv = plan.present(PYTHON), plan.present(VENV)
    came_back = venv is not None and venv.action in (Action.KEEP, Action.RECONCILE)
    lost = came_back and python is not None and python.action is Action.CREATE
    undivided = (f"  All distributions in one layer: {plan.division.because}",)
    return (*(() if plan.division.divide else undivided), *(_NO_IMAGE if lost else ()))


def layer_names(names: Iterable[LayerName]) -> str:
    """Layers by name; many of single distributions are counted."""
    names = tuple(names)
    heavy = [name for name in names if is_heavy(name)]
    if len(heavy) <= _NAMED:
        return ", ".join(names)
    return ", ".join([*(name for name in names if name not in heavy), count(len(heavy), "dist-* layer")])
