"""Reads ``poetry.lock`` (lock versions 1.1, 2.0 and 2.1)."""

from pure.locks.facts import LockFacts, LockOutcome, LockUnreadable, document, in_order, name_of, table, tables
from pure.outcome import Failure, Success

FILE = "poetry.lock"


def read(raw: bytes) -> LockOutcome:
    """The facts in a ``poetry.lock``; any bytes give facts or an error value."""
    loaded = document(raw, FILE)
    if isinstance(loaded, Failure):
        return loaded
    found = loaded.unwrap()
    if not isinstance(table(found.get("metadata")).get("lock-version"), str):
        return Failure(LockUnreadable(file=FILE, because="has no lock-version, so it isn't one of Poetry's"))
    local = []
    names = in_order([name_of(package) for package in tables(found.get("package"))])
    for package in tables(found.get("package")):
        # A git source carries the commit that it was locked at, a URL the hash.
        if table(package.get("source")).get("type") in ("directory", "file"):
            local.append(name_of(package))
    return Success(LockFacts(names=names, local=in_order(local)))
