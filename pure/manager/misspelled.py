"""Finds names that were probably meant to be a lock's, or that of requirements."""

import re
from collections.abc import Iterable
from typing import Final

from pure.manager.table import CHOSEN_BY_LOCK, PIP
from pure.project.detection import misspelled_requirements
from pure.project.locks.pylock import NAME as PYLOCK_NAME

_LOCKS: Final = {each.lock.lower(): each.lock for each in CHOSEN_BY_LOCK if each is not PIP}
_NAMED_PYLOCK: Final = re.compile(r"pylock[ ._-]++(?P<name>.+)\.toml", re.IGNORECASE)


def misspelled_locks(names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Names that resemble a lock's that isn't there, each with that lock's."""
    from difflib import get_close_matches

    present = frozenset(names)
    found = []
    for name in sorted(present):
        if name in _LOCKS.values() or PYLOCK_NAME.match(name):
            continue
        named = _NAMED_PYLOCK.fullmatch(name)
        near = get_close_matches(name.lower().removesuffix(".txt"), _LOCKS, n=1, cutoff=0.85)
        if named:
            # The name may not have a dot (specification "pylock.toml", File Name).
            right = f"pylock.{re.sub(r'[^A-Za-z0-9_-]+', '-', named['name']).strip('-')}.toml"
        elif near:
            right = _LOCKS[near[0]]
        else:
            continue
        if right not in present:
            found.append((name, right))
    return tuple(found)


def misspelled(files: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """All such names with the right ones."""
    present = tuple(files)
    requirements = [(name, PIP.lock) for name in misspelled_requirements(present)]
    return (*requirements, *misspelled_locks(present))
