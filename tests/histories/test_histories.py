"""Histories of every package manager, a few hundred builds; ``make histories`` plays as many as one likes."""

from hypothesis import HealthCheck, settings

from tests.histories.machine import Histories

TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=60,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
