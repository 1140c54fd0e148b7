"""What a build counts for its log: seconds by part, and what its layers weigh."""

import msgspec
from pure.build.facts import Facts
from pure.build.plan import decide
from pure.build.states import Build, Done
from pure.build.steps import Answer, Compiled
from pure.build.tally import counted, foreseen
from pure.outcome import Success
from pure.venv.piece import Piece

from pure.build import states
from tests.pure.build.test_conversation import (
    HASHED,
    LATER,
    Hand,
    converse,
    environment,
    first,
    locked_requirements,
    rebuilt,
    report,
)

PIECE = Piece(name="numpy", version="2.0", nbytes=20_000_000, key="k" * 64, links=("lib/numpy",))


def done(given: Facts, hand: Hand | None = None) -> tuple[list[states.Turn], Done]:
    turns, ended = converse(given, hand or Hand(environment(), report=report()))
    assert isinstance(ended, Done), ended
    return turns, ended


def told(ended: Done) -> dict[str, tuple[str, int | None]]:
    return {each.layer: (each.work, each.nbytes) for each in ended.moved}


def test_each_turn_counts_for_the_part_that_its_steps_are_of() -> None:
    turns, ended = done(first())
    # Each takes a second.
    assert ended.spent == {
        "python": 2.0, "tool": 1.0, "installing": 1.0, "checking": 1.0, "layers": 1.0, "packing": 2.0, "bytecode": 0,
    }  # fmt: skip
    assert sum(ended.spent.values()) == len(turns)
    turns, ended = done(rebuilt(first(), "3.0.0"))
    assert ended.spent == {
        "python": 2.0, "tool": 1.0, "resolving": 1.0, "reading": 1.0, "installing": 1.0, "checking": 1.0,
        "layers": 1.0, "packing": 2.0, "bytecode": 0,
    }  # fmt: skip
    assert sum(ended.spent.values()) == len(turns)


def test_compiling_is_told_apart_wherever_it_happens() -> None:
    turns, _ = done(first())
    build: Build = turns[1].build
    again = counted(
        msgspec.structs.replace(build, spent={"python": 1.0, "bytecode": 2.0}),
        Answer(results=(Compiled(compiled=1, current=0, seconds=0.75),), seconds=1.0),
    )
    assert again.spent == {"python": 1.25, "bytecode": 2.75}


def test_what_the_platform_has_to_do() -> None:
    _, made = done(first())
    assert told(made) == {
        "python": ("new", 5), "python-cache": ("cached", None), "pip": ("cached", None), "pip-cache": ("cached", None),
        "venv": ("new", 1), "venv-cache": ("cached", 1),
    }  # fmt: skip
    given = msgspec.structs.replace(rebuilt(locked_requirements(first(), HASHED)), packed_nbytes=8)
    _, kept = done(given)
    assert (told(kept)["python"], told(kept)["venv"]) == (("left", None), ("left", 8))
    given = msgspec.structs.replace(rebuilt(first(), "3.0.0"), packed_nbytes=8)
    _, resolved = done(given, Hand(environment("3.0.0"), report=report("3.0.0")))
    # It is borrowed, so that its size is known.
    assert (told(resolved)["python"], told(resolved)["venv"]) == (("left", 5), ("left", 8))
    # As trees, both are read again.
    later = msgspec.structs.replace(first(), buildpack_plan=LATER)
    _, trees = done(rebuilt(later), Hand(environment(), report=report()))
    assert (told(trees)["python"], told(trees)["venv"]) == (("read", None), ("read", None))
    # One that is unpacked for another buildpack isn't what the image has.
    unpacked = msgspec.structs.replace(rebuilt(first()), buildpack_plan=LATER)
    _, again = done(unpacked, Hand(environment(), report=report()))
    assert told(again)["venv"] == ("again", None)


def test_a_file_that_is_packed_anew_is_another_where_contents_come_or_go() -> None:
    kept = rebuilt(locked_requirements(first(), HASHED))
    plan = decide(kept).unwrap()
    assert plan.previous is not None
    for pieces, work in (((), "left"), ((PIECE,), "again")):
        seen = msgspec.structs.replace(plan.previous.seen, pieces=pieces)
        previous = msgspec.structs.replace(plan.previous, seen=seen, at_hand=True)
        told = {each.layer: each.work for each in foreseen(msgspec.structs.replace(plan, previous=previous), kept)}
        assert told["venv"] == work


def test_what_a_plan_foresees() -> None:
    def plan(given: Facts) -> dict[str, tuple[str, int | None]]:
        decided = decide(given)
        assert isinstance(decided, Success)
        return {each.layer: (each.work, each.nbytes) for each in foreseen(decided.unwrap(), given)}

    assert plan(first()) == {}
    kept = msgspec.structs.replace(rebuilt(locked_requirements(first(), HASHED)), packed_nbytes=8)
    assert (plan(kept)["python"], plan(kept)["venv"]) == (("left", None), ("left", 8))
    without = {name: each for name, each in kept.restored.items() if name != "pip"}
    borrowed = plan(msgspec.structs.replace(kept, restored=without))
    assert (borrowed["python"], borrowed["venv"], borrowed["pip"]) == (
        ("borrowed", None),
        ("left", 8),
        ("cached", None),
    )
    open_ones = msgspec.structs.replace(rebuilt(first()), packed_nbytes=8)
    assert (plan(open_ones)["python"], plan(open_ones)["venv"]) == (("borrowed", None), ("reconciled", 8))
    lost = {name: each for name, each in kept.restored.items() if name != "venv"}
    assert plan(msgspec.structs.replace(kept, restored=lost))["venv"] == ("again", 8)
