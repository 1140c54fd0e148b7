"""The words for requests that cannot be read."""

from typing import get_args

import pytest
from pure.message import Message
from pure.python.lookalikes import Form, OtherName
from pure.python.request import (
    ContradictingVariables,
    FoundVersion,
    InvalidSpecifier,
    InvisibleCharacters,
    MajorOnly,
    MinorRequest,
    NotUtf8,
    PatchRequest,
    PrefixedVersion,
    RangeRequest,
    RequestError,
    SeveralVersions,
    SpecifierInFile,
    UnreadableVersion,
    Utf16File,
    WildcardVersion,
)
from pure.report.prose.request import describe_request
from pure.source import Source
from pure.target import Distro, Target

from tests.golden import check_golden

FILE = Source(file=".python-version", line=1)
VARIABLE = Source(variable="BP_PYTHON_VERSION")
TARGET = Target(os="linux", arch="arm64", distro=Distro(name="debian", version="12"))
MINORS = ("3.15", "3.14", "3.13", "3.12", "3.11")
ARCHIVE = "/tmp/cpython-3.13.1.tar.gz"
PYTHON = "/usr/bin/python3"


def minor(text: str, source: Source = FILE) -> MinorRequest:
    return MinorRequest(minor=text, text=text, source=source)


def patch(text: str) -> PatchRequest:
    return PatchRequest(version=text, text=text, source=FILE)


def span(text: str) -> RangeRequest:
    return RangeRequest(specifiers=(text,), text=text, source=VARIABLE)


OTHER_NAMES: tuple[tuple[Form, str, str], ...] = (
    ("key", "cpython-3.11.7-linux-x86_64-gnu", "3.11.7"),
    ("environment", "3.11.7/envs/shop", "3.11.7"),
    ("virtualenv", "shop", ""),
    ("system", "system", ""),
    ("free-threaded", "3.13t", "3.13"),
    ("development", "3.15-dev", "3.15"),
    ("other", "pypy3.11-7.3.20", "3.11"),
)
ERRORS: tuple[RequestError, ...] = (
    InvisibleCharacters(visible="3.13<U+200B>", source=FILE),
    InvisibleCharacters(visible="<U+00A0>3.13", source=VARIABLE),
    PrefixedVersion(visible="python-3.13", version="3.13", source=FILE),
    WildcardVersion(visible="3.13.*", known="3.13", source=FILE),
    WildcardVersion(visible="3.x", known="3", source=FILE),
    MajorOnly(visible="3", source=VARIABLE),
    SpecifierInFile(visible=">=3.12", source=FILE),
    InvalidSpecifier(visible="^3.12", source=VARIABLE),
    UnreadableVersion(visible="03.12.4", source=FILE),
    *(OtherName(visible=text, form=form, version=version, source=FILE) for form, text, version in OTHER_NAMES),
    SeveralVersions(
        file=".python-version", found=(FoundVersion(visible="3.13", line=1), FoundVersion(visible="3.12", line=2))
    ),
    NotUtf8(file=".python-version", line=1, visible="3.13 <0xE9>"),
    Utf16File(file=".python-version", visible="3.13"),
    ContradictingVariables(
        first="BP_PYTHON_VERSION", first_text="3.13", second="BP_CPYTHON_VERSION", second_text="3.12"
    ),
)


def _shown(message: Message) -> str:
    parts = (("found", message.found), ("means", message.means), ("do", message.do))
    return "\n".join([message.happened, *(f"  {name}: {line}" for name, lines in parts for line in lines)]) + "\n"


def test_the_words_are_those_of_the_golden_file() -> None:
    check_golden("errors_request", "\n".join(_shown(describe_request(error)) for error in ERRORS))


def test_every_error_is_in_the_golden_file() -> None:
    assert {type(error) for error in ERRORS} == set(get_args(RequestError))


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_every_message_says_what_to_do(error: RequestError) -> None:
    assert describe_request(error).do
