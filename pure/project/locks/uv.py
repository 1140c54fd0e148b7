"""Reads ``uv.lock`` (uv's documentation, "Locking and syncing"; the format's ``version`` is 1)."""

import msgspec

from pure.outcome import Failure, Success
from pure.project.document import Document, FileUnreadable, toml
from pure.project.locks.facts import Entry, LockOutcome, is_commit, lock_facts, origin, shaped
from pure.project.stated import PythonRange, toml_range

FILE = "uv.lock"


class _UvSource(msgspec.Struct, frozen=True, kw_only=True):
    editable: str | None = None
    directory: str | None = None
    path: str | None = None
    git: str | None = None
    virtual: str | None = None
    url: str | None = None
    subdirectory: str | None = None
    registry: str | None = None


class _UvArtefact(msgspec.Struct, frozen=True, kw_only=True):
    hash: str = ""


class _UvPackage(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    source: _UvSource | None = None
    sdist: _UvArtefact | None = None
    wheels: tuple[_UvArtefact, ...] = ()

    @property
    def hashes(self) -> tuple[str, ...]:
        return tuple(each.hash for each in (self.sdist, *self.wheels) if each is not None)


class _UvLock(msgspec.Struct, frozen=True, kw_only=True):
    package: tuple[_UvPackage, ...] = ()


def read(lock: Document, file: str = FILE) -> LockOutcome:
    """The facts in an ``uv.lock``; any bytes give facts or an error value."""
    loaded = toml(lock, file)
    if isinstance(loaded, Failure):
        return loaded
    if not isinstance(loaded.unwrap().get("version"), int):
        return Failure(FileUnreadable(file=file, because="has no version, so it isn't one of uv's"))
    found = shaped(loaded.unwrap(), _UvLock, file)
    if isinstance(found, Failure):
        return found
    # What isn't packaged isn't installed, but is locked with what it needs.
    packages = (each for each in found.unwrap().package if each.source is None or each.source.virtual is None)
    return Success(lock_facts(map(_entry, packages)))


def _entry(package: _UvPackage) -> Entry:
    source = package.source or _UvSource()
    url = source.git or source.url
    # A registry that is no URL is a folder of wheels, which uv names without their hashes.
    vendored = source.registry is not None and "://" not in source.registry
    local = vendored or any(each is not None for each in (source.editable, source.directory, source.path))
    fixed = all(package.hashes) if source.git is None else is_commit(source.git.rpartition("#")[2])
    return Entry(
        name=package.name,
        hashes=package.hashes,
        origin=origin(url, source.subdirectory or "") if url else (),
        local=local,
        moving=not local and not fixed,
        # uv compares all of a lock with what it was made from, whatever is asked for.
        path=source.editable or source.directory or source.path or "",
    )


def pythons(document: object, text: str) -> tuple[PythonRange, ...]:
    """The Pythons that it is made for."""
    return toml_range(document, text, ("requires-python",), "specifier")
