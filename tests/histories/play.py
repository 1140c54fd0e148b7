"""Plays many histories, as ``make histories`` and the tests of mutants do, and gives back the one that failed."""

import time
from typing import ClassVar, Final, Literal, TypeAlias

import msgspec
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.reporting import with_reporter
from hypothesis.stateful import run_state_machine_as_test

from tests.histories.application import MANAGERS, Application, Manager, Outside, Want
from tests.histories.history import Counts, History, Kill, Nothing
from tests.histories.invariants import Violated
from tests.histories.machine import Histories
from tests.histories.situation import Situation

STEPS = 20


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """A history that ended badly: the shortest that was found, and what doesn't hold."""

    why: str
    violated: bool  # an invariant doesn't hold; otherwise something raised
    story: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([*(f"{number:4}. {line}" for number, line in enumerate(self.story, 1)), "", f"  {self.why}"])


Scenario: TypeAlias = Literal["first", "same", "again", "back"]
SCENARIOS: Final[tuple[Scenario, ...]] = ("first", "same", "again", "back")


def sweep(
    manager: Manager, scenario: Scenario, *, hashed: bool = False, later: bool = False, commands: bool = False
) -> Failed | None:
    """Kill a build in every step that does something, before its first and its last act, and build in what is left.

    The build that is killed is the first one, one in which nothing has changed, or that of a change; the next one is of
    the same, or the author goes back to what was before. ``later``: a later buildpack works with the environment, which
    is no packed one then; ``commands``: the application has a build command.
    """
    counts, nothing, step = Counts(), Nothing(), 0
    while True:
        acting = 0
        for act in (0, -1):
            history = _swept(manager, hashed, later, commands, counts, nothing)
            before = history.situation.application
            try:
                if scenario != "first":
                    history.build()
                if scenario in ("again", "back"):
                    after = msgspec.structs.replace(before, wants=_AFTER).with_lock(history.situation.outside)
                    history.change("alpha, gamma, delta and made change", application=after)
                history.build(Kill(step, act), "there")
                acting = history.acting
                if scenario == "back":
                    history.change("the author goes back to what was before", application=before)
                history.build()
            except Violated as violated:
                return Failed(why=str(violated), violated=True, story=tuple(history.story))
        step += 1
        if step >= acting:
            return None


_BEFORE: Final = tuple(Want(name=name, version=v) for name, v in (("alpha", "1.0"), ("gamma", "1.0"), ("made", "1.0")))
_AFTER: Final = tuple(Want(name=name, version=v) for name, v in (("alpha", "2.0"), ("delta", None), ("made", "1.1")))


def _swept(manager: Manager, hashed: bool, later: bool, commands: bool, counts: Counts, nothing: Nothing) -> History:
    outside = Outside()
    application = Application(manager=manager, hashed=hashed, wants=_BEFORE).with_lock(outside)
    situation = Situation(application=application, outside=outside, later=later, commands=commands)
    history = History(situation, counts=counts, nothing=nothing)
    needed = (
        ", which a later buildpack works with" if later else ", which a build command works with" if commands else ""
    )
    history.tell(
        f"an application for {manager}{' with hashes' if hashed else ''} that wants alpha, gamma, made{needed}"
    )
    return history


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
