"""Which files of a project are read, and which are only pointed out."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.project.files import requirement_files
from pure.project.workspace import has_member
from shell.world import read_project


def _write(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")


@pytest.mark.parametrize("folder", ["", "services"])
def test_locks_in_folders_below_and_requirements_of_a_folder_are_found(tmp_path: Path, folder: str) -> None:
    home = tmp_path / folder
    _write(home, "app.py", "api/uv.lock", "api/deeper/poetry.lock", "docs/notes.txt", ".git/uv.lock")
    _write(home, "requirements/base.txt", "requirements/production.txt", "requirements/readme.md")
    found = read_project(tmp_path, {"BP_PYTHON_PROJECT_DIR": folder}).unwrap()
    assert found.nested == ("api/uv.lock", "api/deeper/poetry.lock")
    assert found.requirement_files == ("requirements/production.txt", "requirements/base.txt")


def test_they_are_not_looked_for_where_the_project_has_its_own(tmp_path: Path) -> None:
    _write(tmp_path, "requirements.txt", "api/uv.lock", "requirements/base.txt")
    assert read_project(tmp_path, {}).unwrap().nested == ()


WORKSPACE = '[tool.uv.workspace]\nmembers = ["old", "packages/*", "deep/**"]\nexclude = ["packages/not"]\n'


@pytest.mark.parametrize(
    ("folder", "member"),
    [("old", True), ("packages/a", True), ("packages/not", False), ("packages", False), ("packages/a/b", False),
     ("other/old", False), ("deep/er/still", True), ("else", False)],
)  # fmt: skip
@pytest.mark.parametrize("root", ["", "services"])
def test_a_folder_below_a_workspace_is_a_member_if_it_is_declared_to_be_one(
    tmp_path: Path, root: str, folder: str, member: bool
) -> None:
    _write(tmp_path / root, "uv.lock", f"{folder}/pyproject.toml")
    (tmp_path / root / "pyproject.toml").write_text(WORKSPACE)
    found = read_project(tmp_path, {"BP_PYTHON_PROJECT_DIR": str(Path(root, folder))}).unwrap()
    assert found.workspace == (root if member else None)
    assert bool(found.workspace_texts) is member


def test_what_declares_no_project_is_no_member(tmp_path: Path) -> None:
    _write(tmp_path, "uv.lock", "old/requirements.txt")
    (tmp_path / "pyproject.toml").write_text(WORKSPACE)
    assert read_project(tmp_path, {"BP_PYTHON_PROJECT_DIR": "old"}).unwrap().workspace is None


@pytest.mark.parametrize(("declared", "member"), [(b"[tool.uv.workspace]\nmembers = 3\n", False), (b"x =", True)])
def test_a_declaration_that_says_something_else(declared: bytes, member: bool) -> None:
    assert has_member({"pyproject.toml": declared}, "old") is member


@given(st.binary(max_size=40), st.lists(st.text(max_size=8), max_size=3), st.text(max_size=10))
def test_any_patterns_have_an_answer(raw: bytes, patterns: list[str], folder: str) -> None:
    written = f"[tool.uv.workspace]\nmembers = {json.dumps(patterns)}\n".encode()
    assert has_member({"pyproject.toml": written}, folder) in (True, False)
    assert has_member({"pyproject.toml": raw}, folder) in (True, False)
    assert not has_member({}, folder)


@pytest.mark.parametrize(
    ("files", "first"),
    [
        (("requirements/dev.txt", "requirements/prod.txt", "requirements/base.txt"), "requirements/prod.txt"),
        (("requirements/default.txt", "requirements/test.txt", "requirements/docs.txt"), "requirements/default.txt"),
        (("requirements-dev.txt", "requirements_production.txt"), "requirements_production.txt"),
        (("prod-requirements.txt", "dev-requirements.txt", "README.md"), "prod-requirements.txt"),
        (("requirements/requirements.txt", "requirements/local.txt"), "requirements/requirements.txt"),
        (("notes.txt", "requirements.in", "requirements/base.in"), None),
    ],
)
def test_the_likeliest_requirements_file_comes_first(files: tuple[str, ...], first: str | None) -> None:
    assert next(iter(requirement_files(files)), None) == first
