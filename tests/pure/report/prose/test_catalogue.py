"""The words for catalogues that cannot be used, and for what they don't have."""

from datetime import date
from typing import get_args

import pytest
from pure.message import Message
from pure.python.catalogue import InvalidCatalogue, InvalidMirror, RepeatedRuntime
from pure.python.choice import NotCarried
from pure.python.offer import CatalogueProblem, CatalogueUnreachable, NothingReplaces
from pure.python.request import (
    MinorRequest,
    PatchRequest,
    RangeRequest,
)
from pure.python.resolution import (
    Beyond,
    EndOfLife,
    MinorEndOfLife,
    MinorTooOld,
    MinorUnknown,
    NearEndOfLife,
    NewerPatch,
    NothingForTarget,
    PreReleasesOnly,
    ReleaseUnknown,
    ResolutionError,
    ResolutionWarning,
    SpecifierUnsatisfied,
    UnavailableForTarget,
)
from pure.report.prose.catalogue import describe_catalogue, describe_warning
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


BEYOND = Beyond(until=date(2026, 11, 10))
ERRORS: tuple[CatalogueProblem | ResolutionError | NotCarried, ...] = (
    InvalidCatalogue(
        origin="/mnt/catalogue.json", detail="Object missing required field `sha256` - at `$.runtimes[2]`"
    ),
    RepeatedRuntime(origin="/mnt/catalogue.json", version="3.13.1", target=TARGET),
    InvalidMirror(origin="$BP_PYTHON_MIRROR", visible="mirror.internal/python"),
    NothingForTarget(request=minor("3.13"), target=TARGET, known=("linux/amd64",)),
    MinorEndOfLife(request=minor("3.9"), minor="3.9", since=date(2025, 10, 31), minors=MINORS),
    MinorTooOld(request=minor("3.11", VARIABLE), minor="3.11", minors=("3.14", "3.13")),
    MinorUnknown(request=minor("3.16", Source(default="Lamina's default")), minor="3.16", minors=MINORS, beyond=BEYOND),
    ReleaseUnknown(request=patch("3.13.99"), version="3.13.99", known=("3.13.2", "3.13.1", "3.13.0"), beyond=BEYOND),
    ReleaseUnknown(request=patch("3.13.1"), version="3.13.1", known=("3.13.2", "3.13.0")),
    PreReleasesOnly(request=minor("3.16"), minor="3.16", known=("3.16.0a2", "3.16.0a1"), beyond=BEYOND),
    UnavailableForTarget(
        request=patch("3.13.1"), wanted="3.13.1", target=TARGET, elsewhere=("linux/amd64",), known=("3.13.0",)
    ),
    SpecifierUnsatisfied(
        request=RangeRequest(specifiers=("==3.10.*",), text="==3.10.*", source=Source(file="uv.lock", line=3)),
        specifier="==3.10.*",
        minors=MINORS,
        pre_releases=(),
        ended=("3.10", date(2026, 10, 31)),
    ),
    SpecifierUnsatisfied(request=span(">=4"), specifier=">=4", minors=MINORS, pre_releases=()),
    SpecifierUnsatisfied(
        request=RangeRequest(specifiers=("==3.11",), text="3.11", source=Source(file="pyproject.toml", line=7)),
        specifier="==3.11",
        minors=MINORS,
        pre_releases=(),
    ),
    SpecifierUnsatisfied(
        request=RangeRequest(specifiers=("<3.9",), text="<3.9", source=Source(file="poetry.lock", line=70)),
        specifier="<3.9",
        minors=MINORS,
        pre_releases=(),
    ),
    MinorEndOfLife(
        request=minor("3.9", Source(file="Pipfile.lock", line=8)), minor="3.9", since=date(2025, 10, 31), minors=MINORS
    ),
    SpecifierUnsatisfied(
        request=span(">=3.16"), specifier=">=3.16", minors=MINORS, pre_releases=("3.16.0rc1",), beyond=BEYOND
    ),
    CatalogueUnreachable(variable="BP_PYTHON_CATALOGUE", place="/catalogue.json", detail="No such file or directory"),
    NothingReplaces(variable="BP_PYTHON_CATALOGUE_REPLACES", needed="BP_PYTHON_CATALOGUE"),
    NotCarried(request=minor("3.12"), known=("3.14.0", "3.13.1")),
    NotCarried(request=minor("3.12", Source(variable="BP_PYTHON_DEFAULT_VERSION")), known=()),
)
WARNINGS: tuple[ResolutionWarning, ...] = (
    EndOfLife(minor="3.9", since=date(2025, 10, 31)),
    NearEndOfLife(minor="3.11", until=date(2027, 10, 31)),
    NewerPatch(version="3.13.1", newest="3.13.9"),
)


def _shown(message: Message) -> str:
    parts = (("found", message.found), ("means", message.means), ("do", message.do))
    return "\n".join([message.happened, *(f"  {name}: {line}" for name, lines in parts for line in lines)]) + "\n"


def test_the_words_are_those_of_the_golden_file() -> None:
    errors = [_shown(describe_catalogue(error)) for error in ERRORS]
    warnings = [f"warning: {describe_warning(warning)}" for warning in WARNINGS]
    check_golden("errors_catalogue", "\n".join((*errors, *warnings)))


def test_every_error_is_in_the_golden_file() -> None:
    assert {type(error) for error in ERRORS} == set(get_args(CatalogueProblem | ResolutionError | NotCarried))
    assert {type(warning) for warning in WARNINGS} == set(get_args(ResolutionWarning))


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_every_message_says_what_to_do(error: CatalogueProblem | ResolutionError | NotCarried) -> None:
    assert describe_catalogue(error).do
