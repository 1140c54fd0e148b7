"""What the command says of itself; what it does is tested in ``tests/builds``."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shell.command import cli
from tests.places import ROOT

FULL = "Error: The standard output can't be written to: No space left on device\n"


@pytest.mark.parametrize(
    ("started", "on_path", "said"),
    [
        ("folder/.venv/bin/lamina", False, "folder/.venv/bin/lamina"),
        ("folder/.venv/bin/lamina", True, "lamina"),
        # By a module's name or a line of Python, which nobody could repeat by this word.
        ("-c", False, "lamina"),
    ],
)
def test_it_names_itself_as_the_shell_finds_it(
    started: str, said: str, *, on_path: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if on_path:
        (tmp_path / "lamina").write_text("#!/bin/sh\n")
        (tmp_path / "lamina").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "argv", [started])
    assert cli._own_name() == said


@pytest.mark.parametrize(
    ("arguments", "to", "status", "said"),
    [
        (("--help",), "> /dev/full", 74, FULL),
        (("plan", ".", "--json"), "> /dev/full", 74, FULL),
        (("compare", "a", "b"), "> /dev/full", 74, FULL),
        (("compare", "a", "b"), ">&-", 74, "Error: The standard output can't be written to: it is closed\n"),
        (("compare", "a", "b"), "| true", 141, ""),
    ],
)
def test_what_cannot_be_printed_is_no_bug_and_no_difference(
    arguments: tuple[str, ...], to: str, status: int, said: str, tmp_path: Path
) -> None:
    (tmp_path / "requirements.txt").write_text("flask\n")
    # Nobody reads any more when it begins to write.
    script = f'exec 3>&1; {{ sleep 0.1; "$@"; echo $? >&3; }} {to}' if "|" in to else f'"$@" {to}; echo $?'
    words = (sys.executable, "-c", "from shell.command.cli import main; main()", *arguments)
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        ["sh", "-c", script, "sh", *words], cwd=tmp_path, env=environ, check=True, capture_output=True, text=True
    )
    assert (ended.stdout, ended.stderr) == (f"{status}\n", said)


def test_no_room_is_entered_before_a_command_needs_it() -> None:
    """Each start pays for what is imported then, that of a shell's completion, too."""
    asked = "import sys, shell.command.cli; print(*(each for each in sys.modules if each.startswith('pure.')))"
    ended = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=True, capture_output=True, text=True)
    imported = ended.stdout.split()
    assert "pure.outcome" in imported
    assert [each for each in imported if each.count(".") > 1] == []


def test_detecting_takes_no_structs() -> None:
    """`bin/detect` starts for each buildpack of an order: msgspec alone takes as long to import as all of it."""
    asked = "import sys, shell.detect; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=True, capture_output=True, text=True)
    assert "pure.project.detection" in ended.stdout.split()
    assert not {"msgspec", "returns", "pathlib", "json"} & set(ended.stdout.split())
