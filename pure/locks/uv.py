"""Reads ``uv.lock`` (uv's documentation, "Locking and syncing"; the format's ``version`` is 1)."""

from pure.locks.facts import LockFacts, LockOutcome, LockUnreadable, document, in_order, name_of, table, tables
from pure.outcome import Failure, Success

FILE = "uv.lock"


def read(raw: bytes) -> LockOutcome:
    """The facts in an ``uv.lock``; any bytes give facts or an error value."""
    loaded = document(raw, FILE)
    if isinstance(loaded, Failure):
        return loaded
    found = loaded.unwrap()
    if not isinstance(found.get("version"), int):
        return Failure(LockUnreadable(file=FILE, because="has no version, so it isn't one of uv's"))
    local, moving = [], []
    # What isn't packaged isn't installed, but is locked with what it needs.
    names = in_order(
        [name_of(each) for each in tables(found.get("package")) if "virtual" not in table(each.get("source"))]
    )
    for package in tables(found.get("package")):
        source = table(package.get("source"))
        if source.keys() & {"editable", "directory", "path"}:
            local.append(name_of(package))
        elif "git" in source and "#" not in str(source["git"]):
            moving.append(name_of(package))
    return Success(LockFacts(names=names, local=in_order(local), moving=in_order(moving)))
