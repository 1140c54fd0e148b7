"""Reads ``Pipfile.lock`` (``pipfile-spec`` 6, JSON)."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from pure.names import normalise_name
from pure.outcome import Failure, Outcome, Success
from pure.project.document import Document, FileUnreadable, at, table, unreadable
from pure.project.line_numbers import json_line
from pure.project.locks.facts import Entry, LockOutcome, is_commit, lock_facts, origin, shaped
from pure.project.locks.markers import holds, marker_environment
from pure.project.stated import PythonRange, Stated

FILE = "Pipfile.lock"
NO_CATEGORIES: Final = frozenset({"source", "packages", "requires", "scripts", "pipfile", "pipenv"})
"""What a Pipfile has beside categories of packages that are asked for by their names."""
# Those that its lock calls otherwise, by both names.
_RENAMED: Final = frozenset({"dev-packages", "default", "develop"})


class _PipenvPackage(msgspec.Struct, frozen=True, kw_only=True):
    path: str | None = None
    file: str | None = None
    editable: bool = False
    git: str | None = None
    hg: str | None = None
    svn: str | None = None
    bzr: str | None = None
    ref: str | None = None
    subdirectory: str | None = None
    hashes: tuple[str, ...] = ()
    markers: str = ""
    version: str = ""
    index: str | None = None

    @property
    def repository(self) -> str | None:
        return next((each for each in (self.git, self.hg, self.svn, self.bzr) if each is not None), None)

    def entry(self, name: str, category: str) -> Entry:
        """It under the name that the lock has for it."""
        local = self.path is not None or self.file is not None or self.editable
        fixed = bool(self.hashes) if self.repository is None else is_commit(self.ref)
        return Entry(
            name=name,
            hashes=self.hashes,
            origin=origin(self.repository, self.ref or "", self.subdirectory or "") if self.repository else (),
            local=local,
            moving=not local and not fixed,
            anywhere=not (local or fixed or self.repository or self.index),
            path=self.path or self.file or "" if category == "default" else "",
        )


def read(lock: Document, file: str = FILE) -> LockOutcome:
    """The facts in a ``Pipfile.lock``; any bytes give facts or an error value."""
    loaded = lock.json
    if isinstance(loaded, Failure):
        return Failure(unreadable(loaded.failure(), file))
    if lock.content != lock.raw:
        # Pipenv's parser of JSON takes no mark of UTF-8.
        return Failure(FileUnreadable(file=file, because="is not valid JSON"))
    found = loaded.unwrap()
    if not isinstance(found, dict) or not isinstance(found.get("_meta"), dict):
        return Failure(FileUnreadable(file=file, because="has no _meta, so it isn't one of Pipenv's"))
    locked = _locked(found, file)
    if isinstance(locked, Failure):
        return locked
    entries = (
        package.entry(name, category)
        for category, packages in locked.unwrap().items()
        for name, package in packages.items()
    )
    groups = tuple({"default": "packages", "develop": "dev-packages"}.get(name, name) for name in locked.unwrap())
    return Success(lock_facts(entries, groups=groups, extras=()))


def _locked(found: Mapping[str, object], file: str) -> Outcome[dict[str, dict[str, _PipenvPackage]], FileUnreadable]:
    """The packages of each category."""
    result: dict[str, dict[str, _PipenvPackage]] = {}
    for category in (name for name in found if name != "_meta"):
        packages = shaped(found[category], dict[str, Any], file, place=category)
        if isinstance(packages, Failure):
            return packages
        result[category] = {}
        for name, each in packages.unwrap().items():
            package = shaped(each, _PipenvPackage, file, place=f"{category}.{name}")
            if isinstance(package, Failure):
                return package
            result[category][name] = package.unwrap()
    return Success(result)


def pythons(document: object, text: str) -> tuple[PythonRange, ...]:
    """The Python that it is made for: ``python_full_version``, or else ``python_version``, as Pipenv reads them."""
    for key in ("python_full_version", "python_version"):
        value = at(document, ("_meta", "requires", key))
        if value is not None:
            stated = Stated(key=key, value=value, line=_line(text, key, value))
            return (PythonRange(grammar="version", any_of=(stated,)),)
    return ()


def _line(text: str, key: str, value: object) -> int | None:
    return json_line(text, key, value) if isinstance(value, str) else None


def made_from(lock: Document | None, pipfile: Document | None) -> bool:
    """Whether the digest in a lock is that of this Pipfile, as Pipenv took it for its first ten years.

    Since pull request 6609 it normalises the names of packages before, so that it calls a lock of an earlier release
    out of date as soon as its Pipfile says ``Django``.
    """
    if lock is None or pipfile is None:
        return False
    locked, loaded = lock.json, pipfile.toml
    if isinstance(locked, Failure) or isinstance(loaded, Failure):
        return False
    found = loaded.unwrap()
    # Where a Pipfile names no source, the digest has the one that Pipenv took instead, which the lock names.
    sources = found["source"] if "source" in found else at(locked.unwrap(), ("_meta", "sources"))
    content = {
        "_meta": {"sources": sources, "requires": found.get("requires", {})},
        "default": found.get("packages", {}),
        "develop": found.get("dev-packages", {}),
        **{name: found[name] for name in found if name not in NO_CATEGORIES | _RENAMED},
    }
    try:
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    except (RecursionError, TypeError, ValueError):
        return False
    digest = at(locked.unwrap(), ("_meta", "hash", "sha256"))
    return digest == hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def wanted(lock: Document | None, *, categories: tuple[str, ...], python_version: str, arch: str) -> dict[str, str]:
    """The names (normalised) and versions that these categories install here; no version where the lock has none.

    Where a marker can't be evaluated, the package counts as unwanted: it is then installed anew, which does no harm.
    """
    found = lock.json.value_or(None) if lock else None
    result: dict[str, str] = {}
    for category in categories:
        key = {"packages": "default", "dev-packages": "develop"}.get(category, category)
        for name, each in table(table(found).get(key)).items():
            package = table(each)
            if _applies(package.get("markers"), python_version, arch):
                version = package.get("version")
                result[normalise_name(name)] = version.removeprefix("==") if isinstance(version, str) else ""
    return result


def _applies(marker: object, python_version: str, arch: str) -> bool:
    if not isinstance(marker, str) or not marker.strip():
        return True
    return holds(marker, marker_environment(python_version, arch)) is True
