"""Reads ``poetry.lock`` (lock versions 1.1, 2.0 and 2.1)."""

from collections.abc import Mapping

import msgspec

from pure.locks.facts import (
    Fixed,
    LockFacts,
    LockOutcome,
    LockUnreadable,
    artefacts,
    document,
    in_order,
    is_commit,
    origin,
    shaped,
    table,
)
from pure.outcome import Failure, Success

FILE = "poetry.lock"


class _Source(msgspec.Struct, frozen=True, kw_only=True):
    type: str = ""
    url: str = ""
    reference: str = ""
    resolved_reference: str = ""
    subdirectory: str = ""


class _File(msgspec.Struct, frozen=True, kw_only=True):
    hash: str = ""


class _Package(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    source: _Source | None = None
    files: tuple[_File, ...] = ()


class _Metadata(msgspec.Struct, frozen=True, kw_only=True):
    # Lock version 1.1 has the files of all packages here.
    files: Mapping[str, tuple[_File, ...]] = {}


class _Lock(msgspec.Struct, frozen=True, kw_only=True):
    metadata: _Metadata
    package: tuple[_Package, ...] = ()


def read(raw: bytes) -> LockOutcome:
    """The facts in a ``poetry.lock``; any bytes give facts or an error value."""
    loaded = document(raw, FILE)
    if isinstance(loaded, Failure):
        return loaded
    if not isinstance(table(loaded.unwrap().get("metadata")).get("lock-version"), str):
        return Failure(LockUnreadable(file=FILE, because="has no lock-version, so it isn't one of Poetry's"))
    lock = shaped(loaded.unwrap(), _Lock, FILE)
    if isinstance(lock, Failure):
        return lock
    # A git source carries the commit that it was locked at, a URL the hash.
    moving = [
        each.name
        for each in lock.unwrap().package
        if (each.source and each.source.type == "git" and not is_commit(each.source.resolved_reference))
        or not all(file.hash for file in each.files)
    ]
    local = [each.name for each in lock.unwrap().package if each.source and each.source.type in ("directory", "file")]
    names = in_order([each.name for each in lock.unwrap().package])
    files = lock.unwrap().metadata.files
    fixed = (
        Fixed(
            name=each.name,
            hashes=tuple(file.hash for file in (*each.files, *files.get(each.name, ()))),
            origin=_origin(each.source) if each.source else (),
        )
        for each in lock.unwrap().package
    )
    return Success(
        LockFacts(
            names=names,
            local=in_order(local),
            moving=in_order(moving),
            artefacts=artefacts(fixed, but=(*local, *moving)),
        )
    )


def _origin(source: _Source) -> tuple[str, ...]:
    if source.type not in ("git", "url"):
        return ()
    return origin(source.url, source.reference, source.resolved_reference, source.subdirectory)
