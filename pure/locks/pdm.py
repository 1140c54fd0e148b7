"""Reads ``pdm.lock`` (lock versions 4.x)."""

import msgspec

from pure.locks.facts import LockFacts, LockOutcome, LockUnreadable, document, in_order, shaped, table
from pure.outcome import Failure, Success

FILE = "pdm.lock"


class _Metadata(msgspec.Struct, frozen=True, kw_only=True):
    groups: tuple[str, ...] = ()


class _Package(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    path: str | None = None
    git: str | None = None
    revision: str | None = None


class _Lock(msgspec.Struct, frozen=True, kw_only=True):
    metadata: _Metadata
    package: tuple[_Package, ...] = ()


def read(raw: bytes) -> LockOutcome:
    """The facts in a ``pdm.lock``; any bytes give facts or an error value."""
    loaded = document(raw, FILE)
    if isinstance(loaded, Failure):
        return loaded
    if not isinstance(table(loaded.unwrap().get("metadata")).get("lock_version"), str):
        return Failure(LockUnreadable(file=FILE, because="has no lock_version, so it isn't one of PDM's"))
    lock = shaped(loaded.unwrap(), _Lock, FILE)
    if isinstance(lock, Failure):
        return lock
    packages = lock.unwrap().package
    local = [each.name for each in packages if each.path is not None]
    moving = [each.name for each in packages if each.path is None and each.git is not None and each.revision is None]
    # PDM writes groups and extras into one list.
    groups = lock.unwrap().metadata.groups or None
    names = in_order([each.name for each in packages])
    return Success(LockFacts(names=names, local=in_order(local), moving=in_order(moving), groups=groups, extras=groups))
