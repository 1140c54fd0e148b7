"""Folders among an application's files that no image needs."""

from pathlib import Path

import pytest
from pure.project.baggage import Baggage
from shell.baggage import find_baggage


def fill(folder: Path, **files: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, size in files.items():
        (folder / name).write_bytes(bytes(size))


@pytest.mark.parametrize(
    ("name", "mark", "kind"),
    [
        ("venv", "pyvenv.cfg", "environment"),
        ("my-env", "bin/activate", "environment"),
        ("env", "Scripts/activate", "environment"),
        ("env", "conda-meta/history", "environment"),
        ("frontend/node_modules", "", "packages"),
        ("backend/.venv", "pyvenv.cfg", "environment"),
        ("node_modules", "", "packages"),
        (".git", "", "history"),
    ],
)
def test_what_is_measured(tmp_path: Path, name: str, mark: str, kind: str) -> None:
    fill(tmp_path / name / "inner", a=1000, b=500)
    if mark:
        (tmp_path / name / mark).parent.mkdir(exist_ok=True)
        (tmp_path / name / mark).write_bytes(b"")
    (found,) = find_baggage(tmp_path, tmp_path)
    assert (found.path, found.kind, found.size, found.more) == (name, kind, 1500, False)


def test_other_folders_are_the_applications_own(tmp_path: Path) -> None:
    fill(tmp_path / "env", settings=3)
    fill(tmp_path / "shop", a=3)
    fill(tmp_path / "shop/web/node_modules", too_deep=3)
    (tmp_path / ".git").write_text("gitdir: elsewhere")
    (tmp_path / "node_modules").symlink_to("shop")
    assert find_baggage(tmp_path, tmp_path) == ()


def test_the_projects_folder_is_looked_at_as_well(tmp_path: Path) -> None:
    fill(tmp_path / "web/node_modules", a=1)
    fill(tmp_path / ".git", a=2)
    assert find_baggage(tmp_path, tmp_path / "web") == (
        Baggage(path=".git", kind="history", size=2),
        Baggage(path="web/node_modules", kind="packages", size=1),
    )


def test_so_much_is_counted_and_no_more(tmp_path: Path) -> None:
    fill(tmp_path / "node_modules", **{f"f{number}": 1 for number in range(2_100)})
    (found,) = find_baggage(tmp_path, tmp_path)
    assert found.more
    assert found.size <= 2_000
