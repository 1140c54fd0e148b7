"""Turns what is installed into what remains to be done with it: the final processes and Django's static files.

Both depend on nothing but the names and versions of the installed distributions, whatever tool installed them.
"""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from pure.build.plan import Facts, Plan
from pure.build.stages import Workplace
from pure.build.steps import CollectStatic
from pure.manager.environment import application_environment
from pure.outcome import Failure, Outcome, Success
from pure.start.choice import ProcessesError, decide_processes
from pure.start.django import COMMAND, DJANGO, DjangoDecision


class StaticFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Static files are to be collected by these steps."""

    django: str
    because: str
    steps: tuple[CollectStatic, ...]


class NoStaticFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Django is installed, and no static files are collected."""

    django: str
    because: str


Collecting: TypeAlias = StaticFiles | NoStaticFiles | None


def with_final_processes(plan: Plan, facts: Facts, installed: Mapping[str, str]) -> Outcome[Plan, ProcessesError]:
    """The plan with the processes that the image gets. ``installed`` maps normalised names to versions."""
    decided = decide_processes(
        facts.procfile,
        facts.pyproject,
        facts.code,
        installed=installed,
        app=facts.home,
        root=facts.app_dir,
        minor=plan.python.runtime.minor,
        provisional=False,
    )
    if isinstance(decided, Failure):
        return decided
    return Success(msgspec.structs.replace(plan, processes=decided.unwrap()))


def static_files(plan: Plan, facts: Facts, work: Workplace, installed: Mapping[str, str]) -> Collecting:
    """What is done about static files; ``None`` where Django isn't installed."""
    if DJANGO not in installed:
        return None
    version = installed[DJANGO]
    decision: DjangoDecision = plan.django
    if decision.manage is None or not decision.collect:
        return NoStaticFiles(django=version, because=decision.because)
    folder, _, script = decision.manage.rpartition("/")
    venv, python = work.layer("venv"), work.layer("python")
    environment = application_environment(facts.variables, venv=venv, python=python)
    step = CollectStatic(
        manage=decision.manage,
        argv=(f"{venv}/bin/python", script, *COMMAND),
        environment=tuple(sorted(environment.items())),
        folder=f"{facts.home}/{folder}" if folder else facts.home,
    )
    return StaticFiles(django=version, because=decision.because, steps=(step,))
