"""Decides what the value of a key says about the Python version, in PEP 440's words, Poetry's or Pipenv's."""

import re
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, assert_never

import msgspec

from pure.outcome import Failure, Outcome, Success
from pure.project.stated import Grammar, PythonRange, Stated
from pure.python.poetry_constraint import BadConstraint, parse_poetry_constraint
from pure.python.request import PythonRequest, RangeRequest, RequestError, parse_specifier, plain_version, visible
from pure.source import Source


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is said about the version."""

    request: PythonRequest
    # It states what the application or its lock works with; what doesn't bind names a version to use.
    binding: bool


class Unusable(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is said and names no version."""

    source: Source
    text: str
    # It completes "it is ignored because …".
    because: str


Said: TypeAlias = Word | Unusable


class MalformedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file is not what its name says; ``line`` counts from 1 where it is known."""

    file: str
    language: Literal["TOML", "JSON", "INI"]
    line: int | None
    detail: str


class BadSpecifier(msgspec.Struct, frozen=True, kw_only=True):
    """A key's value is no version specifier (PEP 440)."""

    key: str
    visible: str
    source: Source


class BadPoetryConstraint(msgspec.Struct, frozen=True, kw_only=True):
    """A key's value is no constraint of Poetry's; ``rest`` is what can't be read of it."""

    key: str
    visible: str
    rest: str
    source: Source


class NotAString(msgspec.Struct, frozen=True, kw_only=True):
    """A key's value is something else than a string; ``found`` says what."""

    key: str
    found: str
    source: Source


class BadRuntimeFile(msgspec.Struct, frozen=True, kw_only=True):
    """``runtime.txt`` doesn't say ``python-3.13.1``; ``version`` is what it seems to mean."""

    visible: str
    version: str | None
    source: Source


VersionFileError: TypeAlias = MalformedFile | BadSpecifier | BadPoetryConstraint | NotAString | BadRuntimeFile
FileError: TypeAlias = RequestError | VersionFileError
Reading: TypeAlias = Outcome[tuple[Said, ...], FileError]

_MAJOR: Final = re.compile(r"[1-9][0-9]{0,3}\Z")


def major(text: str, source: Source) -> RangeRequest | None:
    """Every version that a bare major version such as ``3`` allows."""
    return RangeRequest(specifiers=(f"=={text}.*",), text=text, source=source) if _MAJOR.match(text) else None


def range_words(pythons: PythonRange, file: str) -> Reading:
    """What a range binds to; several alternatives bind to any of them."""
    first, *others = pythons.any_of
    if not others and first.value is not None:
        return value_words(first, pythons.grammar, file)
    requests: list[RangeRequest] = []
    for stated in pythons.any_of:
        read: Reading = value_words(stated, pythons.grammar, file) if stated.value is not None else Success(())
        if isinstance(read, Failure):
            return read
        words = tuple(each.request for each in read.unwrap() if isinstance(each, Word))
        if not words:
            # An alternative without a range allows every version.
            return read
        requests += [each for each in words if isinstance(each, RangeRequest)]
    union = RangeRequest(
        specifiers=tuple(dict.fromkeys(each for request in requests for each in request.specifiers)),
        text=" or ".join(dict.fromkeys(request.text for request in requests)),
        source=requests[0].source,
    )
    return Success((Word(request=union, binding=True),))


def value_words(stated: Stated, grammar: Grammar, file: str) -> Reading:
    """The binding word of a key's value; every version is as good as nothing said."""
    value, source = stated.value, Source(file=file, line=stated.line)
    if not isinstance(value, str):
        return Failure(NotAString(key=stated.key, found=kind(value), source=source))
    text = " ".join(value.split())
    if text in ("", "*"):
        return Success((Unusable(source=source, text=text, because="it allows every version"),))
    match _parsed(grammar, text, stated.key, source):
        case Failure() as failure:
            return failure
        case Success(RangeRequest(specifiers=specifiers)) if "" in specifiers:
            return Success((Unusable(source=source, text=visible(text), because="it allows every version"),))
        case Success(request):
            return Success((Word(request=request, binding=True),))


def _parsed(grammar: Grammar, text: str, key: str, source: Source) -> Outcome[PythonRequest, FileError]:
    match grammar:
        case "specifier":
            return _specifier(text, key, source)
        case "constraint":
            return _constraint(text, key, source)
        case "version":
            plain = plain_version(text, source) or major(text, source)
            return Success(plain) if plain else _specifier(text, key, source)
        case _:
            assert_never(grammar)


def _specifier(text: str, key: str, source: Source) -> Outcome[PythonRequest, FileError]:
    request = parse_specifier(text, source)
    return Success(request) if request else Failure(BadSpecifier(key=key, visible=visible(text), source=source))


def _constraint(text: str, key: str, source: Source) -> Outcome[PythonRequest, FileError]:
    match parse_poetry_constraint(text):
        case Success(specifiers):
            return Success(RangeRequest(specifiers=specifiers, text=text, source=source))
        case Failure(BadConstraint(rest=rest)):
            return Failure(BadPoetryConstraint(key=key, visible=visible(text), rest=visible(rest), source=source))


def kind(value: object) -> str:
    """What a value is, in words."""
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case Mapping():
            return "a table"
        case _:
            return "another kind of value"
