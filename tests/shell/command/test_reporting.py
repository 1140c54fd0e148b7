"""The command ``lamina report``."""

import contextlib
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from shell.command.cli import lamina

from tests.images import Made, shop, tar, write_layout


def report(*arguments: str | Path) -> Result:
    return CliRunner().invoke(lamina, ["report", *map(str, arguments)])


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    return write_layout(tmp_path / "shop", shop())


def test_a_page_of_a_layout(layout: Path, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    ran = report(layout, "--html", file)
    assert ran.exit_code == 0, ran.output
    text = file.read_text(encoding="utf-8")
    assert f"<h1>{layout}</h1>" in text
    assert "2029-10-31" in text.partition("<main>")[2]
    # Everything lies on this machine, so that the sizes of all layers are known.
    assert "unknown" not in text.partition("<main>")[2]
    assert ran.output.startswith(f"Wrote {file} (")
    assert "in 7 layers" in ran.output
    assert report(layout, "--html", tmp_path / "again.html").exit_code == 0
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == text


def test_what_differs_from_a_previous_one(layout: Path, tmp_path: Path) -> None:
    other = write_layout(tmp_path / "other", Made(layers=(tar({"a": b"1"}),)))
    file = tmp_path / "page.html"
    ran = report(layout, "--html", file, "--previous", other)
    assert ran.exit_code == 0, ran.output
    assert f"<code>{other}</code>" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("which", ["image", "--previous"])
def test_what_is_no_image_leaves_the_file_alone(layout: Path, tmp_path: Path, which: str) -> None:
    file = tmp_path / "page.html"
    file.write_text("as it was")
    arguments = [tmp_path / "nothing"] if which == "image" else [layout, which, tmp_path / "nothing"]
    ran = report(*arguments, "--html", file)
    assert ran.exit_code == 1
    assert "Error: There is no image" in ran.output
    assert file.read_text() == "as it was"


def test_where_nothing_can_be_written(layout: Path, tmp_path: Path) -> None:
    (tmp_path / "sealed").symlink_to("/proc/self/page.html")
    ran = report(layout, "--html", tmp_path / "sealed")
    assert ran.exit_code == 1
    assert "Error: The page can't be written" in ran.output


@pytest.mark.parametrize("folder", ["new/of it", "file", "link", "loop"])
def test_no_folder_is_made(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    before = sorted(tmp_path.iterdir())
    # It is said before anything is read: the image isn't there either.
    ran = report(tmp_path / "image", "--html", tmp_path / folder / "page.html")
    assert ran.exit_code == 2
    missing = tmp_path / ("nowhere" if folder == "link" else folder)
    assert f"there is no folder {missing}; make it first: mkdir -p" in ran.output
    assert sorted(tmp_path.iterdir()) == before


def test_no_file_has_the_name_of_a_stream(layout: Path, tmp_path: Path) -> None:
    with contextlib.chdir(tmp_path):
        ran = report(layout, "--html", "-")
        assert (ran.exit_code, "./- is" in ran.output, Path("-").exists()) == (2, True, False)
        assert report(layout, "--html", "./-").exit_code == 0


def test_a_pipe_stays_one(layout: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        ran = report(layout, "--html", pipe)
        assert ran.exit_code == 0, ran.output
        assert os.read(reader, 15) == b"<!DOCTYPE html>"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
