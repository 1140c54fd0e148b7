"""The table of lock files against the other tables that name them."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.manager.table import MANAGERS, PIP, PROJECT
from pure.outcome import Failure, Success
from pure.project.locks.kinds import LOCKS, LockKind, LockName
from pure.python.sources import MANAGER_VARIABLE, listen
from pure.python.words import Unusable

from tests.documents import document, documents
from tests.strategies_plan import junk


def test_every_name_has_its_kind() -> None:
    assert tuple(LOCKS) == get_args(LockName)
    assert all(kind.file == name for name, kind in LOCKS.items())


def test_all_managers_but_pip_install_from_one() -> None:
    assert {each.lock for each in MANAGERS.values() if each not in (PIP, PROJECT)} == set(LOCKS)


@pytest.mark.parametrize("manager", MANAGERS)
def test_the_lock_of_the_manager_that_is_asked_for_is_heard_and_no_other(manager: str) -> None:
    broken = documents(dict.fromkeys(LOCKS, "<"))
    heard = listen({"BP_PYTHON_VERSION": "3.13", MANAGER_VARIABLE: manager}, broken).unwrap()
    because = f"${MANAGER_VARIABLE} chooses {manager}"
    ignored = {each.source.file for each in heard.said if isinstance(each, Unusable) and each.because == because}
    assert ignored == set(LOCKS) - {MANAGERS[manager].lock}


@pytest.mark.parametrize("kind", LOCKS.values(), ids=LOCKS)
@given(junk | st.binary(max_size=60))
def test_any_lock_has_an_answer(kind: LockKind, raw: bytes) -> None:
    lock = document(raw)
    assert isinstance(kind.facts(lock, kind.file), Success | Failure)
    match kind.parsed(lock):
        case Success(found):
            for each in kind.pythons(found, lock.text):
                assert each.any_of
        case Failure():
            assert isinstance(kind.facts(lock, kind.file), Failure)
