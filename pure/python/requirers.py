"""Reads what other buildpacks require of ``python`` (specification, Buildpack Plan).

Every requirement of one name arrives as an entry of its own, and the provider has to merge them.
"""

from typing import Final, TypeAlias

import msgspec
import tomli

from pure.outcome import Failure, Outcome, Success
from pure.python.request import PythonRequest, RequestError, parse_variable
from pure.source import Source

NAME: Final = "python"


class UnreadablePlan(msgspec.Struct, frozen=True, kw_only=True):
    """The buildpack plan isn't what the specification says; ``because`` completes "the buildpack plan …"."""

    because: str


class BadRequirement(msgspec.Struct, frozen=True, kw_only=True):
    """An entry's ``metadata`` holds something unusable; ``entry`` counts from 1."""

    entry: int
    key: str
    value: str
    expected: str


class BadVersion(msgspec.Struct, frozen=True, kw_only=True):
    """An entry requires a version that isn't one."""

    entry: int
    error: RequestError


RequirersError: TypeAlias = UnreadablePlan | BadRequirement | BadVersion


class Requirers(msgspec.Struct, frozen=True, kw_only=True):
    """All entries merged: every version that is asked for, and whether anybody needs Python at build or launch."""

    requests: tuple[PythonRequest, ...] = ()
    build: bool = False
    launch: bool = False


def read_requirers(raw: bytes) -> Outcome[Requirers, RequirersError]:
    """Merge the entries named ``python``; any bytes give a value or an error."""
    try:
        document = tomli.loads(raw.decode())
    except (ValueError, RecursionError):  # besides what isn't UTF-8 or TOML: integers of thousands of digits
        return Failure(UnreadablePlan(because="is not readable TOML"))
    entries = document.get("entries", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return Failure(UnreadablePlan(because="has no list of entries"))
    requests: list[PythonRequest] = []
    build = launch = False
    for number, entry in enumerate(entries, start=1):
        if entry.get("name") != NAME:
            continue
        metadata = entry.get("metadata", {})
        if not isinstance(metadata, dict):
            return Failure(_bad(number, "metadata", metadata, "a table"))
        for key in ("build", "launch"):
            if not isinstance(metadata.get(key, False), bool):
                return Failure(_bad(number, key, metadata[key], "true or false"))
        build |= metadata.get("build", False)
        launch |= metadata.get("launch", False)
        version = metadata.get("version", "")
        if not isinstance(version, str):
            return Failure(_bad(number, "version", version, 'a string, such as "3.13"'))
        if version.strip() in ("", "*", "default"):
            continue
        match parse_variable(f"plan entry {number}", version):
            case Failure(error):
                return Failure(BadVersion(entry=number, error=error))
            case Success(request):
                source = Source(default=f"another buildpack's requirement (entry {number} of the buildpack plan)")
                requests.append(msgspec.structs.replace(request, source=source))
    return Success(Requirers(requests=tuple(requests), build=build, launch=launch))


def _bad(entry: int, key: str, value: object, expected: str) -> BadRequirement:
    return BadRequirement(entry=entry, key=key, value=repr(value)[:60], expected=expected)
