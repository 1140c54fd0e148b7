"""What is taken of pieces that are away, and what is looked at of those that aren't."""

from pure.build.dividing import needs_of
from pure.venv.elf import MACHINES, Dynamic
from pure.venv.piece import Piece

from tests.strategies_locked import FIRST, locked
from tests.strategies_plan import planned

LOCKED = locked(FIRST, "uv")


def test_what_libraries_need_is_known_while_they_are_away() -> None:
    plan = planned(LOCKED)
    needs = (("lib/x/_x.so", ("libpq.so.5",)),)
    away = Piece(name="x", version="1", nbytes=9, key="k", contents="c", links=("lib/x",), needs=needs)
    light = Piece(name="y", version="1", nbytes=9, key="k", contents="c", links=("lib/y",))
    wanted = Dynamic(machine=MACHINES[plan.target.arch], needed=("libpq.so.5",))
    assert needs_of((away, light), plan) == {"lib/x/_x.so": wanted}
    assert needs_of((), plan) == {}
