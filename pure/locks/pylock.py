"""Reads ``pylock.toml`` (PyPA specification "pylock.toml", PEP 751, lock version 1)."""

import re

from pure.locks.facts import LockFacts, LockOutcome, LockUnreadable, document, in_order, name_of, table, tables, words
from pure.outcome import Failure, Success

# The specification allows no dot inside the name (regular expression of the specification).
NAME = re.compile(r"pylock(?:\.(?P<name>[^.]+))?\.toml\Z")


def read(raw: bytes, file: str) -> LockOutcome:
    """The facts in a standard lock file; any bytes give facts or an error value."""
    loaded = document(raw, file)
    if isinstance(loaded, Failure):
        return loaded
    found = loaded.unwrap()
    version = found.get("lock-version")
    if not isinstance(version, str):
        return Failure(LockUnreadable(file=file, because="has no lock-version, so it isn't a standard lock file"))
    if version.partition(".")[0] != "1":
        return Failure(LockUnreadable(file=file, because=f"has lock-version {version[:20]}, and 1.x is understood"))
    local, moving = [], []
    names = in_order([name_of(package) for package in tables(found.get("packages"))])
    for package in tables(found.get("packages")):
        archives = [table(package.get("archive")), table(package.get("sdist")), *tables(package.get("wheels"))]
        archives = [each for each in archives if each]
        if package.get("directory") or any("path" in each and "url" not in each for each in archives):
            local.append(name_of(package))
        elif package.get("vcs"):
            if not isinstance(table(package["vcs"]).get("commit-id"), str):
                moving.append(name_of(package))
        elif not archives or not all(table(each.get("hashes")) for each in archives):
            moving.append(name_of(package))
    return Success(
        LockFacts(
            names=names,
            local=in_order(local),
            moving=in_order(moving),
            groups=words(found.get("dependency-groups")),
            default_groups=words(found.get("default-groups")),
            extras=words(found.get("extras")),
        )
    )
