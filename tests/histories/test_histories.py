"""Histories of every package manager, a few hundred builds; ``make histories`` plays as many as one likes."""

import pytest

from tests.histories.application import MANAGERS, Manager
from tests.histories.play import play


@pytest.mark.parametrize("manager", MANAGERS)
def test_histories_of_one_manager(manager: Manager) -> None:
    played = play(10, number=20, managers=(manager,))
    assert played.failed is None, f"\n{played.failed}"
    assert played.counts.builds > 40


def test_histories_of_all_managers() -> None:
    played = play(30, number=20)
    assert played.failed is None, f"\n{played.failed}"
    assert played.counts.killed
    assert played.counts.pushed == played.counts.bound
