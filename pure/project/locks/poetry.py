"""Reads ``poetry.lock`` (lock versions 1.1, 2.0 and 2.1)."""

from collections.abc import Mapping

import msgspec

from pure.outcome import Failure, Success
from pure.project.document import Document, FileUnreadable, table, toml
from pure.project.locks.facts import Entry, LockOutcome, is_commit, lock_facts, origin, shaped
from pure.project.stated import PythonRange, toml_range

FILE = "poetry.lock"


class _PoetrySource(msgspec.Struct, frozen=True, kw_only=True):
    type: str = ""
    url: str = ""
    reference: str = ""
    resolved_reference: str = ""
    subdirectory: str = ""


class _PoetryFile(msgspec.Struct, frozen=True, kw_only=True):
    hash: str = ""


class _PoetryPackage(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    source: _PoetrySource | None = None
    # From lock version 2.1 on, which of the groups need it.
    groups: tuple[str, ...] = ()
    files: tuple[_PoetryFile, ...] = ()


class _PoetryMetadata(msgspec.Struct, frozen=True, kw_only=True):
    # Lock version 1.1 has the files of all packages here.
    files: Mapping[str, tuple[_PoetryFile, ...]] = {}


class _PoetryLock(msgspec.Struct, frozen=True, kw_only=True):
    metadata: _PoetryMetadata
    package: tuple[_PoetryPackage, ...] = ()


def read(lock: Document, file: str = FILE) -> LockOutcome:
    """The facts in a ``poetry.lock``; any bytes give facts or an error value."""
    loaded = toml(lock, file)
    if isinstance(loaded, Failure):
        return loaded
    if not isinstance(table(loaded.unwrap().get("metadata")).get("lock-version"), str):
        return Failure(FileUnreadable(file=file, because="has no lock-version, so it isn't one of Poetry's"))
    found = shaped(loaded.unwrap(), _PoetryLock, file)
    if isinstance(found, Failure):
        return found
    files = found.unwrap().metadata.files
    return Success(lock_facts(_entry(each, files.get(each.name, ())) for each in found.unwrap().package))


def _entry(package: _PoetryPackage, more: tuple[_PoetryFile, ...]) -> Entry:
    source = package.source or _PoetrySource()
    # A git source carries the commit that it was locked at, a URL the hash.
    branch = source.type == "git" and not is_commit(source.resolved_reference)
    return Entry(
        name=package.name,
        hashes=tuple(file.hash for file in (*package.files, *more)),
        origin=_origin(source),
        local=source.type in ("directory", "file"),
        path=source.url if source.type in ("directory", "file") and "main" in package.groups else "",
        moving=branch or not all(file.hash for file in package.files),
    )


def _origin(source: _PoetrySource) -> tuple[str, ...]:
    if source.type not in ("git", "url"):
        return ()
    return origin(source.url, source.reference, source.resolved_reference, source.subdirectory)


def pythons(document: object, text: str) -> tuple[PythonRange, ...]:
    """The Pythons that it is made for, in Poetry's words."""
    return toml_range(document, text, ("metadata", "python-versions"), "constraint")
