"""Which files of a folder tell how a project is installed, and what is pointed out where none does."""

from pathlib import Path

from pure.outcome import Success
from pure.project.files import ProjectFiles
from shell.application import read_application


def write(app: Path, *names: str) -> None:
    for name in names:
        path = app / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


def read(app: Path, **environ: str) -> ProjectFiles:
    found = read_application(app, environ).project
    assert isinstance(found, Success)
    return found.unwrap()


def test_locks_in_folders_below_are_pointed_out_the_nearest_first(tmp_path: Path) -> None:
    write(tmp_path, "services/api/uv.lock", "worker/requirements.txt", "docs/requirements.txt", "a/b/c/uv.lock")
    write(tmp_path, "services/web/pyproject.toml", "services/api/pyproject.toml")
    write(tmp_path, "node_modules/x/requirements.txt", ".hidden/uv.lock", "frontend/package.json")
    assert read(tmp_path).nested == ("worker/requirements.txt", "services/api/uv.lock", "services/web/pyproject.toml")


def test_a_folder_of_requirements_is_no_project(tmp_path: Path) -> None:
    write(tmp_path, "requirements/requirements.txt", "requirements/prod.txt", "requirements/old/x.txt", "setup.py")
    files = read(tmp_path)
    assert files.nested == ()
    assert files.requirement_files == ("requirements/prod.txt", "requirements/requirements.txt")
    assert files.folders == {"requirements"}


def test_nothing_is_looked_for_where_there_is_a_lock(tmp_path: Path) -> None:
    write(tmp_path, "requirements.txt", "requirements/prod.txt", "worker/uv.lock")
    files = read(tmp_path)
    assert (files.nested, files.requirement_files, files.inner) == ((), (), ())


def test_where_hatchling_looks_for_a_package_is_seen_beside_a_lock(tmp_path: Path) -> None:
    write(tmp_path, "uv.lock", "team/shop/__init__.py", ".hidden/shop/x.py")
    (tmp_path / "pyproject.toml").write_text('[build-system]\nbuild-backend = "hatchling.build"\n')
    files = read(tmp_path)
    assert files.folders == {"team", ".hidden"}
    assert files.inner == ("team/shop",)


def test_below_the_folder_that_is_picked(tmp_path: Path) -> None:
    write(tmp_path, "services/api/app/uv.lock", "services/api/main.py")
    assert read(tmp_path, BP_PYTHON_PROJECT_DIR="services/api").nested == ("app/uv.lock",)
