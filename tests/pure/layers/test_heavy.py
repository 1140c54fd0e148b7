"""What becomes of the layers of single distributions, by what the platform has of them."""

from typing import Literal

import pytest
import tomli_w
from pure.layers.changes import KnownChange
from pure.layers.decision import Action, RestoredLayer
from pure.layers.heavy import BuiltFor, Division, Fate, final_layers, planned_layers, why_lost
from pure.layers.metadata import metadata_table
from pure.layers.names import LayerName, heavy_layer
from pure.venv.piece import Piece

HERE = BuiltFor(arch="amd64", distro="debian 12", python_minor="3.13")
THERE = BuiltFor(arch="arm64", distro="debian 12", python_minor="3.13")
PIECE = Piece(name="numpy", version="2.0", nbytes=20_000_000, key="k" * 64, contents="c" * 64, links=("lib/numpy",))
OTHER = Piece(name="numpy", version="2.1", nbytes=21_000_000, key="o" * 64, contents="d" * 64, links=("lib/numpy",))
LAYER = heavy_layer("numpy")
SAME = "it was installed again, with the contents that the image has"
ALONE = Division(divide=True, because="")
AT_HAND = Division(divide=True, because="", at_hand="static files")
TREES = Division(divide=True, because="", at_hand="another buildpack works with it", trees=True)
OFF = Division(divide=False, because="it is off")


def restored(piece: Piece, place: BuiltFor = HERE, *, contents: bool = False) -> dict[LayerName, RestoredLayer]:
    toml = tomli_w.dumps({"metadata": metadata_table(place.metadata(piece))}).encode()
    return {LAYER: RestoredLayer(toml=toml, contents=contents)}


@pytest.mark.parametrize(
    ("found", "division", "because"),
    [
        (restored(PIECE), ALONE, ()),
        (restored(PIECE, contents=True), AT_HAND, ()),
        (restored(PIECE), AT_HAND, ("this build needs its contents, and they were not restored",)),
        (restored(PIECE), OFF, ("it is off",)),
        ({}, ALONE, ("the previous image has no layer with its contents",)),
        (restored(PIECE, THERE), ALONE, ("architecture arm64 → amd64",)),
        (restored(OTHER), ALONE, ("version 2.1 → 2.0", "contents dddddddddddd → cccccccccccc")),
        ({LAYER: RestoredLayer(toml=b"[", contents=True)}, ALONE, ("its metadata is not readable TOML",)),
    ],
)
def test_why_contents_are_lost(
    found: dict[LayerName, RestoredLayer], division: Division, because: tuple[str, ...]
) -> None:
    assert why_lost(PIECE, found, division, HERE) == because
    (decision,) = planned_layers((PIECE,), found, division, HERE, {}) or (None,)
    assert (decision is None) is not division.divide
    if decision is not None:
        made = Action.RECREATE if found else Action.CREATE
        assert decision.action is (made if because else Action.KEEP)
        assert decision.types == division.types


@pytest.mark.parametrize(
    ("known", "action", "of_none"),
    [
        (Action.RECREATE, Action.RECREATE, Action.CREATE),
        (Action.RECONCILE, Action.RECONCILE, Action.CREATE),
        (Action.DROP, Action.DROP, None),
    ],
)
def test_what_changes_is_not_planned_as_held(
    known: Literal[Action.RECREATE, Action.RECONCILE, Action.DROP], action: Action, of_none: Action | None
) -> None:
    changes = {"numpy": KnownChange(action=known, because="why")}
    (decision,) = planned_layers((PIECE,), restored(PIECE), ALONE, HERE, changes)
    # Which version it will hold, and what of it, nobody knows before it is installed.
    assert (decision.action, decision.because, decision.metadata) == (action, ("why",), None)
    assert [each.action for each in planned_layers((PIECE,), {}, ALONE, HERE, changes)] == (
        [of_none] if of_none else []
    )
    assert planned_layers((PIECE,), restored(PIECE), OFF, HERE, changes) == ()


@pytest.mark.parametrize(
    ("found", "because"),
    [
        (restored(PIECE, THERE), ("architecture arm64 → amd64",)),
        (restored(OTHER, THERE), ("architecture arm64 → amd64",)),
        # What is made anew for the same place may come out as it is.
        (restored(PIECE), ()),
        ({}, ()),
        ({LAYER: RestoredLayer(toml=b"[", contents=True)}, ()),
    ],
)
def test_what_is_for_another_place_is_made_with_an_environment_that_is_made_anew(
    found: dict[LayerName, RestoredLayer], because: tuple[str, ...]
) -> None:
    planned = planned_layers((PIECE,), found, ALONE, HERE, {}, anew=True)
    assert [(each.action, each.because) for each in planned] == ([(Action.RECREATE, because)] if because else [])
    changes = {"numpy": KnownChange(action=Action.DROP, because="it goes")}
    gone = planned_layers((PIECE,), found, ALONE, HERE, changes, anew=True)
    assert [(each.action, each.because) for each in gone] == ([(Action.DROP, ("it goes",))] if found else [])
    assert planned_layers((PIECE,), found, OFF, HERE, {}, anew=True) == ()


@pytest.mark.parametrize(
    ("fate", "found", "action", "because"),
    [
        ("held", restored(PIECE), Action.KEEP, "its contents are in the image already (20.0 MB)"),
        ("same", restored(PIECE), Action.KEEP, f"{SAME} (20.0 MB)"),
        ("made", {}, Action.CREATE, "a heavy distribution, so that it is moved only when it changes (20.0 MB)"),
        ("made", restored(OTHER), Action.RECREATE, "version 2.1 → 2.0"),
    ],
)  # fmt: skip
def test_what_becomes_of_it(fate: Fate, found: dict[LayerName, RestoredLayer], action: Action, because: str) -> None:
    gone = {**found, heavy_layer("gone"): RestoredLayer(toml=b"", contents=False)}
    decision, dropped = final_layers({"numpy": fate}, (PIECE,), gone, ALONE, HERE)
    assert (decision.name, decision.action, decision.because[0]) == (LAYER, action, because)
    assert decision.metadata == HERE.metadata(PIECE)
    assert (dropped.name, dropped.action) == ("dist-gone", Action.DROP)


@pytest.mark.parametrize("fate", ["held", "same"])
@pytest.mark.parametrize(("division", "away"), [(ALONE, True), (AT_HAND, True), (TREES, False)])
def test_what_others_work_with_stays(division: Division, away: bool, fate: Fate) -> None:
    (decision,) = final_layers({"numpy": fate}, (PIECE,), restored(PIECE), division, HERE)
    assert decision.away is away
