"""Reads ``uv.lock`` (uv's documentation, "Locking and syncing"; the format's ``version`` is 1)."""

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
)
from pure.outcome import Failure, Success

FILE = "uv.lock"


class _Source(msgspec.Struct, frozen=True, kw_only=True):
    editable: str | None = None
    directory: str | None = None
    path: str | None = None
    git: str | None = None
    virtual: str | None = None
    url: str | None = None
    subdirectory: str | None = None
    registry: str | None = None


class _Artefact(msgspec.Struct, frozen=True, kw_only=True):
    hash: str = ""


class _Package(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    source: _Source | None = None
    sdist: _Artefact | None = None
    wheels: tuple[_Artefact, ...] = ()

    @property
    def hashes(self) -> tuple[str, ...]:
        return tuple(each.hash for each in (self.sdist, *self.wheels) if each is not None)


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
        # A registry that is no URL is a folder of wheels, which uv names without their hashes.
        vendored = source.registry is not None and "://" not in source.registry
        if vendored or any(each is not None for each in (source.editable, source.directory, source.path)):
            local.append(package.name)
        elif source.git is not None:
            if not is_commit(source.git.rpartition("#")[2]):
                moving.append(package.name)
        elif not all(package.hashes):
            moving.append(package.name)
    # What isn't packaged isn't installed, but is locked with what it needs.
    installed = [each for each in lock.unwrap().package if each.source is None or each.source.virtual is None]
    return Success(
        LockFacts(
            names=in_order([package.name for package in installed]),
            local=in_order(local),
            moving=in_order(moving),
            artefacts=artefacts(map(_fixed, installed), but=(*local, *moving)),
        )
    )


def _fixed(package: _Package) -> Fixed:
    source = package.source or _Source()
    url = source.git or source.url
    return Fixed(
        name=package.name,
        hashes=package.hashes,
        origin=origin(url, source.subdirectory or "") if url else (),
    )
