"""Decides whether an environment is divided over layers, and whether a build needs what lies in them."""

from collections.abc import Mapping

from pure.layers.division import DIVIDE_VARIABLE
from pure.layers.heavy import Division
from pure.python.requirers import Requirers
from pure.start.django import DjangoDecision
from pure.switches import BadSwitch, switch


def decide_division(
    variables: Mapping[str, str], *, isolation: str, django: DjangoDecision, requirers: Requirers
) -> Division | BadSwitch:
    """The decision before anything is installed.

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
    at_hand = ""
    if requirers.build:
        at_hand = "another buildpack of this build works with what is installed"
    elif django.manage is not None and django.collect:
        at_hand = "collecting static files loads the application"
    return Division(divide=True, because="heavy distributions are moved only when they change", at_hand=at_hand)
