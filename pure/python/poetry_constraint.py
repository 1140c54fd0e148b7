"""Reads Poetry's version constraints into the specifiers of PEP 440 that mean the same.

The grammar, as Poetry's documentation ("Version constraints") states it and its parser reads it:

    constraint   = any | alternative, {("||" | "|"), alternative}
    alternative  = clause, {("," | " "), clause}, [","]      all of them hold
    clause       = any | [operator], version, [".*"]         "==", "!=" and no operator: any number of ".*"
    any          = "*" | "*.*" …                              x and X stand for * here
    operator     = "^" | "~" | "~=" | "==" | "=" | "!=" | ">=" | ">" | "<=" | "<"

A caret allows what doesn't change the first number that isn't zero, a tilde what doesn't change the minor version. A
version without an operator is exactly that version: ``3.11`` is 3.11.0 and no other. PEP 440 has no alternatives, so a
constraint becomes several specifiers, one of which has to hold.

Two things that Poetry's parser lets through are refused here, because they hardly mean what it takes them for: ``<>``
(read as ``==``) and the word ``dev``. Epochs and local versions are refused too: no Python has one.
"""

import re
from typing import TYPE_CHECKING, Final

import msgspec

from pure.outcome import Failure, Outcome, Success

if TYPE_CHECKING:
    from packaging.version import Version

_MAX_LENGTH: Final = 200
_ANY: Final = re.compile(r"v?[xX*](?:\.[xX*])*\Z")
# The version's own syntax is packaging's business; here it only ends where no character of a version follows.
_CLAUSE: Final = re.compile(
    r"(?P<any>v?[xX*](?:\.[xX*])*(?![^ ,]))"
    r"|(?P<operator>\^|~=|~|===?|=|!=|>=?|<=?)? *(?P<version>v?[0-9][0-9A-Za-z._-]*?)(?P<wildcard>(?:\.\*)+)?(?![^ ,])"
)
_SEPARATOR: Final = re.compile(r" *(?:,| ) *")
_ALTERNATIVES: Final = re.compile(r"\|\|?")


class BadConstraint(msgspec.Struct, frozen=True, kw_only=True):
    """What is no constraint of Poetry's; ``rest`` is the constraint from the clause on that can't be read."""

    rest: str


def parse_poetry_constraint(text: str) -> Outcome[tuple[str, ...], BadConstraint]:
    """The specifiers, in their normal form, one of which a version has to satisfy; ``""`` is satisfied by every one."""
    if len(text) > _MAX_LENGTH:
        return Failure(BadConstraint(rest=text[:_MAX_LENGTH]))
    if _ANY.match(text.strip()):
        return Success(("",))
    found: list[str] = []
    for alternative in _ALTERNATIVES.split(text):
        specifier = _alternative(alternative)
        if isinstance(specifier, Failure):
            return specifier
        found.append(specifier.unwrap())
    return Success(("",) if "" in found else tuple(dict.fromkeys(found)))


def _alternative(text: str) -> Outcome[str, BadConstraint]:
    from packaging.specifiers import SpecifierSet

    rest = text.strip().rstrip(",").rstrip()
    clauses: list[str] = []
    while True:
        clause = _CLAUSE.match(rest)
        specifiers = _clause(clause) if clause else None
        if clause is None or specifiers is None:
            return Failure(BadConstraint(rest=rest or text))
        clauses += specifiers
        rest = rest[clause.end() :]
        if not rest:
            return Success(str(SpecifierSet(",".join(clauses))))
        separator = _SEPARATOR.match(rest)
        assert separator is not None, "a clause ends before a comma or a space"
        rest = rest[separator.end() :]


def _clause(clause: re.Match[str]) -> tuple[str, ...] | None:
    """The specifiers whose conjunction a clause is; ``None`` if it is none."""
    from packaging.version import InvalidVersion, Version

    if clause["any"]:
        return ()
    operator, wildcard = clause["operator"] or "==", bool(clause["wildcard"])
    if clause["wildcard"] not in (None, ".*") and clause["operator"] not in (None, "==", "!="):
        return None
    try:
        version = Version(clause["version"])
    except InvalidVersion:
        return None
    match operator:
        case "^" | "~" | "~=" if wildcard:
            return None
        case "^":
            return f">={version}", f"<{_after_caret(version)}"
        case "~":
            return f">={version}", f"<{_bumped(version, min(len(version.release), 2))}"
        case "~=":
            # Two numbers at least in PEP 440; Poetry reads ~=3 as ~3.
            return f">={version}", f"<{_bumped(version, max(len(version.release) - 1, 1))}"
        case "==" | "=" | "!=":
            equal = "!=" if operator == "!=" else "=="
            return _wildcard(equal, version) if wildcard else (f"{equal}{version}",)
        case ">=" | ">" | "<=" | "<":
            # Poetry ignores a wildcard behind these.
            return (f"{operator}{version}",)
        case _:
            return None


def _after_caret(version: "Version") -> str:
    """The first version that a caret excludes: the first number that isn't zero, or else the last, is one more."""
    release = version.release[:3]
    significant = next((place for place, number in enumerate(release, start=1) if number), len(release))
    return _bumped(version, significant)


def _bumped(version: "Version", numbers: int) -> str:
    """The version whose last of so many ``numbers`` is one more."""
    *kept, last = version.release[:numbers]
    return ".".join(str(number) for number in (*kept, last + 1))


def _wildcard(operator: str, version: "Version") -> tuple[str, ...] | None:
    if version.is_prerelease or version.is_postrelease:
        return None
    return (f"{operator}{version}.*",)
