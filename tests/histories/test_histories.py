"""Histories of every package manager, a few hundred builds; ``make histories`` plays as many as one likes."""

import pytest

from tests.histories.application import BY_REQUIREMENTS, MANAGERS, Manager
from tests.histories.play import SCENARIOS, Scenario, play, sweep
from tests.often import often


@pytest.mark.parametrize("manager", MANAGERS)
def test_histories_of_one_manager(manager: Manager) -> None:
    played = play(6, number=20, managers=(manager,))
    assert played.failed is None, f"\n{played.failed}"
    assert played.counts.builds > 20


@pytest.mark.parametrize("number", often(range(4), 0))
def test_histories_of_all_managers(number: int) -> None:
    played = play(8, number=number)
    assert played.failed is None, f"\n{played.failed}"
    assert played.counts.pushed == played.counts.bound


@pytest.mark.parametrize(
    ("manager", "hashed", "scenario"),
    often(
        [
            (*each, scenario)
            for each in (*((one, False) for one in MANAGERS), *((one, True) for one in BY_REQUIREMENTS))
            for scenario in SCENARIOS
        ],
        ("pip", False, "back"),
        ("uv", False, "again"),
    ),
)
def test_a_build_that_is_killed_anywhere_does_no_harm(manager: Manager, hashed: bool, scenario: Scenario) -> None:
    failed = sweep(manager, scenario, hashed=hashed)
    assert failed is None, f"\n{failed}"


@pytest.mark.parametrize(
    ("manager", "later", "scenario"),
    often(
        [(manager, later, scenario) for manager in MANAGERS for later in (False, True) for scenario in SCENARIOS],
        ("pip", True, "again"),
        ("pipenv", False, "same"),
    ),
)
def test_a_build_command_that_is_killed_does_no_harm(manager: Manager, later: bool, scenario: Scenario) -> None:
    failed = sweep(manager, scenario, later=later, commands=True)
    assert failed is None, f"\n{failed}"
