"""Finds the variables in a requirements file: those that pip replaces, and what only looks like one."""

import re
from typing import Final

_REPLACED: Final = re.compile(r"\$\{([A-Z0-9_]+)\}")
# In braces, of other letters; or without braces, as a user or a password of its own.
_LEFT: Final = re.compile(
    r"\$\{(?P<braces>[A-Za-z_][A-Za-z0-9_]{0,99})\}|(?<=[/:])\$(?P<bare>[A-Za-z_][A-Za-z0-9_]{0,99})(?=[:@])"
)


def replaced(text: str) -> tuple[str, ...]:
    """The names of ``${NAME}``, which pip takes from the environment."""
    return tuple(dict.fromkeys(_REPLACED.findall(text)))


def left(text: str) -> tuple[str, ...]:
    """What of an address was meant to be replaced, and stays: ``${name}``, and ``$NAME`` for a user or a password."""
    if "://" not in text:
        return ()
    found = (match[0] for match in _LEFT.finditer(text) if not _REPLACED.fullmatch(match[0]))
    return tuple(dict.fromkeys(found))
