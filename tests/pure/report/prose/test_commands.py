"""The words for build commands that can't be run, fail, or change what is installed."""

from typing import get_args

import msgspec
import pytest
from pure.complaints.commands import (
    BuildCommandFailed,
    CommandCause,
    CommandChangedLayers,
    CommandError,
    CommandKind,
)
from pure.complaints.imports import ImportKind, ImportReason
from pure.message import Message
from pure.project.build_commands import BuildCommandsError, EmptyBuildCommand, NotCommands
from pure.report.prose.commands import describe_commands

from tests.golden import check_golden

SITE = "venv/lib/python3.13/site-packages"
SUBJECTS: dict[CommandKind, tuple[str, ...]] = {
    "program": ("pybabel",),
    "system": ("msgfmt", "npm"),
    "permission": ("./compile.sh",),
    "memory": ("",),
    "hidden": ("SECRET_KEY",),
    "import": (),
}
IMPORTS: dict[ImportKind, str] = {
    "module": "yaml.nodes",
    "removed": "distutils.util",
    "pkg_resources": "pkg_resources",
    "name": "x",
}


def failed(cause: CommandCause | None, **changes: object) -> BuildCommandFailed:
    error = BuildCommandFailed(
        line="pybabel compile --directory locales",
        source="pyproject.toml, [tool.lamina] build",
        returncode=1,
        signal=None,
        output=("compiling …", "the last words"),
        cause=cause,
    )
    return msgspec.structs.replace(error, **changes)


def imported(kind: ImportKind) -> CommandCause:
    subject = IMPORTS[kind]
    return CommandCause(kind="import", subject=subject, reason=ImportReason(kind=kind, subject=subject))


ERRORS: tuple[BuildCommandsError | CommandError, ...] = (
    NotCommands(found="a table"),
    EmptyBuildCommand(number=2),
    *(failed(CommandCause(kind=kind, subject=each)) for kind, subjects in SUBJECTS.items() for each in subjects),
    *(failed(imported(kind)) for kind in IMPORTS),
    failed(None, signal="SIGSEGV", line="one line\nand another", source="$BP_PYTHON_BUILD_COMMAND"),
    CommandChangedLayers(paths=(f"{SITE}/flask/app.py",), number=1),
    CommandChangedLayers(paths=tuple(f"{SITE}/{name}.py" for name in "abcdef"), number=17),
)


def _shown(message: Message) -> str:
    parts = (("found", message.found), ("means", message.means), ("do", message.do))
    return "\n".join([message.happened, *(f"  {name}: {line}" for name, lines in parts for line in lines)]) + "\n"


def test_the_words() -> None:
    check_golden("errors_commands", "\n".join(_shown(describe_commands(error)) for error in ERRORS))


def test_every_error_and_every_cause_has_words() -> None:
    assert {type(error) for error in ERRORS} == set(get_args(BuildCommandsError | CommandError))
    assert set(SUBJECTS) == set(get_args(CommandKind))


@pytest.mark.parametrize("error", ERRORS)
def test_no_line_is_longer_than_a_terminal(error: BuildCommandsError | CommandError) -> None:
    message = describe_commands(error)
    assert all(len(line) <= 116 for line in (message.happened, *message.means, *message.do))
    assert message.do
