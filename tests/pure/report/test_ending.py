"""The last lines of a build."""

import msgspec
import pytest
from pure.build.states import Done, Part
from pure.layers.cost import cost
from pure.layers.moved import Moved, Work
from pure.layers.names import LayerName, heavy_layer
from pure.report.ending import cost_lines, ending, foreseen_lines, moved_lines

from tests.strategies_locked import FIRST, locked
from tests.strategies_plan import planned


def layer(name: LayerName, work: Work, nbytes: int | None = None) -> Moved:
    return Moved(layer=name, work=work, nbytes=nbytes)


POLARS, NUMPY = heavy_layer("polars"), heavy_layer("numpy")


@pytest.mark.parametrize(
    ("moved", "line"),
    [
        (
            (
                layer(POLARS, "new", 49_000_000),
                layer("python", "left"),
                layer("venv", "changed", 34_000_000),
                layer(NUMPY, "left", 57_000_000),
            ),
            "2 left as the image has them (57.0 MB without python), venv changed (34.0 MB), dist-polars new (49.0 MB)",
        ),
        ((layer("pip", "cached"), layer("venv-cache", "cached", 34_000_000)), "2 in the cache only"),
        ((layer("python", "left"),), "python left as the image has it"),
        ((layer("python", "new", 90_000_000),), "python new (90.0 MB)"),
        (
            (layer("python", "new", 1_000), layer("venv", "new", 2_000), layer(POLARS, "new", 4_000)),
            "python, venv and dist-polars new (7.0 kB)",
        ),
        (tuple(layer(heavy_layer(f"d{at}"), "gone") for at in range(4)), "4 gone"),
        (
            (layer("python", "borrowed"), layer("venv", "reconciled", 5_000), layer("pip", "cached")),
            "python unpacked for the build alone, venv reconciled (5.0 kB), pip in the cache only",
        ),
        ((layer("python", "read"), layer("venv", "read")), "2 read again, unchanged"),
        ((layer("venv", "again", 5),), "venv exported again (5 bytes)"),
    ],
)
def test_layers(moved: tuple[Moved, ...], line: str) -> None:
    assert moved_lines(moved) == (f"Layers: {line}",)


@pytest.mark.parametrize(
    ("foreseen", "moved", "line"),
    [
        # Nothing was foreseen of a first build.
        ((), (layer("python", "new", 90_000_000),), None),
        (
            (layer("venv", "left", 9_000_000),),
            (layer("venv", "left", 9_000_000),),
            "As foreseen: nothing to push",
        ),
        # What could be, and wasn't.
        (
            (layer("venv", "reconciled", 9_000_000),),
            (layer("venv", "left", 9_000_000),),
            "As foreseen: nothing to push",
        ),
        (
            (layer("venv", "reconciled", 9_000_000),),
            (layer("venv", "changed", 9_900_000),),
            "As foreseen, before compression: 9.9 MB to push (venv)",
        ),
        (
            (layer("python", "changed"),),
            (layer("python", "changed", 90_000_000),),
            "As foreseen, before compression: 90.0 MB to push (python)",
        ),
        (
            (layer("venv", "reconciled", 9_000_000), layer(NUMPY, "left", 57_000_000)),
            (layer("venv", "changed", 9_100_000), layer(NUMPY, "changed", 58_000_000), layer(POLARS, "new", 5_000_000)),
            (
                "Foreseen, before compression: up to about 9.0 MB to push (venv); "
                "was: 72.1 MB to push (venv, dist-numpy and dist-polars)"
            ),
        ),
        (
            (layer("venv", "reconciled", 9_000_000), layer("pip", "cached", 5)),
            (layer("venv", "changed", 19_000_000), layer("pip", "cached", 5)),
            "Foreseen, before compression: up to about 9.0 MB to push (venv); was: 19.0 MB to push (venv)",
        ),
        (
            (layer("venv", "left", 9_000_000),),
            (layer("venv", "again", 9_000_000),),
            "Foreseen, before compression: nothing to push; was: 9.0 MB to push (venv)",
        ),
        # What a lock says otherwise of a distribution may come out as it was, what pins fix in another version may not.
        (
            (layer("venv", "reconciled", 9_000_000), layer(NUMPY, "reconciled", 57_000_000)),
            (layer("venv", "changed", 9_100_000), layer(NUMPY, "left", 57_000_000)),
            "As foreseen, before compression: 9.1 MB to push (venv)",
        ),
        (
            (layer("venv", "reconciled", 9_000_000), layer(NUMPY, "changed", 57_000_000)),
            (layer("venv", "changed", 9_100_000), layer(NUMPY, "gone", 57_000_000)),
            (
                "Foreseen, before compression: up to about 66.0 MB to push (venv and dist-numpy); "
                "was: 9.1 MB to push (venv)"
            ),
        ),
        (
            (layer("python", "changed"), layer("venv", "changed", 1)),
            (layer("python", "left"), layer("venv", "changed", 1)),
            (
                "Foreseen, before compression: 1 byte without python to push (python and venv); was: 1 byte to push "
                "(venv)"
            ),
        ),
        (
            (layer("venv", "changed"),),
            (layer("venv", "left"),),
            "Foreseen, before compression: venv to push; was: nothing to push",
        ),
    ],
)
def test_how_right_the_plan_was(foreseen: tuple[Moved, ...], moved: tuple[Moved, ...], line: str | None) -> None:
    assert foreseen_lines(foreseen, moved) == (() if line is None else (line,))


def test_what_a_build_will_cost() -> None:
    moved = (
        layer("python", "borrowed"), layer("venv", "reconciled", 9_000_000), layer(NUMPY, "left", 57_000_000),
        layer("venv-cache", "cached", 9_000_000), layer("pip", "cached"),
    )  # fmt: skip
    assert cost_lines(cost(moved, {"venv-cache": 9_000_000, "pip": 14_000_000})) == (
        "Costs: 23.0 MB to restore, 18.0 MB without pip to move, up to about 9.0 MB to push",
    )
    assert cost_lines(cost((layer("python", "left"), layer("pip", "cached")), {"pip": None})) == (
        "Costs: pip to restore, pip to move, nothing to push",
    )
    assert cost_lines(None) == ()


def test_no_layers_no_line() -> None:
    assert moved_lines(()) == ()


def test_what_took_next_to_nothing_is_not_told() -> None:
    spent: dict[Part, float] = {
        "packing": 0.4, "python": 0.5, "tool": 1.3, "installing": 62.0, "bytecode": 0.1, "checking": 0.09,
    }  # fmt: skip
    done = Done(
        plan=planned(locked(FIRST, "uv")),
        resolved=None,
        record=None,
        said=(),
        moved=(layer("python", "left"),),
        spent=spent,
    )
    blank, layers, sboms, time, last = ending(done, 64.2)
    assert (blank, layers) == ("", "Layers: python left as the image has it")
    assert sboms.startswith("SBOMs: of python")
    assert time == "Time: Python 0.5 s, uv 1.3 s, installing 1 min 02 s, bytecode 0.1 s, packing 0.4 s"
    assert last.startswith("Done in 1 min 04 s: created python")
    nothing = msgspec.structs.replace(done, spent=dict.fromkeys(spent, 0.01))
    assert [line.partition(" ")[0] for line in ending(nothing, 0.05)] == ["", "Layers:", "SBOMs:", "Done"]
