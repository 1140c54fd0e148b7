"""The words for start commands that are declared wrongly, and for static files that can't be collected."""

from typing import get_args

import msgspec
import pytest
from pure.message import Message
from pure.report.prose.processes import describe_processes
from pure.source import Source
from pure.start.choice import ProcessesError
from pure.start.declared import (
    NotACommand,
    NotATable,
    NothingToExecute,
    PyprojectUnreadable,
    SeveralDefaults,
    TypeNotAllowed,
)
from pure.start.django import Cause, CauseKind, CollectStaticFailed
from pure.start.offered import ToolNotInImage
from pure.start.processes import BadLine, BadType, DuplicateType, EmptyCommand, NotText

from tests.golden import check_golden

SUBJECTS: dict[CauseKind, str] = {
    "static_root": "",
    "variable": "API_KEY",
    "settings": "",
    "arguments": "site_.settings.collectstatic",
    "secret_key": "SECRET_KEY",
    "module": "debug_toolbar",
    "manifest": "img/logo.png",
    "database": "connection refused",
}


def failed(cause: Cause | None, *, signal: str | None = None) -> CollectStaticFailed:
    return CollectStaticFailed(manage="manage.py", returncode=-9 if signal else 1, signal=signal, cause=cause)


ERRORS: tuple[ProcessesError | CollectStaticFailed | ToolNotInImage, ...] = (
    NotText(line=3),
    BadLine(line=2, text="gunicorn app:app"),
    BadType(line=1, type="wéb"),
    EmptyCommand(line=1, type="web"),
    DuplicateType(first=1, line=4, type="web"),
    PyprojectUnreadable(detail="Expected ']' at the end of a table declaration (at line 1, column 8)"),
    NotATable(found="a string"),
    NotACommand(type="web", found="a number"),
    TypeNotAllowed(type="my web"),
    NothingToExecute(type="web"),
    SeveralDefaults(types=("web", "bot")),
    *(failed(Cause(kind=kind, subject=subject)) for kind, subject in SUBJECTS.items()),
    msgspec.structs.replace(
        failed(Cause(kind="settings")), candidates=("config.settings.base", "config.settings.production")
    ),
    failed(None),
    failed(None, signal="SIGKILL"),
    ToolNotInImage(
        source=Source(file="Procfile", line=1),
        type="web",
        tool="pipenv",
        shown="pipenv run serve",
        script="gunicorn app:app",
        file="Pipfile",
    ),
    ToolNotInImage(source=Source(file="Procfile", line=1), type="web", tool="uvx", shown="uvx gunicorn app:app"),
)


def _shown(message: Message) -> str:
    parts = (("found", message.found), ("means", message.means), ("do", message.do))
    return "\n".join([message.happened, *(f"  {name}: {line}" for name, lines in parts for line in lines)]) + "\n"


def test_the_words() -> None:
    check_golden("errors_processes", "\n".join(_shown(describe_processes(error)) for error in ERRORS))


def test_every_error_and_every_cause_has_words() -> None:
    assert {type(error) for error in ERRORS} == set(get_args(ProcessesError | CollectStaticFailed | ToolNotInImage))
    assert set(SUBJECTS) == set(get_args(CauseKind))


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_no_line_is_longer_than_a_terminal(error: ProcessesError | CollectStaticFailed | ToolNotInImage) -> None:
    message = describe_processes(error)
    assert max(map(len, (message.happened, *message.found, *message.means, *message.do))) <= 116
