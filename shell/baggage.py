"""Measures, within bounds, the folders among an application's files that no image needs."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pure.project.baggage import ENVIRONMENT_MARKS, Baggage, kind_of

from shell.sources import known

# Enough to say that it is a lot; what is measured in each build must not take long.
_MOST_ENTRIES: Final = 2_000


def find_baggage(app: Path, home: Path) -> tuple[Baggage, ...]:
    """Such folders directly in the application's root, or in the project's."""
    return tuple(found for folder in dict.fromkeys((app, home)) for found in _baggage(app, folder))


def _baggage(app: Path, folder: Path) -> Iterator[Baggage]:
    try:
        with os.scandir(folder) as scanned:
            children = sorted(entry.name for entry in scanned if entry.is_dir(follow_symlinks=False))
    except OSError:
        return
    for name in children:
        path = folder / name
        kind = kind_of(name, marked=any(known((path / mark).is_file) for mark in ENVIRONMENT_MARKS))
        if kind is not None and name.isprintable():
            size, more = _measured(path)
            yield Baggage(path=path.relative_to(app).as_posix(), kind=kind, size=size, more=more)


def _measured(root: Path) -> tuple[int, bool]:
    together = counted = 0
    pending = [root]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    counted += 1
                    if counted > _MOST_ENTRIES:
                        return together, True
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(Path(entry.path))
                    elif entry.is_file(follow_symlinks=False):
                        together += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return together, False
