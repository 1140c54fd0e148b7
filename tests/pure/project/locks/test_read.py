"""Locks of every kind: any bytes have an answer, and what comes from folders is found."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.manager.table import MANAGERS
from pure.outcome import Failure, Success
from pure.project.locks.facts import LockFacts
from pure.project.locks.read import read_lock

from tests.strategies_locked import LOCKED, LOCKS
from tests.strategies_plan import junk


@pytest.mark.parametrize("manager", LOCKED)
@settings(max_examples=60, deadline=None)
@given(raw=junk | st.binary(max_size=60), start=st.sampled_from([b"", b"version = 1\n", b"{", b"[metadata]\nx = 1\n"]))
def test_any_lock_gives_facts_or_an_error(manager: str, raw: bytes, start: bytes) -> None:
    match read_lock(manager, start + raw, MANAGERS[manager].lock):
        case Success(LockFacts()):
            pass
        case Failure(error):
            assert error.because


@pytest.mark.parametrize("manager", LOCKED)
def test_what_a_lock_takes_from_folders_is_found(manager: str) -> None:
    found = [read_lock(manager, raw, MANAGERS[manager].lock) for raw in LOCKS[manager]]
    assert [each.unwrap().local for each in found] == [(), (), ("a",)]
    assert found[0].unwrap().moving == ()
