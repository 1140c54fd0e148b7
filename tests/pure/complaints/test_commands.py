"""Why build commands fail, by what shells and programs say."""

import pytest
from pure.complaints.commands import CommandCause, why_it_failed
from pure.report.prose.commands import shown_line

TRACEBACK = ("Traceback (most recent call last):", '  File "<string>", line 1, in <module>')
SAID: dict[tuple[str, ...], tuple[str, str]] = {
    ("sh: 1: pybabel: not found",): ("program", "pybabel"),
    ("/bin/sh: 1: pybabel: not found",): ("program", "pybabel"),
    ("bash: line 1: pybabel: command not found",): ("program", "pybabel"),
    ("sh: pybabel: not found",): ("program", "pybabel"),
    ("sh: line 2: exec: pybabel: not found",): ("program", "pybabel"),
    ("sh: No such file or directory",): ("program", "sh"),
    ("sh: 1: npm: not found", "and more"): ("system", "npm"),
    ("CommandError: Can't find msgfmt. Make sure you have GNU gettext tools 0.19 or newer installed.",): (
        "system",
        "msgfmt",
    ),
    (*TRACEBACK, "FileNotFoundError: [Errno 2] No such file or directory: 'ffmpeg'"): ("system", "ffmpeg"),
    ("sh: 1: ./make.sh: Permission denied",): ("permission", "./make.sh"),
    (*TRACEBACK, "ModuleNotFoundError: No module named 'yaml'"): ("import", "yaml"),
    (*TRACEBACK, "KeyError: 'SECRET_KEY'"): ("hidden", "SECRET_KEY"),
    ("ImproperlyConfigured: Set the SECRET_KEY environment variable",): ("hidden", "SECRET_KEY"),
}


@pytest.mark.parametrize("lines", SAID)
def test_what_is_recognised(lines: tuple[str, ...]) -> None:
    found = why_it_failed(lines, returncode=1, signal=None, hidden=("PIP_INDEX_URL", "SECRET_KEY"))
    assert found is not None
    assert (found.kind, found.subject) == SAID[lines]


@pytest.mark.parametrize("lines", [(), ("Error: catalog is broken",), ("grep: pattern: not found here",)])
def test_what_nobody_knows(lines: tuple[str, ...]) -> None:
    assert why_it_failed(lines, returncode=1, signal=None, hidden=("SECRET_KEY",)) is None


def test_memory_is_named_however_the_shell_passes_it_on() -> None:
    memory = CommandCause(kind="memory")
    assert why_it_failed(("Killed",), returncode=137, signal=None, hidden=()) == memory
    assert why_it_failed((), returncode=-9, signal="SIGKILL", hidden=()) == memory


def test_a_long_command_is_one_line() -> None:
    assert shown_line("a\nb") == "a […]"
    assert len(shown_line("x" * 500)) < 120
    assert shown_line("a && b") == "a && b"
