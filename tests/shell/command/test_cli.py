"""What the command says of itself; what it does is tested in ``tests/builds``."""

import sys
from pathlib import Path

import pytest

from shell.command import cli


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
