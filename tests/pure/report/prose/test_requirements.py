"""The words for the errors of requirements, as a user reads them."""

from typing import get_args

import pytest
from pure.message import Message
from pure.project.requirements.errors import (
    CondaList,
    ForeignLine,
    ForeignPaths,
    IncludeMissing,
    OtherSystems,
    RequirementsEncodingUnknown,
    RequirementsError,
    RequirementsUndecodable,
    RequirementsUnmarkedUtf16,
    SystemLine,
    TooManyFiles,
    placed,
)
from pure.report.prose.requirements import describe_requirements
from pure.venv.resolved import ReportError, ReportHasNoOrigin, ReportUnreadable, ReportVersionUnknown
from pure.venv.state import StateError, StateSchemaUnknown, StateUnreadable

from tests.golden import check_golden

ERRORS: tuple[RequirementsError | ReportError | StateError, ...] = (
    RequirementsUndecodable(file="requirements.txt", encoding="utf-8", line=3),
    RequirementsUndecodable(file="requirements/base.txt", encoding="utf-16-le", line=None),
    RequirementsEncodingUnknown(file="requirements.txt", encoding="klingon"),
    IncludeMissing(path="requirements/base.txt", kind="requirement", file="requirements.txt", line=2),
    IncludeMissing(path="../common/base.txt", kind="requirement", file="requirements.txt", line=1),
    IncludeMissing(path="limits.txt", kind="constraint", file="requirements.txt", line=1),
    IncludeMissing(path="/platform/limits.txt", kind="constraint"),
    RequirementsUnmarkedUtf16(file="requirements.txt"),
    CondaList(
        file="requirements.txt",
        lines=(
            ForeignLine(line=4, text="_libgcc_mutex=0.1=main"),
            ForeignLine(line=5, text="numpy=1.26.4=py311h24aa872_0"),
        ),
        number=212,
    ),
    ForeignPaths(
        file="requirements.txt",
        lines=(ForeignLine(line=3, text="certifi @ file:///croot/certifi_1700501669400/work/certifi"),),
        number=1,
    ),
    OtherSystems(
        found=(
            SystemLine(file="requirements.txt", line=3, text="pkg-resources==0.0.0", system="debian"),
            SystemLine(file="requirements.txt", line=9, text="pywin32==306", system="windows"),
            SystemLine(
                file="requirements.txt",
                line=12,
                text='tensorflow-intel==2.16.1 ; python_version < "3.12"',
                system="windows",
                instead="tensorflow",
            ),
        )
    ),
    OtherSystems(found=(SystemLine(file="requirements.txt", line=1, text="pyobjc==10", system="macos"),)),
    TooManyFiles(file="requirements.txt", most=1000),
    ReportUnreadable(detail="Object missing required field `install`"),
    ReportVersionUnknown(version="2"),
    ReportHasNoOrigin(name="flask"),
    StateUnreadable(),
    StateSchemaUnknown(schema=0),
)


def _shown(message: Message) -> str:
    parts = (("found", message.found), ("means", message.means), ("do", message.do))
    return "\n".join([message.happened, *(f"  {name}: {line}" for name, lines in parts for line in lines)]) + "\n"


def test_the_words_are_those_of_the_golden_file() -> None:
    check_golden("errors_requirements", "\n".join(_shown(describe_requirements(error)) for error in ERRORS))


def test_every_error_of_the_family_is_in_the_golden_file() -> None:
    assert {type(error) for error in ERRORS} == set(get_args(RequirementsError | ReportError | StateError))


PLACED = [error for error in ERRORS if isinstance(error, get_args(RequirementsError))]


@pytest.mark.parametrize("error", PLACED, ids=lambda error: type(error).__name__)
def test_paths_are_those_from_the_applications_root(error: RequirementsError) -> None:
    message = describe_requirements(placed(error, "services/api"))
    text = " ".join((message.happened, *message.found, *message.do))
    named = error.found[0] if isinstance(error, OtherSystems) else error
    name = named.path if isinstance(named, IncludeMissing) else named.file
    assert (name if name.startswith("/") else f"services/api/{name}") in text
    assert placed(error, "") == error
