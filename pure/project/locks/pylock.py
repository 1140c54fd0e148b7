"""Reads ``pylock.toml`` (PyPA specification "pylock.toml", PEP 751, lock version 1)."""

import re
from collections.abc import Mapping

import msgspec

from pure.outcome import Failure, Success
from pure.project.document import Document, FileUnreadable, toml
from pure.project.locks.facts import Entry, LockOutcome, is_commit, lock_facts, origin, shaped
from pure.project.stated import PythonRange, toml_range

# The specification allows no dot inside the name (regular expression of the specification).
NAME = re.compile(r"pylock(?:\.(?P<name>[^.]+))?\.toml\Z")


class _PylockArtefact(msgspec.Struct, frozen=True, kw_only=True):
    url: str = ""
    path: str = ""
    subdirectory: str = ""
    hashes: Mapping[str, str] = {}


class _PylockVcs(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    url: str = ""
    requested_revision: str = ""
    commit_id: str = ""
    subdirectory: str = ""


class _PylockDirectory(msgspec.Struct, frozen=True, kw_only=True):
    path: str = ""


class _PylockPackage(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    archive: _PylockArtefact | None = None
    sdist: _PylockArtefact | None = None
    wheels: tuple[_PylockArtefact, ...] = ()
    vcs: _PylockVcs | None = None
    directory: _PylockDirectory | None = None
    marker: str = ""

    @property
    def artefacts(self) -> tuple[_PylockArtefact, ...]:
        return tuple(each for each in (self.archive, self.sdist, *self.wheels) if each is not None)

    @property
    def entry(self) -> Entry:
        local = self.directory is not None or any(each.path and not each.url for each in self.artefacts)
        hashed = bool(self.artefacts) and all(each.hashes for each in self.artefacts)
        return Entry(
            name=self.name,
            hashes=tuple(f"{kind}:{value}" for each in self.artefacts for kind, value in each.hashes.items()),
            origin=self._origin,
            local=local,
            moving=not local and not (is_commit(self.vcs.commit_id) if self.vcs else hashed),
            # A marker may leave it out, as those of groups and extras do.
            path=self.directory.path if self.directory and not self.marker else "",
        )

    @property
    def _origin(self) -> tuple[str, ...]:
        if self.vcs:
            return origin(self.vcs.url, self.vcs.requested_revision, self.vcs.commit_id, self.vcs.subdirectory)
        return origin(self.archive.url, self.archive.subdirectory) if self.archive else ()


class _PylockLock(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    packages: tuple[_PylockPackage, ...] = ()
    dependency_groups: tuple[str, ...] = ()
    default_groups: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()


def read(lock: Document, file: str) -> LockOutcome:
    """The facts in a standard lock file; any bytes give facts or an error value."""
    loaded = toml(lock, file)
    if isinstance(loaded, Failure):
        return loaded
    version = loaded.unwrap().get("lock-version")
    if not isinstance(version, str):
        return Failure(FileUnreadable(file=file, because="has no lock-version, so it isn't a standard lock file"))
    if version.partition(".")[0] != "1":
        shown = version[:20] if version.isprintable() else ascii(version[:20])
        return Failure(FileUnreadable(file=file, because=f"has lock-version {shown}, and 1.x is understood"))
    shape = shaped(loaded.unwrap(), _PylockLock, file)
    if isinstance(shape, Failure):
        return shape
    found = shape.unwrap()
    return Success(
        lock_facts(
            (each.entry for each in found.packages),
            groups=found.dependency_groups,
            extras=found.extras,
            default_groups=found.default_groups,
        )
    )


def pythons(document: object, text: str) -> tuple[PythonRange, ...]:
    """The Pythons that it is made for."""
    return toml_range(document, text, ("requires-python",), "specifier")
