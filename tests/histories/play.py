"""Plays many histories, as ``make histories`` and the tests of mutants do, and gives back the one that failed."""

import time
from typing import ClassVar

import msgspec
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.reporting import with_reporter
from hypothesis.stateful import run_state_machine_as_test

from tests.histories.application import MANAGERS, Manager
from tests.histories.history import Counts, History, Nothing
from tests.histories.invariants import Violated
from tests.histories.machine import Histories

STEPS = 20


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """A history that ended badly: the shortest that was found, and what doesn't hold."""

    why: str
    violated: bool  # an invariant doesn't hold; otherwise something raised
    story: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([*(f"{number:4}. {line}" for number, line in enumerate(self.story, 1)), "", f"  {self.why}"])


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    counts: Counts
    seconds: float
    failed: Failed | None = None


def play(
    histories: int,
    *,
    number: int = 0,
    managers: tuple[Manager, ...] = MANAGERS,
    shrink: bool = True,
    steps: int = STEPS,
) -> Played:
    """Play so many histories; ``number`` is the seed, which gives the same histories again."""
    last: list[History] = []

    class Chosen(Histories):
        counts: ClassVar[Counts] = Counts()
        nothing: ClassVar[Nothing] = Nothing()

        @staticmethod
        def told(history: History) -> None:  # type: ignore[override]
            last[:] = [history]

    Chosen.managers = managers
    phases = [Phase.generate, *([Phase.shrink] if shrink else [])]
    began = time.perf_counter()
    failed = None
    chosen = settings(
        max_examples=histories,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=phases,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    try:
        with with_reporter(lambda text: None):
            run_state_machine_as_test(seed(number)(Chosen), settings=chosen)
    except Violated as violated:
        failed = Failed(why=str(violated), violated=True, story=tuple(last[0].story))
    except Exception as error:
        if not last:
            raise
        # Whatever escapes is a fault of the machine, as it would be in a real build.
        failed = Failed(why=f"{type(error).__name__}: {error}", violated=False, story=tuple(last[0].story))
    return Played(counts=Chosen.counts, seconds=time.perf_counter() - began, failed=failed)
