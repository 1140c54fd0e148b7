"""The page of a real build: what it took is known, and what differs from the build before."""

import re
from pathlib import Path

import pytest

from tests.browsing.browser import CHROMIUM, browser
from tests.builds.lamina import Lamina, write_application
from tests.builds.workshop import VERSION, Workshop

pytestmark = pytest.mark.heavy


def plain(html: str) -> str:
    """The words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.partition("<main>")[2].partition("<script>")[0]))


def test_a_local_build_and_the_one_before(tmp_path: Path, workshop: Workshop, built_once: Path) -> None:
    lamina = Lamina(tmp_path, workshop)
    lamina.start_from(built_once)
    app = write_application(tmp_path / "app")
    (app / "requirements.txt").write_text("beta==1.0\nalpha==2.0\n")
    ran = lamina.build(app)
    assert ran.status == 0, ran.both
    file = tmp_path / "page.html"
    ran = lamina.run("report", app, "--cache", lamina.cache, "--previous", built_once, "--html", file)
    assert ran.status == 0, ran.both
    text = plain(file.read_text(encoding="utf-8"))
    assert f"Python {VERSION}" in text
    assert "beta 1.1 1.0" in text
    assert "Process web, the default" in text
    assert "venv changed" in text
    assert "building with lamina/python" in text
    assert " installing " in text
    # Whatever lies there of another image's build says nothing of this one's.
    (lamina.cache / "timeline.json").write_bytes((built_once / "timeline.json").read_bytes())
    ran = lamina.run("report", lamina.cache, "--html", file)
    assert ran.status == 0, ran.both
    assert "Nothing is known of it" in plain(file.read_text(encoding="utf-8"))


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is missing (Debian's package chromium)")
def test_a_browser_has_nothing_against_it(tmp_path: Path, workshop: Workshop, built_once: Path) -> None:
    file = tmp_path / "page.html"
    ran = Lamina(tmp_path, workshop).run("report", built_once, "--html", file)
    assert ran.status == 0, ran.both
    with browser() as tab:
        tab.open(file, width=360, height=740, dark=False)
        assert tab.run("document.documentElement.scrollWidth") == 360
        assert tab.run("document.querySelectorAll('#map .box').length") >= 2
        assert tab.events("Log.entryAdded") + tab.events("Runtime.exceptionThrown") == []
