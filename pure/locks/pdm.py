"""Reads ``pdm.lock`` (lock versions 4.x)."""

import hashlib
import json

from pure.locks.facts import LockFacts, LockOutcome, LockUnreadable, document, in_order, name_of, table, tables, words
from pure.outcome import Failure, Success

FILE = "pdm.lock"


def read(raw: bytes) -> LockOutcome:
    """The facts in a ``pdm.lock``; any bytes give facts or an error value."""
    loaded = document(raw, FILE)
    if isinstance(loaded, Failure):
        return loaded
    found = loaded.unwrap()
    metadata = table(found.get("metadata"))
    if not isinstance(metadata.get("lock_version"), str):
        return Failure(LockUnreadable(file=FILE, because="has no lock_version, so it isn't one of PDM's"))
    local, moving = [], []
    names = in_order([name_of(package) for package in tables(found.get("package"))])
    for package in tables(found.get("package")):
        if isinstance(package.get("path"), str):
            local.append(name_of(package))
        elif isinstance(package.get("git"), str) and not isinstance(package.get("revision"), str):
            moving.append(name_of(package))
    # PDM writes groups and extras into one list.
    groups = words(metadata.get("groups")) or None
    return Success(LockFacts(names=names, local=in_order(local), moving=in_order(moving), groups=groups, extras=groups))


def made_from(lock: bytes, pyproject: bytes) -> bool:
    """Whether the digest in a lock is that of this project, as PDM took it until its overrides became resolutions.

    To a later release, every lock of an earlier one is out of date.
    """
    locked, loaded = document(lock, FILE), document(pyproject, "pyproject.toml")
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
