"""What a platform has to do with each layer, by what is decided over it."""

import pytest
from pure.layers.decision import Action, LayerDecision, LayerTypes
from pure.layers.moved import Moved, Work, moved
from pure.layers.names import VENV, LayerName, heavy_layer

IMAGE = LayerTypes(build=False, launch=True, cache=False)
TREE = LayerTypes(build=True, launch=True, cache=True)
CACHE = LayerTypes(build=False, launch=False, cache=True)
NUMPY = heavy_layer("numpy")


def decision(name: LayerName, action: Action, types: LayerTypes | None, *, away: bool = False) -> LayerDecision:
    return LayerDecision(name=name, action=action, because=("it is so",), types=types, away=away)


@pytest.mark.parametrize(
    ("layer", "finished", "before"),
    [
        (decision("venv", Action.KEEP, IMAGE, away=True), "left", "left"),
        # Made anew, and it came out as it was.
        (decision("venv", Action.RECREATE, IMAGE, away=True), "left", "left"),
        (decision("venv", Action.KEEP, IMAGE), "again", "again"),
        (decision("venv", Action.KEEP, TREE), "read", "read"),
        (decision("venv", Action.RECONCILE, IMAGE), "changed", "reconciled"),
        (decision("venv", Action.RECONCILE, TREE), "changed", "reconciled"),
        (decision("venv", Action.RECREATE, IMAGE), "changed", "changed"),
        (decision("python", Action.CREATE, IMAGE), "new", "new"),
        (decision("python", Action.KEEP, TREE), "read", "read"),
        (decision("pip", Action.KEEP, CACHE), "cached", "cached"),
        (decision("venv-cache", Action.RECONCILE, CACHE), "cached", "cached"),
        (decision(NUMPY, Action.KEEP, IMAGE, away=True), "left", "left"),
        # It was installed again, and is the same.
        (decision(NUMPY, Action.KEEP, IMAGE), "read", "read"),
        (decision(NUMPY, Action.CREATE, IMAGE), "new", "new"),
        (decision(NUMPY, Action.RECREATE, IMAGE), "changed", "changed"),
        (decision(NUMPY, Action.DROP, None), "gone", "gone"),
        (decision("python", Action.DROP, None), "gone", "gone"),
    ],
)
def test_what_there_is_to_do(layer: LayerDecision, finished: Work, before: Work) -> None:
    name = layer.name
    assert moved((layer,), {name: 7}, back=(name,)) == (Moved(layer=name, work=finished, nbytes=7),)
    assert moved((layer,), {}, back=(name,), planned=True) == (Moved(layer=name, work=before),)


@pytest.mark.parametrize(("types", "work"), [(TREE, "read"), (IMAGE, "again")])
def test_what_is_reconciled_in_vain_is_what_it_was(types: LayerTypes, work: Work) -> None:
    back: tuple[LayerName, ...] = (VENV,)
    (found,) = moved((decision(VENV, Action.RECONCILE, types),), {}, back=back, same=True)
    assert found.work == work


@pytest.mark.parametrize("action", [Action.KEEP, Action.RECONCILE])
def test_a_tree_that_was_unpacked_is_none_of_the_image(action: Action) -> None:
    (found,) = moved((decision("venv", action, TREE),), {}, back=(), same=True)
    assert found.work == "again"


def test_what_was_never_in_the_image_is_not_told() -> None:
    assert moved((decision("pip", Action.DROP, None), decision("venv-cache", Action.DROP, None)), {}, back=()) == ()
