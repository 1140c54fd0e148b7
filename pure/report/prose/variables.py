"""Says in words which variables of a build's environment are wrong."""

from typing import assert_never

from pure.build.errors import (
    MissingVariable,
)
from pure.manager.environment import BreakingVariables
from pure.message import Message
from pure.switches import BadSwitch


def describe_variables(error: BreakingVariables | BadSwitch | MissingVariable) -> Message:
    """The message for what the environment of the build sets, or doesn't."""
    match error:
        case BreakingVariables(found=found):
            names = ", ".join(each.name for each in found)
            several = len(found) > 1
            return Message(
                happened="Variables are set that would break this build"
                if several
                else f"{names} is set and would break this build",
                found=tuple(f"{each.name}: {each.effect}" for each in found),
                means=(
                    "Lamina installs the dependencies into a virtual environment in a layer of its own.",
                    "These settings change what ends up there."
                    if several
                    else "This setting changes what ends up there.",
                ),
                do=(
                    f"Remove {'them' if several else 'it'} from the build's environment: your build command's --env,",
                    "project.toml, the builder's build-config, an earlier buildpack, or pip's configuration file.",
                ),
            )
        case BadSwitch(variable=variable, value=value):
            return Message(
                happened=f"${variable} is neither true nor false",
                found=(f"{variable}={value[:60]}",),
                do=(f"Write {variable}=true or {variable}=false.",),
            )
        case MissingVariable(name=name):
            return Message(
                happened=f"The platform didn't set ${name}",
                means=("A Cloud Native Buildpacks lifecycle sets it for every buildpack of API 0.8 and newer.",),
                do=("Run this buildpack by a lifecycle (pack, kpack, Tekton), or locally by `lamina build`.",),
            )
        case _:
            assert_never(error)
