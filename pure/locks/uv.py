"""Reads ``uv.lock`` (uv's documentation, "Locking and syncing"; the format's ``version`` is 1)."""

import msgspec

from pure.locks.facts import LockFacts, LockOutcome, LockUnreadable, document, in_order, shaped
from pure.outcome import Failure, Success

FILE = "uv.lock"


class _Source(msgspec.Struct, frozen=True, kw_only=True):
    editable: str | None = None
    directory: str | None = None
    path: str | None = None
    git: str | None = None


class _Package(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    source: _Source | None = None


class _Lock(msgspec.Struct, frozen=True, kw_only=True):
    package: tuple[_Package, ...] = ()


def read(raw: bytes) -> LockOutcome:
    """The facts in an ``uv.lock``; any bytes give facts or an error value."""
    loaded = document(raw, FILE)
    if isinstance(loaded, Failure):
        return loaded
    if not isinstance(loaded.unwrap().get("version"), int):
        return Failure(LockUnreadable(file=FILE, because="has no version, so it isn't one of uv's"))
    lock = shaped(loaded.unwrap(), _Lock, FILE)
    if isinstance(lock, Failure):
        return lock
    local, moving = [], []
    for package in lock.unwrap().package:
        source = package.source or _Source()
        if any(each is not None for each in (source.editable, source.directory, source.path)):
            local.append(package.name)
        elif source.git is not None and "#" not in source.git:
            moving.append(package.name)
    names = in_order([package.name for package in lock.unwrap().package])
    return Success(LockFacts(names=names, local=in_order(local), moving=in_order(moving)))
