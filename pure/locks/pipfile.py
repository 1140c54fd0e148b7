"""Reads ``Pipfile.lock`` (``pipfile-spec`` 6, JSON)."""

from collections.abc import Mapping
from typing import Any

import msgspec

from pure.distributions import normalise_name
from pure.locks.facts import LockFacts, LockOutcome, LockUnreadable, in_order, shaped, table
from pure.outcome import Failure, Outcome, Success

FILE = "Pipfile.lock"


class _Package(msgspec.Struct, frozen=True, kw_only=True):
    path: str | None = None
    file: str | None = None
    editable: bool = False
    git: str | None = None
    hg: str | None = None
    svn: str | None = None
    bzr: str | None = None
    ref: str | None = None
    hashes: tuple[str, ...] = ()
    markers: str = ""
    version: str = ""


def read(raw: bytes) -> LockOutcome:
    """The facts in a ``Pipfile.lock``; any bytes give facts or an error value."""
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        conflict = b"\n<<<<<<< " in b"\n" + raw
        return Failure(LockUnreadable(file=FILE, because="is not valid JSON", conflict=conflict))
    if not isinstance(found, dict) or not isinstance(found.get("_meta"), dict):
        return Failure(LockUnreadable(file=FILE, because="has no _meta, so it isn't one of Pipenv's"))
    locked = _locked(found)
    if isinstance(locked, Failure):
        return locked
    local, moving, names = [], [], []
    for packages in locked.unwrap().values():
        for name, package in packages.items():
            names.append(name)
            if package.path is not None or package.file is not None or package.editable:
                local.append(name)
            elif any(each is not None for each in (package.git, package.hg, package.svn, package.bzr)):
                if package.ref is None:
                    moving.append(name)
            elif not package.hashes:
                moving.append(name)
    groups = tuple({"default": "packages", "develop": "dev-packages"}.get(name, name) for name in locked.unwrap())
    return Success(
        LockFacts(names=in_order(names), local=in_order(local), moving=in_order(moving), groups=groups, extras=())
    )


def _locked(found: Mapping[str, object]) -> Outcome[dict[str, dict[str, _Package]], LockUnreadable]:
    """The packages of each category."""
    result: dict[str, dict[str, _Package]] = {}
    for category in (name for name in found if name != "_meta"):
        packages = shaped(found[category], dict[str, Any], FILE, place=category)
        if isinstance(packages, Failure):
            return packages
        result[category] = {}
        for name, each in packages.unwrap().items():
            package = shaped(each, _Package, FILE, place=f"{category}.{name}")
            if isinstance(package, Failure):
                return package
            result[category][name] = package.unwrap()
    return Success(result)


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
