"""Compares what a user would see with a file that reads well in review (LAMINA_UPDATE_GOLDENS=1 writes it anew)."""

import os

import pytest

from tests.places import GOLDENS

FOLDER = GOLDENS


def check_golden(name: str, text: str, *, suffix: str = ".txt") -> None:
    """Assert that ``text`` is what ``tests/goldens/<name><suffix>`` holds."""
    path = FOLDER / f"{name}{suffix}"
    text = text.rstrip("\n") + "\n"
    if os.environ.get("LAMINA_UPDATE_GOLDENS") == "1":
        path.write_text(text, encoding="utf-8")
        return
    if not path.is_file():
        pytest.fail(f"There is no {path.name}; LAMINA_UPDATE_GOLDENS=1 writes it:\n{text}")
    assert text == path.read_text(encoding="utf-8")
