"""Measures, within bounds, the folders among an application's files that no image needs."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pure.project.baggage import ENVIRONMENT_MARKS, Baggage, kind_of

from shell.sources import known

# Enough to say that it is a lot; what is measured in each build must not take long.
_MOST_ENTRIES: Final = 2_000
_MOST_FOLDERS: Final = 100


def find_baggage(app: Path, home: Path) -> tuple[Baggage, ...]:
    """Such folders in the application's root and in the project's, or in a folder of these."""
    found = {each.path: each for folder in dict.fromkeys((app, home)) for each in _baggage(app, folder, deeper=True)}
    return tuple(found.values())


def _baggage(app: Path, folder: Path, *, deeper: bool) -> Iterator[Baggage]:
    try:
        with os.scandir(folder) as scanned:
            entries = itertools.islice(scanned, _MOST_ENTRIES)
            children = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return
    for name in children[:_MOST_FOLDERS]:
        path = folder / name
        kind = kind_of(name, marked=any(known((path / mark).is_file) for mark in ENVIRONMENT_MARKS))
        if kind is not None and name.isprintable():
            size, more = _measured(path)
            yield Baggage(path=path.relative_to(app).as_posix(), kind=kind, size=size, more=more)
        elif kind is None and deeper:
            yield from _baggage(app, path, deeper=False)


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
