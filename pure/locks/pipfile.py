"""Reads ``Pipfile.lock`` (``pipfile-spec`` 6, JSON)."""

import hashlib
import json

import msgspec

from pure.distributions import normalise_name
from pure.locks.facts import LockFacts, LockOutcome, LockUnreadable, document, in_order, table
from pure.outcome import Failure, Success

FILE = "Pipfile.lock"
# What a Pipfile has beside categories of packages.
_NO_CATEGORIES = frozenset({"source", "packages", "dev-packages", "requires", "scripts", "pipfile", "pipenv"})


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


def made_from(lock: bytes, pipfile: bytes) -> bool:
    """Whether the digest in a lock is that of this Pipfile, as Pipenv took it for its first ten years.

    Since pull request 6609 it normalises the names of packages before, so that it calls a lock of an earlier release
    out of date as soon as its Pipfile says ``Django``.
    """
    loaded = document(pipfile, "Pipfile")
    if isinstance(loaded, Failure):
        return False
    found = loaded.unwrap()
    content = {
        "_meta": {"sources": found.get("source"), "requires": found.get("requires", {})},
        "default": found.get("packages", {}),
        "develop": found.get("dev-packages", {}),
        **{name: found[name] for name in found if name not in _NO_CATEGORIES | {"default", "develop"}},
    }
    try:
        locked = msgspec.json.decode(lock)
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError, ValueError):
        return False
    digest = table(table(table(locked).get("_meta")).get("hash")).get("sha256")
    return digest == hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


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

    environment = {
        "implementation_name": "cpython",
        "implementation_version": python_version,
        "os_name": "posix",
        "platform_machine": {"amd64": "x86_64", "arm64": "aarch64"}.get(arch, arch),
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": python_version,
        "python_version": ".".join(python_version.split(".")[:2]),
        "sys_platform": "linux",
        "extra": "",
    }
    try:
        return bool(Marker(marker).evaluate(environment))
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName, RecursionError):
        return False
