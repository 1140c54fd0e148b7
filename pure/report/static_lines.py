"""Says what becomes of Django's static files: collected, put back as they were, or neither."""

from typing import assert_never

from pure.build import news
from pure.build.collected import CollectedRecord
from pure.build.plan import Plan
from pure.layers.decision import Action
from pure.layers.names import VENV
from pure.start.django import Collected, NotEnabled
from pure.wording import count, duration


def static_lines(told: news.StaticFilesPlanned | news.StaticFilesCollected | news.StaticFilesKept) -> tuple[str, ...]:
    """What a build has to tell of them."""
    match told:
        case news.StaticFilesPlanned(django=version, because=because, again=again):
            what = "Collecting static files" if told.collect else "Static files are not collected"
            why_again = (f"  Those of the previous build won't do: {again}",) if again else ()
            return ("", f"Django {version}", f"  {what}: {because}", *why_again)
        case news.StaticFilesCollected(judgement=judgement, seconds=seconds, unlike=unlike):
            in_every_build = (f"  They are collected in every build: {unlike}",) if unlike else ()
            return (*_collected(judgement, duration(seconds)), *in_every_build)
        case news.StaticFilesKept(django=version, enabled=enabled, read=read):
            what = "Static files are those of the previous build" if enabled else "There are still no static files"
            looked = f"nothing that collecting them reads has changed ({count(read, 'file')} looked at)"
            return ("", f"Django {version}", f"  {what}: {looked}")
        case _:
            assert_never(told)


def static_lines_planned(plan: Plan) -> tuple[str, ...]:
    """What is to become of them, as far as is known before anything is installed."""
    decision = plan.django
    if decision.manage is None:
        return ()
    if isinstance(plan.collected, CollectedRecord) and plan.decided(VENV).action is Action.KEEP:
        return (
            "",
            "Django",
            "  Static files are those of the previous build: nothing that collecting them reads has changed",
        )
    what = "collected" if decision.collect else "not collected"
    return ("", "Django", f"  If it gets installed, static files are {what}: {decision.because}")


def _collected(judgement: Collected | NotEnabled, seconds: str) -> tuple[str, ...]:
    match judgement:
        case Collected(summary=summary):
            return (f"  {summary or 'Collected'} ({seconds})",)
        case NotEnabled():
            return ("  There are none: django.contrib.staticfiles is not among the project's INSTALLED_APPS",)
        case _:
            assert_never(judgement)
