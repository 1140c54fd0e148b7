"""Says in words what is wrong with what other buildpacks require."""

from typing import assert_never

from pure.message import Message
from pure.python.choice import ContradictingRequirers
from pure.python.requirers import BadRequirement, BadVersion, RequirersError, UnreadablePlan
from pure.report.prose.request import describe_request


def describe_requirers(error: RequirersError | ContradictingRequirers) -> Message:
    """The message for an entry of the buildpack plan."""
    match error:
        case UnreadablePlan(because=because):
            return Message(
                happened=f"The buildpack plan {because}",
                means=("The platform writes it; $CNB_BP_PLAN_PATH names it.",),
                do=("Report this to the maintainers of your platform.",),
            )
        case BadRequirement(entry=entry, name=name, key=key, value=value, expected=expected):
            return Message(
                happened=f"Another buildpack requires {name} with an unusable {key}",
                found=(f"{key} = {value}  (entry {entry} of the buildpack plan)",),
                means=(f"{key} should be {expected}.",),
                do=(f"Report this to the maintainers of the buildpack that requires {name}.",),
            )
        case BadVersion(entry=entry, name=name, error=inner):
            message = describe_request(inner)
            return Message(
                happened=f"Another buildpack requires {name} in a version that isn't one (entry {entry} of the plan)",
                found=message.found,
                means=message.means,
                do=(f"Report this to the maintainers of the buildpack that requires {name}.",),
            )
        case ContradictingRequirers(first=first, first_source=one, second=second, second_source=two):
            return Message(
                happened="Two requests for a Python version contradict each other",
                found=(f"{first}: {one}", f"{second}: {two}"),
                means=("No version of Python satisfies every request.",),
                do=("Change one of them so that a version satisfies all.",),
            )
        case _:
            assert_never(error)
