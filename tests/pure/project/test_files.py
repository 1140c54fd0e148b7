"""Which folder is the project, and which of its files may be meant for pip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.outcome import Failure, Success
from pure.project.detection import FOLDER_VARIABLE
from pure.project.files import has_script_block, project_folder, requirement_files, requirement_inputs


@pytest.mark.parametrize(
    ("value", "folder"), [("", ""), (".", ""), (" ./api/ ", "api"), ("services/api", "services/api"), ("a//b", "a/b")]
)
def test_the_folder_that_is_picked(value: str, folder: str) -> None:
    assert project_folder({FOLDER_VARIABLE: value}) == Success(folder)


@pytest.mark.parametrize("value", ["/api", "..", "api/../..", "a/../b", "a\0b"])
def test_a_folder_that_may_lie_elsewhere_is_refused(value: str) -> None:
    assert isinstance(project_folder({FOLDER_VARIABLE: value}), Failure)


@given(st.text(alphabet="ab./\0 \n", max_size=12))
def test_whatever_is_picked_stays_in_the_application(value: str) -> None:
    match project_folder({FOLDER_VARIABLE: value}):
        case Success(folder):
            assert not folder.startswith("/")
            assert ".." not in folder.split("/")
        case Failure(error):
            assert error.because


def test_what_an_image_needs_is_proposed_first() -> None:
    names = ("requirements-dev.txt", "requirements/base.txt", "notes.txt", "requirements-prod.txt", "requirements.txt")
    assert requirement_files(names) == ("requirements-prod.txt", "requirements/base.txt", "requirements-dev.txt")


def test_what_requirements_are_compiled_of_is_found_with_that_of_images_first() -> None:
    names = ("requirements-dev.in", "requirements.in", "requirements/prod.in", "notes.in", "MANIFEST.in", "a.txt")
    assert requirement_inputs(names) == ("requirements/prod.in", "requirements.in", "requirements-dev.in")


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("# /// script\n# dependencies = []\n# ///\n", True),
        ("#!/usr/bin/env -S uv run\r\n# /// script\r\n# ///\r\n", True),
        ("print('# /// script')\n", False),
        ("# /// pyproject\n# ///\n", False),
        ("", False),
    ],
)
def test_a_program_that_carries_its_dependencies_is_known(text: str, *, has: bool) -> None:
    assert has_script_block(text) is has
