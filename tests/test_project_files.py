"""Which files of a project are read, and which are only pointed out."""

from pathlib import Path

import pytest
from shell.world import read_project


def _write(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")


@pytest.mark.parametrize("folder", ["", "services"])
def test_locks_one_folder_deeper_and_requirements_of_a_folder_are_found(tmp_path: Path, folder: str) -> None:
    home = tmp_path / folder
    _write(home, "app.py", "api/uv.lock", "api/deeper/poetry.lock", "docs/notes.txt", ".git/uv.lock")
    _write(home, "requirements/base.txt", "requirements/production.txt", "requirements/readme.md")
    found = read_project(tmp_path, {"BP_PYTHON_PROJECT_DIR": folder}).unwrap()
    assert set(found.nested) == {"api/uv.lock", "requirements/base.txt", "requirements/production.txt"}


def test_they_are_not_looked_for_where_the_project_has_its_own(tmp_path: Path) -> None:
    _write(tmp_path, "requirements.txt", "api/uv.lock", "requirements/base.txt")
    assert read_project(tmp_path, {}).unwrap().nested == ()


@pytest.mark.parametrize(("names", "workspace"), [(("main.py", "pyproject.toml"), ""), (("requirements.txt",), None)])
def test_a_folder_below_a_workspace_is_a_member_only_if_it_declares_a_project(
    tmp_path: Path, names: tuple[str, ...], workspace: str | None
) -> None:
    _write(tmp_path, "uv.lock", "pyproject.toml", *(f"old/{name}" for name in names))
    found = read_project(tmp_path, {"BP_PYTHON_PROJECT_DIR": "old"}).unwrap()
    assert found.workspace == workspace
    assert bool(found.workspace_texts) is (workspace is not None)
