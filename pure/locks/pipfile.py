"""Reads ``Pipfile.lock`` (``pipfile-spec`` 6, JSON)."""

import msgspec

from pure.locks.facts import LockFacts, LockOutcome, LockUnreadable, in_order, table
from pure.outcome import Failure, Success

FILE = "Pipfile.lock"


def read(raw: bytes) -> LockOutcome:
    """The facts in a ``Pipfile.lock``; any bytes give facts or an error value."""
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        conflict = b"\n<<<<<<< " in b"\n" + raw
        return Failure(LockUnreadable(file=FILE, because="is not valid JSON", conflict=conflict))
    if not isinstance(found, dict) or not isinstance(found.get("_meta"), dict):
        return Failure(LockUnreadable(file=FILE, because="has no _meta, so it isn't one of Pipenv's"))
    local, moving = [], []
    categories = tuple(name for name in found if name != "_meta")
    for category in categories:
        for name, each in table(found[category]).items():
            package = table(each)
            if package.keys() & {"path", "file"} or package.get("editable") is True:
                local.append(name[:100])
            elif package.keys() & {"git", "hg", "svn", "bzr"}:
                if not isinstance(package.get("ref"), str):
                    moving.append(name[:100])
            elif not package.get("hashes"):
                moving.append(name[:100])
    names = tuple({"default": "packages", "develop": "dev-packages"}.get(name, name) for name in categories)
    return Success(LockFacts(local=in_order(local), moving=in_order(moving), groups=names, extras=()))
