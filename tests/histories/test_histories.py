"""Histories of every package manager, a few hundred builds; ``make histories`` plays as many as one likes."""

import pytest

from tests.histories.application import BY_REQUIREMENTS, MANAGERS, Application, Manager, Outside, Want
from tests.histories.history import Counts, History, Nothing
from tests.histories.play import SCENARIOS, Scenario, play, sweep
from tests.histories.situation import Situation
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


@pytest.mark.parametrize("manager", ["pip", "uv"])
def test_what_is_unpacked_for_a_build_is_left_to_the_image_again(manager: Manager) -> None:
    """Of a project with a manage.py that Django isn't installed for: nothing is collected in the end."""
    outside = Outside()
    application = Application(manager=manager, wants=(Want(name="ns-heavy"),)).with_lock(outside)
    situation = Situation(application=application, outside=outside, collects=True)
    history = History(situation, counts=Counts(), nothing=Nothing())
    history.build()
    history.build()
    history.age("venv", {"schema": "0"})
    history.build()
