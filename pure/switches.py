"""Reads variables that switch something on or off.

Named tuples, as in ``pure.project.detection``: each ``bin/detect`` imports this.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

TRUE_WORDS: Final = frozenset({"true", "1", "yes", "on"})
FALSE_WORDS: Final = frozenset({"", "false", "0", "no", "off"})


class BadSwitch(NamedTuple):
    """A variable that switches something on or off holds neither word."""

    variable: str
    value: str


def switch(variables: Mapping[str, str], name: str) -> bool | BadSwitch:
    """Whether a boolean variable is on; unset and empty mean off."""
    word = variables.get(name, "").strip().lower()
    if word in TRUE_WORDS:
        return True
    return False if word in FALSE_WORDS else BadSwitch(variable=name, value=variables[name])
