"""Paths that lead out of what was uploaded."""

import pytest
from pure.manager.outside import OutsideUpload, outside_upload

from tests.managed_applications import application

PROJECT = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["shared"]\n'
UV_LOCK = (
    'version = 1\nrequires-python = ">=3.11"\n[[package]]\nname = "shared"\nsource = { directory = "../shared" }\n'
)
POETRY_LOCK = """[[package]]
name = "shared"
version = "0.1"
groups = ["GROUP"]
files = []

[package.source]
type = "directory"
url = "../shared"

[metadata]
lock-version = "2.1"
"""
PDM_LOCK = """[metadata]
groups = ["default", "dev"]
lock_version = "4.5.0"

[[package]]
name = "shared"
version = "0.1"
path = "../shared"
groups = ["GROUP"]
"""
PIPFILE_LOCK = '{"_meta": {}, "GROUP": {"shared": {"editable": true, "path": "../shared"}}}'
PYLOCK = 'lock-version = "1.0"\n[[packages]]\nname = "shared"\ndirectory = { path = "../shared" }\n'


def _outside(texts: dict[str, str], folder: str = "") -> OutsideUpload | None:
    return outside_upload(*application(texts, folder))


LOCKED = [
    ({"pyproject.toml": PROJECT, "uv.lock": UV_LOCK}, "shared in uv.lock"),
    ({"pyproject.toml": PROJECT, "poetry.lock": POETRY_LOCK.replace("GROUP", "main")}, "shared in poetry.lock"),
    ({"pyproject.toml": PROJECT, "pdm.lock": PDM_LOCK.replace("GROUP", "default")}, "shared in pdm.lock"),
    ({"Pipfile": "", "Pipfile.lock": PIPFILE_LOCK.replace("GROUP", "default")}, "shared in Pipfile.lock"),
    ({"pylock.toml": PYLOCK}, "shared in pylock.toml"),
]


@pytest.mark.parametrize(("texts", "place"), LOCKED, ids=lambda value: value if isinstance(value, str) else "")
def test_what_a_lock_takes_from_beside_the_application_is_named(texts: dict[str, str], place: str) -> None:
    found = _outside(texts)
    assert found is not None
    assert found.found == ((place, "../shared"),)
    assert found.up == 1


@pytest.mark.parametrize("texts", [texts for texts, _ in LOCKED], ids=[place for _, place in LOCKED])
def test_in_a_project_below_the_root_the_same_path_stays_inside(texts: dict[str, str]) -> None:
    assert _outside(texts, "services") is None


@pytest.mark.parametrize(
    "texts",
    [
        {"pyproject.toml": PROJECT, "poetry.lock": POETRY_LOCK.replace("GROUP", "dev")},
        {"pyproject.toml": PROJECT, "pdm.lock": PDM_LOCK.replace("GROUP", "dev")},
        {"Pipfile": "", "Pipfile.lock": PIPFILE_LOCK.replace("GROUP", "develop")},
    ],
    ids=["poetry", "pdm", "pipenv"],
)
def test_what_only_developers_need_may_lie_anywhere(texts: dict[str, str]) -> None:
    assert _outside(texts) is None


@pytest.mark.parametrize("text", ["shared @ file:../shared", "shared[web]@file:../shared ; python_version > '3'"])
def test_a_dependency_of_a_project_without_a_lock_is_named(text: str) -> None:
    project = f'[project]\nname = "shop"\nversion = "1"\ndependencies = ["flask", "{text}"]\n'
    found = _outside({"pyproject.toml": project})
    assert found is not None
    assert found.found == (("dependencies in pyproject.toml", "../shared"),)


@pytest.mark.parametrize(
    ("line", "folder", "path", "up"),
    [
        ("-e ../shared", "", "../shared", 1),
        ("../shared", "", "../shared", 1),
        ("-e ../shared[web]", "", "../shared", 1),
        ("./lib/../../wheels/shared-1-py3-none-any.whl", "", "./lib/../../wheels/shared-1-py3-none-any.whl", 1),
        ("-e ../../../shared", "services/api", "../../../shared", 1),
        ("../../shared", "", "../../shared", 2),
        ("shared @ file:../shared", "", "../shared", 1),
        ("-e file:../shared", "", "../shared", 1),
        ("--no-index --find-links ../wheels", "", "../wheels", 1),
    ],
)
def test_a_requirement_outside_is_named_with_its_line(line: str, folder: str, path: str, up: int) -> None:
    found = _outside({"requirements.txt": f"flask\n{line}\n"}, folder)
    assert found is not None
    assert found.found == ((f"{folder}/requirements.txt, line 2".lstrip("/"), path),)
    assert found.up == up


@pytest.mark.parametrize(
    ("line", "folder"),
    [
        ("-e .", ""),
        ("./lib", ""),
        ("-e lib/../other", ""),
        ("/mnt/shared", ""),
        ("file:///mnt/shared", ""),
        ("-e ../shared", "services"),
        ("flask", ""),
        ("--find-links ../wheels", ""),
        ("shared @ file:shared", ""),
        ("-e git+https://host/a/../b.git#egg=b", ""),
    ],
)
def test_what_lies_inside_or_may_be_mounted_is_left_to_pip(line: str, folder: str) -> None:
    assert _outside({"requirements.txt": f"{line}\n"}, folder) is None
