"""Reads ``pdm.lock`` (lock versions 4.x)."""

import hashlib
import json

import msgspec

from pure.outcome import Failure, Success
from pure.project.document import Document, FileUnreadable, at, table, toml
from pure.project.line_numbers import toml_line
from pure.project.locks.facts import Entry, LockOutcome, is_commit, lock_facts, origin, shaped
from pure.project.stated import PythonRange, Stated, toml_range

FILE = "pdm.lock"
_FORGOTTEN = ("1", "2", "3")


class _PdmMetadata(msgspec.Struct, frozen=True, kw_only=True):
    groups: tuple[str, ...] = ()


class _PdmFile(msgspec.Struct, frozen=True, kw_only=True):
    hash: str = ""


class _PdmPackage(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    path: str | None = None
    git: str | None = None
    url: str | None = None
    ref: str | None = None
    revision: str | None = None
    subdirectory: str | None = None
    groups: tuple[str, ...] = ()
    files: tuple[_PdmFile, ...] = ()

    @property
    def entry(self) -> Entry:
        url, parts = self.git or self.url, (self.ref, self.revision, self.subdirectory)
        fixed = all(each.hash for each in self.files) if self.git is None else is_commit(self.revision)
        return Entry(
            name=self.name,
            hashes=tuple(each.hash for each in self.files),
            origin=origin(url, *(part or "" for part in parts)) if url else (),
            local=self.path is not None,
            moving=self.path is None and not fixed,
            anywhere=not (self.path or url or any(each.hash for each in self.files)),
            path=self.path or "" if "default" in self.groups else "",
        )


class _PdmLock(msgspec.Struct, frozen=True, kw_only=True):
    metadata: _PdmMetadata
    package: tuple[_PdmPackage, ...] = ()


def read(lock: Document, file: str = FILE) -> LockOutcome:
    """The facts in a ``pdm.lock``; any bytes give facts or an error value."""
    loaded = toml(lock, file)
    if isinstance(loaded, Failure):
        return loaded
    version = table(loaded.unwrap().get("metadata")).get("lock_version")
    if not isinstance(version, str):
        return Failure(FileUnreadable(file=file, because="has no lock_version, so it isn't one of PDM's"))
    if version.partition(".")[0] in _FORGOTTEN:
        return Failure(FileUnreadable(file=file, because="is of PDM 1, whose locks PDM 2 doesn't read"))
    found = shaped(loaded.unwrap(), _PdmLock, file)
    if isinstance(found, Failure):
        return found
    # PDM writes groups and extras into one list.
    groups = found.unwrap().metadata.groups or None
    return Success(lock_facts((each.entry for each in found.unwrap().package), groups=groups, extras=groups))


def pythons(document: object, text: str) -> tuple[PythonRange, ...]:
    """The Pythons that it is made for: stated in older locks for the whole, in newer ones for each target."""
    whole = toml_range(document, text, ("metadata", "requires_python"), "specifier")
    targets = at(document, ("metadata", "targets"))
    if whole or not isinstance(targets, list) or not targets:
        return whole
    return (PythonRange(grammar="specifier", any_of=tuple(_target(each, text) for each in targets)),)


def _target(target: object, text: str) -> Stated:
    value = at(target, ("requires_python",))
    shown = value if isinstance(value, str) else ""
    line = toml_line(text, ("metadata", "targets", "requires_python"), shown)
    return Stated(key="requires_python", value=value, line=line)


def made_from(lock: Document | None, pyproject: Document | None) -> bool:
    """Whether the digest in a lock is that of this project, as PDM took it until its overrides became resolutions.

    To a later release, every lock of an earlier one is out of date.
    """
    if lock is None or pyproject is None:
        return False
    locked, loaded = lock.toml, pyproject.toml
    if isinstance(locked, Failure) or isinstance(loaded, Failure):
        return False
    project, pdm = table(loaded.unwrap().get("project")), table(table(loaded.unwrap().get("tool")).get("pdm"))
    content = {
        "sources": pdm.get("source", []),
        "dependencies": project.get("dependencies", []),
        "dev-dependencies": pdm.get("dev-dependencies", {}),
        "optional-dependencies": project.get("optional-dependencies", {}),
        "requires-python": project.get("requires-python", ""),
        "overrides": table(pdm.get("resolution")).get("overrides", {}),
    }
    try:
        text = json.dumps(content, sort_keys=True)
    except (TypeError, ValueError, RecursionError):
        return False
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return table(locked.unwrap().get("metadata")).get("content_hash") == f"sha256:{digest}"
