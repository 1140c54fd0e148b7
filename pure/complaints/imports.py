"""Recognises, in a traceback, why a program of a distribution can't be imported."""

import re
from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

import msgspec

ImportKind: TypeAlias = Literal[
    "pkg_resources", "removed", "module", "name", "attribute", "library", "syntax", "unpackaged"
]

# Modules that Python itself no longer has, and the version in which they went.
REMOVED: Final = {
    "asynchat": "3.12", "asyncore": "3.12", "distutils": "3.12", "imp": "3.12", "smtpd": "3.12",
    "cgi": "3.13", "cgitb": "3.13", "crypt": "3.13", "imghdr": "3.13", "mailcap": "3.13", "nntplib": "3.13",
    "pipes": "3.13", "sndhdr": "3.13", "telnetlib": "3.13", "uu": "3.13", "xdrlib": "3.13", "lib2to3": "3.13",
    "binhex": "3.11", "formatter": "3.10", "parser": "3.10", "symbol": "3.10",
}  # fmt: skip

# Few builds need them, so they aren't compiled here. The last line that matches decides: it ends the traceback.
_RULES: Final[tuple[tuple[ImportKind, str], ...]] = (
    ("module", r"(?:ModuleNotFoundError|ImportError): No module named ['\"]?(?P<subject>[A-Za-z0-9_.]+)"),
    (
        "library",
        r"(?:ImportError|OSError): (?P<subject>lib[A-Za-z0-9_.+-]{1,60}): cannot open shared object file",
    ),
    (
        "name",
        (
            r"ImportError: cannot import name ['\"](?P<subject>\w+)['\"] from (?:partially initialized module )?"
            r"['\"](?P<other>[A-Za-z0-9_.]+)['\"]"
        ),
    ),
    ("syntax", r"(?P<subject>SyntaxError): "),
    ("unpackaged", r"(?:[a-z_.]{1,40})?PackageNotFoundError: .*?(?P<subject>[A-Za-z0-9][A-Za-z0-9._-]*)$"),
    (
        "attribute",
        r"AttributeError: module ['\"](?P<other>[A-Za-z0-9_.]+)['\"] has no attribute ['\"](?P<subject>\w+)",
    ),
)
_FRAME: Final = r"site-packages/(?P<top>[A-Za-z0-9_]+)"
_LONGEST: Final = 500


class ImportReason(msgspec.Struct, frozen=True, kw_only=True):
    """Why an import failed."""

    kind: ImportKind
    subject: str
    """What is missing."""
    other: str = ""
    """The module that doesn't have it."""
    importer: str = ""
    """The package whose code stands last in the traceback."""


class BrokenProgram(msgspec.Struct, frozen=True, kw_only=True):
    """Programs that the project declares, and of which one can't be imported."""

    names: tuple[str, ...]
    last: str
    """The last of what was said."""
    reason: ImportReason | None


def why_not_imported(lines: Iterable[str]) -> ImportReason | None:
    """The reason, from what was printed; ``None`` where nobody knows."""
    found: ImportReason | None = None
    importer = ""
    for line in lines:
        text = line[:_LONGEST]
        # An error that names a path is no frame.
        frame = re.search(_FRAME, text) if text.lstrip().startswith('File "') else None
        importer = frame["top"] if frame else importer
        for kind, pattern in _RULES:
            match = re.match(pattern, text)
            if match:
                given = match.groupdict()
                subject = given["subject"]
                found = ImportReason(
                    kind=_finer(kind, subject), subject=subject, other=given.get("other") or "", importer=importer
                )
                break
    return found


def _finer(kind: ImportKind, subject: str) -> ImportKind:
    top = subject.partition(".")[0]
    if kind != "module":
        return kind
    return "pkg_resources" if top == "pkg_resources" else "removed" if top in REMOVED else kind
