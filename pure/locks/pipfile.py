"""Reads ``Pipfile.lock`` (``pipfile-spec`` 6, JSON)."""

import msgspec

from pure.distributions import normalise_name
from pure.locks.facts import LockFacts, LockOutcome, LockUnreadable, in_order, table
from pure.marker_environment import marker_environment
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
    groups = tuple({"default": "packages", "develop": "dev-packages"}.get(name, name) for name in categories)
    names = in_order([name[:100] for category in categories for name in table(found[category])])
    return Success(LockFacts(names=names, local=in_order(local), moving=in_order(moving), groups=groups, extras=()))


def wanted(raw: bytes, *, categories: tuple[str, ...], python_version: str, arch: str) -> dict[str, str]:
    """The names (normalised) and versions that these categories install here; no version where the lock has none.

    Where a marker can't be evaluated, the package counts as unwanted: it is then installed anew, which does no harm.
    """
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
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
    from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName

    try:
        return bool(Marker(marker).evaluate(marker_environment(python_version, arch)))
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName, RecursionError):
        return False
