"""Reads an application's files: lists and reads what the core asks for, until that is enough."""

import os
from collections.abc import Mapping
from pathlib import Path

from pure.build import reading
from pure.build.errors import NotReadable
from pure.build.reading import Application
from pure.project.document import Document
from pure.project.requirements.collection import Pending, Requirements, advance
from pure.project.seen import Listing, Look, NotListed, Seen

from shell.files import ReadError, optional
from shell.sources import known


def read_application(app: Path, environ: Mapping[str, str]) -> Application:
    """What a plan has to know of an application's files, apart from its code and its requirements."""
    seen = Seen()
    while isinstance(found := reading.application(seen, environ), Look):
        seen = seen.with_more(
            folders={path: _listing(app, app / path) for path in found.folders},
            files={path: _document(app, path) for path in found.files},
        )
    if isinstance(found, NotListed):
        raise ReadError(NotReadable(path=str(app / found.folder), detail=found.detail))
    return found


def read_requirements(app: Path, home: Path, collection: Pending) -> Requirements:
    """The requirements of the project in ``home``, a folder of the application."""
    found: Pending | Requirements = collection
    while isinstance(found, Pending):
        found = advance(found, {path: _requirements_file(app, home, path, collection) for path in found.paths})
    return found


def _requirements_file(app: Path, home: Path, path: str, collection: Pending) -> bytes | None:
    elsewhere = collection.by_setting(path) and not Path(os.path.normpath(home / path)).is_relative_to(app)
    return optional(home / path, within=None if elsewhere else app)


def _document(app: Path, path: str) -> Document | None:
    raw = optional(app / path, within=app)
    return None if raw is None else Document(raw=raw)


def _listing(app: Path, folder: Path) -> Listing | None:
    """What lies in a folder; ``None`` where there is none, or nobody may look."""
    if not known(folder.is_dir):
        return None
    try:
        with os.scandir(folder) as scanned:
            entries = sorted(scanned, key=lambda entry: entry.name)
    except OSError as error:
        return Listing(unlisted=error.strerror or str(error))
    return Listing(
        names=tuple(entry.name for entry in entries),
        folders=frozenset(entry.name for entry in entries if known(entry.is_dir)),
        files=frozenset(entry.name for entry in entries if known(entry.is_file)),
        outside=not folder.resolve().is_relative_to(app.resolve()),
    )
