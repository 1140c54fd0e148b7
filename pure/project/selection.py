"""States which groups and extras the user asks for."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from pure.outcome import Failure, Outcome, Success

GROUPS_VARIABLE: Final = "BP_PYTHON_GROUPS"
EXTRAS_VARIABLE: Final = "BP_PYTHON_EXTRAS"

# PEP 685 and PEP 735 normalise them like names of distributions; Pipenv's categories are freer, but start alike.
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?\Z")


class BadSelection(msgspec.Struct, frozen=True, kw_only=True):
    """``variable`` should list groups or extras, and ``value`` among them can't be the name of one."""

    variable: str
    value: str


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """The groups and extras that are installed beside the main dependencies, sorted."""

    groups: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()

    def __str__(self) -> str:
        words = []
        if self.groups:
            words.append(f"${GROUPS_VARIABLE} adds {', '.join(self.groups)}")
        if self.extras:
            words.append(f"${EXTRAS_VARIABLE} adds {', '.join(self.extras)}")
        return "; ".join(words)


def selection(variables: Mapping[str, str]) -> Outcome[Selection, BadSelection]:
    """The groups and extras that the user's variables ask for, separated by spaces or commas."""
    found: dict[str, tuple[str, ...]] = {}
    for variable in (GROUPS_VARIABLE, EXTRAS_VARIABLE):
        words = variables.get(variable, "").replace(",", " ").split()
        wrong = next((word for word in words if not _NAME.match(word)), None)
        if wrong is not None:
            return Failure(BadSelection(variable=variable, value=wrong[:60]))
        found[variable] = tuple(sorted(set(words)))
    return Success(Selection(groups=found[GROUPS_VARIABLE], extras=found[EXTRAS_VARIABLE]))
