"""Decides whether an environment is divided over layers and packed, and whether a build needs what lies in them."""

from collections.abc import Mapping
from typing import Final

from pure.layers.division import DIVIDE_VARIABLE
from pure.layers.heavy import Division
from pure.layers.packing import Packing
from pure.project.build_commands import BuildCommands
from pure.python.requirers import Requirers
from pure.start.django import DjangoDecision
from pure.switches import BadSwitch, switch

_OTHERS: Final = "another buildpack of this build works with what is installed"


def contents_needed(django: DjangoDecision, requirers: Requirers, commands: BuildCommands | None = None) -> str:
    """Why all that is installed has to be there in every build; empty if it need not."""
    if requirers.build:
        return _OTHERS
    if commands is not None:
        return "build commands run with all that is installed"
    if django.manage is not None and django.collect:
        return "collecting static files loads the application"
    return ""


def decide_packing(requirers: Requirers) -> Packing:
    """Whether Python and the environment are packed between builds: no other buildpack can unpack them."""
    return Packing(pack=not requirers.build, because=_OTHERS if requirers.build else "")


def decide_division(
    variables: Mapping[str, str], *, isolation: str, needed: str, packing: Packing
) -> Division | BadSwitch:
    """Whether the environment is divided; ``needed`` is why its contents are.

    ``isolation`` is the setting that says whether distributions are built apart from what is installed, if there is
    one: each tool has its own words for yes and no, so that it is set at all is what counts.
    """
    if variables.get(DIVIDE_VARIABLE, "").strip():
        wanted = switch(variables, DIVIDE_VARIABLE)
        if isinstance(wanted, BadSwitch):
            return wanted
        if not wanted:
            return Division(divide=False, because=f"${DIVIDE_VARIABLE} is {variables[DIVIDE_VARIABLE].strip()}")
    if isolation:
        return Division(divide=False, because=f"{isolation} may have distributions built with what is installed")
    because = "heavy distributions get layers of their own, moved only when they change"
    return Division(divide=True, because=because, at_hand=needed, trees=bool(needed) and not packing.pack)
