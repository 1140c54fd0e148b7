"""States which groups and extras the user asks for."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from pure.names import normalise_name
from pure.outcome import Failure, Outcome, Success

GROUPS_VARIABLE: Final = "BP_PYTHON_GROUPS"
EXTRAS_VARIABLE: Final = "BP_PYTHON_EXTRAS"
PEER_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "poetry": ("BP_POETRY_INSTALL_ONLY", "BP_POETRY_INSTALL_WITH"),
    "uv": ("BP_UV_INSTALL_GROUPS",),
}
"""Those of Paketo, by the package manager that they are for."""

_MAIN: Final = "main"

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
    # The variable that names the groups.
    groups_by: str = GROUPS_VARIABLE

    def groups_beside(self, own: Iterable[str]) -> tuple[str, ...]:
        """The groups with those that are a lock's ``own``; one in both is written as the lock writes it."""
        known = {normalise_name(group): group for group in own}
        asked = (known.get(normalise_name(group), group) for group in self.groups)
        return tuple(sorted({*known.values(), *asked}))

    def __str__(self) -> str:
        words = []
        if self.groups:
            words.append(f"${self.groups_by} adds {', '.join(self.groups)}")
        if self.extras:
            words.append(f"${EXTRAS_VARIABLE} adds {', '.join(self.extras)}")
        return "; ".join(words)


def selection(variables: Mapping[str, str], manager: str = "") -> Outcome[Selection, BadSelection]:
    """The groups and extras that the user's variables ask for, separated by spaces or commas.

    Paketo's variables for the manager that installs name groups, too, if ours doesn't.
    """
    peers = PEER_GROUPS.get(manager, ())
    asked = next((name for name in peers if variables.get(name, "").strip()), "")
    groups_by = asked if asked and not variables.get(GROUPS_VARIABLE, "").strip() else GROUPS_VARIABLE
    found: dict[str, tuple[str, ...]] = {}
    for variable in (groups_by, EXTRAS_VARIABLE):
        words = variables.get(variable, "").replace(",", " ").split()
        # The main dependencies are installed anyway.
        words = [word for word in words if word != _MAIN] if variable in peers else words
        wrong = next((word for word in words if not _NAME.match(word)), None)
        if wrong is not None:
            return Failure(BadSelection(variable=variable, value=wrong[:60]))
        found[variable] = tuple(sorted(set(words)))
    return Success(Selection(groups=found[groups_by], extras=found[EXTRAS_VARIABLE], groups_by=groups_by))
