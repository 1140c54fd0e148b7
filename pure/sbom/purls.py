"""Writes package URLs (purl-spec; ECMA-427)."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

_READABLE: Final = re.compile(r"pkg:[a-z][a-z0-9.+-]*(?:/[A-Za-z0-9._~%:+-]+)+(?:@[A-Za-z0-9._~%:+-]+)?(?:[?#][!-~]*)?")
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_LONGEST: Final = 1000


def pypi(name: str, version: str, qualifiers: Mapping[str, str] = {}) -> str:
    """Of a distribution, by its name as its metadata spell it."""
    return _purl("pypi", name.lower().replace("_", "-"), version, qualifiers)


def generic(name: str, version: str, qualifiers: Mapping[str, str] = {}) -> str:
    """Of what no index has."""
    return _purl("generic", name, version, qualifiers)


def readable(text: str) -> str:
    """A package URL that somebody else wrote; empty where it is none."""
    return text if len(text) <= _LONGEST and _READABLE.fullmatch(text) else ""


def _purl(kind: str, name: str, version: str, qualifiers: Mapping[str, str]) -> str:
    if not _NAME.fullmatch(name):
        # No index takes it, and whoever reads one would take it for something else.
        return ""
    known = "&".join(f"{key}={_quoted(value)}" for key, value in sorted(qualifiers.items()) if value)
    at, more = f"@{_quoted(version)}" if version else "", f"?{known}" if known else ""
    return f"pkg:{kind}/{_quoted(name)}{at}{more}"


def _quoted(text: str) -> str:
    return quote(text, safe=":", errors="replace")
