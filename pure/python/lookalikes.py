"""Recognises what stands where a version belongs and names an interpreter in another tool's words, or another one."""

import re
from typing import Final, Literal, TypeAlias

import msgspec

from pure.source import Source

Form: TypeAlias = Literal["key", "environment", "virtualenv", "system", "free-threaded", "development", "other"]


class OtherName(msgspec.Struct, frozen=True, kw_only=True):
    """A text that names no release of CPython as Lamina knows them; ``version`` is the one in it, if there is one."""

    visible: str
    form: Form
    version: str
    source: Source


_VERSION: Final = r"(?P<version>[0-9]{1,4}\.[0-9]{1,4}(?:\.[0-9]{1,4}(?:(?:a|b|rc)[0-9]{1,3})?)?)"
_CPYTHON: Final = r"(?:c?python[-@]?)?"
# Of pyenv and uv: whatever isn't CPython as python.org builds it.
_OTHERS: Final = (
    r"(?:pypy|graalpy|graalpython|pyodide|jython|ironpython|micropython|stackless|pyston|cinder|activepython|nogil"
    r"|anaconda|miniconda|miniforge|mambaforge|acpython)"
)
_PATTERNS: Final[tuple[tuple[Form, str], ...]] = (
    ("other", rf"{_OTHERS}(?:[0-9](?=-))?(?:[-@.]?{_VERSION})?(?:[-@.+][\w.+-]{{0,60}})?\Z"),
    ("free-threaded", rf"{_CPYTHON}{_VERSION}(?:td?|d|\+freethreaded|\+debug)(?:-[a-z]\w{{0,20}}){{0,4}}\Z"),
    ("development", rf"{_CPYTHON}{_VERSION}-?dev\Z"),
    # What `uv python pin` writes: cpython-3.11.7-linux-x86_64-gnu.
    ("key", rf"c?python[-@]?{_VERSION}(?:-(?:linux|macos|windows|any|none)(?:-\w{{1,20}}){{0,3}})\Z"),
    ("environment", rf"{_CPYTHON}{_VERSION}/envs/[^/\s]{{1,80}}\Z"),
    ("system", r"system\Z"),
    # pyenv's virtual environments have any name.
    ("virtualenv", r"(?!c?python|py\b|v[0-9]|(?:latest|newest|stable|lts)\Z)[a-z_][\w.-]{0,80}\Z"),
)
_FORMS: Final = tuple((form, re.compile(pattern, re.IGNORECASE)) for form, pattern in _PATTERNS)


def other_name(text: str, shown: str, source: Source) -> OtherName | None:
    """What a text that is no version seems to be; ``shown`` is how it may be shown."""
    for form, pattern in _FORMS:
        found = pattern.match(text)
        if found:
            return OtherName(visible=shown, form=form, version=found.groupdict().get("version") or "", source=source)
    return None


_STANDS: Final = re.compile(r"(?<![0-9.])(?P<minor>3\.[0-9]{1,3})(?:\.[0-9]{1,3})?(?![0-9])")


def version_in(text: str) -> str:
    """The version of Python 3 that stands somewhere in a text, empty without one."""
    found = _STANDS.search(text)
    return found[0] if found else ""
