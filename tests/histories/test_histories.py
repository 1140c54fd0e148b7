"""Histories of every package manager, a few hundred builds; ``make histories`` plays as many as one likes."""

import pytest

from tests.histories.application import BY_REQUIREMENTS, MANAGERS, Manager
from tests.histories.play import SCENARIOS, Scenario, play, sweep


@pytest.mark.parametrize("manager", MANAGERS)
def test_histories_of_one_manager(manager: Manager) -> None:
    played = play(10, number=20, managers=(manager,))
    assert played.failed is None, f"\n{played.failed}"
    assert played.counts.builds > 40


@pytest.mark.parametrize("number", range(4))
def test_histories_of_all_managers(number: int) -> None:
    played = play(8, number=number)
    assert played.failed is None, f"\n{played.failed}"
    assert played.counts.pushed == played.counts.bound


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize(
    ("manager", "hashed"), [*((each, False) for each in MANAGERS), *((each, True) for each in BY_REQUIREMENTS)]
)
def test_a_build_that_is_killed_anywhere_does_no_harm(manager: Manager, hashed: bool, scenario: Scenario) -> None:
    failed = sweep(manager, scenario, hashed=hashed)
    assert failed is None, f"\n{failed}"
