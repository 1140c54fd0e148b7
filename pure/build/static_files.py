"""Decides what is done about Django's static files once it is known what is installed."""

from collections.abc import Mapping

from pure.build.facts import Facts
from pure.build.news import StaticFilesPlanned
from pure.build.plan import Plan
from pure.build.steps import RunProgram
from pure.build.workplace import Workplace
from pure.layers.names import PYTHON
from pure.manager.environment import application_environment
from pure.start.django import COMMAND, DJANGO


def static_files(plan: Plan, installed: Mapping[str, str]) -> StaticFilesPlanned | None:
    """Whether static files are collected; ``None`` where Django isn't installed.

    ``installed`` maps normalised names to versions.
    """
    if DJANGO not in installed:
        return None
    decision = plan.django
    collect = decision.manage is not None and decision.collect
    return StaticFilesPlanned(django=installed[DJANGO], collect=collect, because=decision.because)


def collect(plan: Plan, facts: Facts, work: Workplace) -> RunProgram:
    """The step that collects them."""
    assert plan.django.manage is not None, "static files are collected by a manage.py"
    folder, _, script = plan.django.manage.rpartition("/")
    environment = application_environment(facts.variables, venv=work.venv, python=work.layer(PYTHON))
    return RunProgram(
        purpose="collect-static",
        argv=(f"{work.venv}/bin/python", script, *COMMAND),
        environment=tuple(sorted(environment.items())),
        folder=f"{work.project}/{folder}" if folder else work.project,
        # A project that doesn't know the command is one without static files, which is no failure.
        may_fail=True,
    )
