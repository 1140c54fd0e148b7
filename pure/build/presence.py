"""Decides whether an environment is divided over layers, and whether a build needs what lies in them."""

from collections.abc import Mapping
from typing import Final

from pure.layers.division import DIVIDE_VARIABLE
from pure.layers.heavy import Division
from pure.python.requirers import Requirers
from pure.start.django import DjangoDecision
from pure.switches import BadSwitch, switch

# Both are said with a word for false or for true, depending on the tool's mood: set is set.
_NO_ISOLATION: Final = ("PIP_NO_BUILD_ISOLATION", "UV_NO_BUILD_ISOLATION", "UV_NO_BUILD_ISOLATION_PACKAGE")


def decide_division(
    variables: Mapping[str, str], settings: Mapping[str, str], *, django: DjangoDecision, requirers: Requirers
) -> Division | BadSwitch:
    """The decision before anything is installed. ``settings`` are those of the tools (``Facts.settings``)."""
    if variables.get(DIVIDE_VARIABLE, "").strip():
        wanted = switch(variables, DIVIDE_VARIABLE)
        if isinstance(wanted, BadSwitch):
            return wanted
        if not wanted:
            return Division(divide=False, because=f"${DIVIDE_VARIABLE} is {variables[DIVIDE_VARIABLE].strip()}")
    named = next((name for name in _NO_ISOLATION if settings.get(name)), None)
    if named is not None:
        return Division(divide=False, because=f"${named} lets distributions be built with what is installed")
    at_hand = ""
    if requirers.build:
        at_hand = "another buildpack of this build works with what is installed"
    elif django.manage is not None and django.collect:
        at_hand = "collecting static files loads the application"
    return Division(divide=True, because="heavy distributions are moved only when they change", at_hand=at_hand)
