"""Says in words why a plan that was written can't be compared."""

from typing import assert_never

from pure.image.side import NotAPlan
from pure.message import Message
from pure.report.record import SCHEMA
from pure.views.planned import GivenGolden, PlanError, PlanOfAnotherSchema
from pure.wording import command


def describe_plan(file: str, error: PlanError) -> Message:
    """The message for a document that can't be compared as a plan."""
    match error:
        case NotAPlan(reason=reason):
            return Message(
                happened=f"plan:{file} is not a plan",
                found=(reason,),
                means=("A plan is what `lamina plan --json` prints.",),
                do=("Write it: lamina plan APP --json > FILE",),
            )
        case PlanOfAnotherSchema(schema=schema):
            return Message(
                happened=f"plan:{file} was written by another version of Lamina",
                found=(f"It has schema {schema}; this version knows schema {SCHEMA}",),
                do=("Compare it by the version that wrote it, or write it anew: lamina plan APP --json > FILE",),
            )
        case GivenGolden():
            return Message(
                happened=f"plan:{file} is a golden plan",
                means=(
                    "That has the application's decisions alone, for `lamina plan --check`. What is compared with",
                    "images is what `lamina plan --json` prints.",
                ),
                do=(
                    f"Check it: {command('lamina', 'plan', 'APP', '--check', file if file != '-' else 'FILE')}",
                    "Write the other: lamina plan APP --json > FILE",
                ),
            )
        case _:
            assert_never(error)


def describe_unread_plan(file: str, reason: str) -> Message:
    """The message for a plan's file that can't be read."""
    return Message(
        happened=f"plan:{file} can't be read",
        found=(reason,),
        do=("Write it: lamina plan APP --json > FILE",),
    )


def describe_no_layers(folder: str) -> Message:
    """The message for a folder that has none of the layers that a plan was to take for restored."""
    return Message(
        happened="There is no layer of lamina/python to plan against",
        found=(folder,),
        means=(
            "A lifecycle restores layers to /layers/lamina_python: folders, each with a NAME.toml beside it. What",
            "`lamina build` keeps as --cache holds them in another form.",
        ),
        do=("Name the folder with those files, or leave --layers out, which plans a first build.",),
    )
