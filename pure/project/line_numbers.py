"""Finds the line of a file on which a key stands, so that a decision can say it.

The parsers of TOML, JSON and INI give values without places. What is found here is only ever shown, never read: where a
file is written in a way that this doesn't follow, the answer is ``None``.
"""

import re
from typing import Final

_TOML_TABLE: Final = re.compile(r"\s*\[{1,2}(?P<name>[^\[\]]+)\]{1,2}\s*(?:#|$)")
_TOML_KEY: Final = re.compile(r"\s*(?P<name>(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*[A-Za-z0-9_\"'-]+)*)\s*=")
_INI_SECTION: Final = re.compile(r"\[(?P<name>[^\]]+)\]")
_INI_KEY: Final = re.compile(r"(?P<name>[^\s=:#;\[][^=:]*+)[=:]")


def toml_line(text: str, path: tuple[str, ...], value: str = "") -> int | None:
    """The line of the key ``path``, such as ``("project", "requires-python")``; it has to show ``value``."""
    table: tuple[str, ...] = ()
    for number, line in _lines(text):
        if found := _TOML_TABLE.match(line):
            table = _parts(found["name"])
        elif (found := _TOML_KEY.match(line)) and (*table, *_parts(found["name"])) == path and value in line:
            return number
    return None


def ini_line(text: str, section: str, key: str) -> int | None:
    """The line of a section's key."""
    current = ""
    for number, line in _lines(text):
        if found := _INI_SECTION.match(line):
            current = found["name"]
        elif current == section and (found := _INI_KEY.match(line)) and found["name"].rstrip() == key:
            return number
    return None


def json_line(text: str, key: str, value: str) -> int | None:
    """The first line on which a member of this name has this text as its value."""
    member = re.compile(rf'"{re.escape(key)}"\s*:\s*"{re.escape(value)}"')
    return next((number for number, line in _lines(text) if member.search(line)), None)


def _lines(text: str) -> enumerate[str]:
    return enumerate(re.split(r"\r\n|\n|\r", text), start=1)


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in name.split("."))
