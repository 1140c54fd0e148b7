"""Reads what other buildpacks require of this one (specification, Buildpack Plan).

Every requirement of one name arrives as an entry of its own, and the provider has to merge them. Those that this
buildpack made itself, so that it takes part whoever else does, say nothing.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import msgspec
import tomli

from pure.outcome import Failure, Outcome, Success
from pure.project.detection import OFFERED, OWN, PYTHON_NAMES
from pure.python.request import PythonRequest, RequestError, parse_variable
from pure.source import Source

_ANY: Final = ("", "*", "default")


class UnreadablePlan(msgspec.Struct, frozen=True, kw_only=True):
    """The buildpack plan isn't what the specification says; ``because`` completes "the buildpack plan …"."""

    because: str


class BadRequirement(msgspec.Struct, frozen=True, kw_only=True):
    """An entry's ``metadata`` holds something unusable; ``entry`` counts from 1."""

    entry: int
    name: str
    key: str
    value: str
    expected: str


class BadVersion(msgspec.Struct, frozen=True, kw_only=True):
    """An entry requires a version of Python that isn't one."""

    entry: int
    name: str
    error: RequestError


RequirersError: TypeAlias = UnreadablePlan | BadRequirement | BadVersion


class RequiredName(msgspec.Struct, frozen=True, kw_only=True):
    """All that other buildpacks require under one name."""

    name: str
    build: bool = False
    launch: bool = False
    versions: tuple[str, ...] = ()
    """Those that are asked for, as they are written."""


class Requirers(msgspec.Struct, frozen=True, kw_only=True):
    """All entries merged: each version of Python that is asked for, and whether anybody needs it at build or launch."""

    requests: tuple[PythonRequest, ...] = ()
    build: bool = False
    launch: bool = False
    names: tuple[RequiredName, ...] = ()
    """What is required under each name, in the order of ``OFFERED``."""


def read_requirers(raw: bytes) -> Outcome[Requirers, RequirersError]:
    """Merge the entries with our names; any bytes give a value or an error."""
    try:
        document = tomli.loads(raw.decode())
    except (ValueError, RecursionError):  # besides what isn't UTF-8 or TOML: integers of thousands of digits
        return Failure(UnreadablePlan(because="is not readable TOML"))
    entries = document.get("entries", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return Failure(UnreadablePlan(because="has no list of entries"))
    requests: list[PythonRequest] = []
    found: dict[str, RequiredName] = {}
    for number, entry in enumerate(entries, start=1):
        read = _entry(number, entry)
        if isinstance(read, BadRequirement):
            return Failure(read)
        if read is None:
            continue
        before = found.get(read.name, RequiredName(name=read.name))
        found[read.name] = RequiredName(
            name=read.name,
            build=before.build or read.build,
            launch=before.launch or read.launch,
            versions=(*before.versions, *read.versions),
        )
        for version in read.versions if read.name in PYTHON_NAMES else ():
            match parse_variable(f"plan entry {number}", version):
                case Failure(error):
                    return Failure(BadVersion(entry=number, name=read.name, error=error))
                case Success(request):
                    source = Source(default=f"another buildpack's requirement (entry {number} of the buildpack plan)")
                    requests.append(msgspec.structs.replace(request, source=source))
    python = [found[name] for name in PYTHON_NAMES if name in found]
    return Success(
        Requirers(
            requests=tuple(requests),
            build=any(each.build for each in python),
            launch=any(each.launch for each in python),
            names=tuple(found[name] for name in OFFERED if name in found),
        )
    )


def _entry(number: int, entry: Mapping[str, Any]) -> RequiredName | BadRequirement | None:
    """What one entry requires; ``None`` where that is nothing of ours, or our own."""
    name = entry.get("name")
    if name not in OFFERED:
        return None

    def bad(key: str, value: object, expected: str) -> BadRequirement:
        return BadRequirement(entry=number, name=name, key=key, value=repr(value)[:60], expected=expected)

    metadata = entry.get("metadata", {})
    if not isinstance(metadata, dict):
        return bad("metadata", metadata, "a table")
    if metadata.get(OWN) is True:
        return None
    for key in ("build", "launch"):
        if not isinstance(metadata.get(key, False), bool):
            return bad(key, metadata[key], "true or false")
    version = metadata.get("version", "")
    if not isinstance(version, str):
        return bad("version", version, 'a string, such as "3.13"')
    return RequiredName(
        name=name,
        build=metadata.get("build", False),
        launch=metadata.get("launch", False),
        versions=() if version.strip() in _ANY else (version,),
    )
