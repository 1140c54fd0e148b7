"""Reads an application's Python files as text, within bounds: nothing of them is imported or run."""

import itertools
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from pure.build.leftovers import may_be_left
from pure.start.django import meant
from pure.start.source_files import IGNORED_FOLDERS, MANAGE, SourceFile, Sources, is_manage
from pure.wording import count, size

from shell.files import ReadError, regular

# Far more than where an application is started from, far less than what would keep a build waiting.
MOST_FILES: Final = 600
MOST_BYTES: Final = 512_000
MOST_BYTES_TOGETHER: Final = 12_000_000
DEEPEST: Final = 5

# Nothing is built in these.
_LARGE: Final = frozenset({".git", "node_modules"})


def read_sources(app: Path) -> Sources:
    """The Python files of an application, those near its root first; what the bounds leave out is said."""
    files: list[SourceFile] = []
    left_out: list[str] = []
    together = 0
    found = list(_python_files(app))
    for path in found[:MOST_FILES]:
        name = path.relative_to(app).as_posix()
        try:
            length = path.stat().st_size
            if length > MOST_BYTES:
                left_out.append(f"{name} was skipped: it has {size(length)}")
                continue
            if together + length > MOST_BYTES_TOGETHER:
                left_out.append(f"{name} and later files were skipped: they are more than {size(MOST_BYTES_TOGETHER)}")
                break
            together += length
            files.append(SourceFile(path=name, raw=regular(path, within=app)))
        except OSError as error:
            left_out.append(f"{name} was skipped: {error.strerror or error}")
        except ReadError:
            left_out.append(f"{name} was skipped: it is a link that leaves the application")
    if len(found) > MOST_FILES:
        left_out.append(f"of {count(len(found), 'Python file')}, the {MOST_FILES} nearest to the root were read")
    return Sources(
        files=tuple(sorted(files, key=lambda file: file.path)),
        left_out=tuple(left_out),
        own_minor=f"{sys.version_info.major}.{sys.version_info.minor}",
    )


def find_manage(app: Path) -> tuple[str, ...]:
    """The paths of Django's ``manage.py``, up to two folders below the root, that may be meant."""
    return meant(
        path.relative_to(app).as_posix() for folder in _folders(app, 2) if _is_manage(app, path := folder / MANAGE)
    )


def build_folders(app: Path) -> frozenset[str]:
    """The folders that tools make when they install, and all in them; folders end in ``/``."""
    found: set[str] = set()
    for folder, folders, files in os.walk(app):
        place = Path(folder).relative_to(app)
        if any(map(may_be_left, place.parts)):
            found.add(f"{place.as_posix()}/")
            found |= {(place / name).as_posix() for name in files}
        folders[:] = [
            name for name in folders if name not in _LARGE and not known(Path(folder, name, "pyvenv.cfg").exists)
        ]
    return frozenset(found)


def known(ask: Callable[[], bool]) -> bool:
    """What a path says when it is asked ``is_file`` and the like; no, where nobody may look.

    A folder without permission to enter it may be anybody's: a database's, another user's. It isn't the application's
    code, and no reason to end a build.
    """
    try:
        return ask()
    except OSError:
        return False


def _is_manage(app: Path, path: Path) -> bool:
    try:
        # Like any other file, a large one isn't read.
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            return False
        return is_manage(SourceFile(path=path.relative_to(app).as_posix(), raw=regular(path, within=app)))
    except (OSError, ReadError):
        return False


def _python_files(app: Path) -> Iterator[Path]:
    for folder in _folders(app, DEEPEST):
        for entry in _listed(folder):
            if not entry.name.endswith(".py") or not known(entry.is_file):
                continue
            # A link to a file of the application is read at its own place, where its imports work.
            path = folder / entry.name
            if not (entry.is_symlink() and _is_inside(path, app)):
                yield path


def _folders(app: Path, deepest: int) -> Iterator[Path]:
    """The application's folder and those below that may hold its code, level by level, each level by name."""
    level = [app]
    for _ in range(deepest + 1):
        yield from level
        level = [
            folder / entry.name
            for folder in level
            for entry in _listed(folder)
            if entry.name not in IGNORED_FOLDERS
            and not entry.name.startswith(".")
            and known(partial(entry.is_dir, follow_symlinks=False))
            and not known((folder / entry.name / "pyvenv.cfg").exists)
        ]


def _listed(folder: Path) -> list[os.DirEntry[str]]:
    """What lies in a folder, by name. What each is has been listed with it: a folder of data costs no look at each."""
    try:
        with os.scandir(folder) as found:
            return sorted((entry for entry in found if _is_text(entry.name)), key=lambda entry: entry.name)
    except OSError:
        # What can't be listed can't be imported either.
        return []


def _is_text(name: str) -> bool:
    """Whether a name is text that a log can show; a module's name always is."""
    return name.isprintable()


def _is_inside(path: Path, app: Path) -> bool:
    try:
        return path.resolve().is_relative_to(app.resolve())
    except (OSError, RuntimeError):
        return False


def all_files(root: Path) -> tuple[str, ...]:
    """Every file and link below an environment's root, relative to it; links to folders are not followed."""
    found: list[str] = []
    for folder, folders, files in os.walk(root):
        relative = os.path.relpath(folder, root)
        prefix = "" if relative == "." else f"{relative}/"
        found += (f"{prefix}{name}" for name in files)
        found += (f"{prefix}{name}" for name in folders if Path(folder, name).is_symlink())
    return tuple(sorted(found))


def names_in(folder: Path) -> tuple[str, ...]:
    """The names that lie directly in a folder, sorted; none where there is no such folder."""
    try:
        return tuple(sorted(os.listdir(folder)))  # noqa: PTH208
    except OSError:
        return ()


def python_names(app: Path) -> tuple[str, ...]:
    """The paths of an application's Python files, those near its root first, without reading them."""
    return tuple(path.relative_to(app).as_posix() for path in itertools.islice(_python_files(app), MOST_FILES))
