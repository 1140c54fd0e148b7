"""The pipelines of docs/review.md, run by the shells that run them."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from pure.review.golden import FILE

from tests.examples import laid_out
from tests.places import DOCS, ROOT
from tests.test_docs import BLOCK

pytestmark = pytest.mark.heavy

PAGE = (DOCS / "review.md").read_text()
GITHUB, GITLAB = (yaml.safe_load(found["text"]) for found in BLOCK.finditer(PAGE) if found["language"] == "yaml")


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    laid_out("pip-flask", folder)
    (folder / ".python-version").write_text("3.13\n")
    run(folder, ["lamina", "plan", ".", "--write", FILE])
    return folder


def run(folder: Path, argv: list[str], **env: str) -> int:
    environ = {
        "PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "GITHUB_STEP_SUMMARY": str(folder.parent / "summary.md"),
        "GITHUB_OUTPUT": str(folder.parent / "output"),
        **env,
    }
    return subprocess.run(argv, cwd=folder, env=environ, check=False).returncode


def github(app: Path) -> tuple[str, str, int]:
    """What the summary says, what the step gives, and how the last step ends."""
    steps: list[dict[str, Any]] = GITHUB["jobs"]["decisions"]["steps"]
    (check,) = (each for each in steps if each.get("id") == "check")
    assert run(app, ["bash", "-e", "-c", check["run"]]) == 0
    output = (app.parent / "output").read_text()
    last = run(app, ["bash", "-e", "-c", steps[-1]["run"]], STATUS=output.strip().partition("=")[2])
    return (app.parent / "summary.md").read_text(), output, last


def gitlab(app: Path) -> tuple[str, int]:
    """What the artefact says, and how the job ends."""
    script = "\n".join(line for line in GITLAB["decisions"]["script"] if not line.startswith("pip "))
    return (app / "decisions.md").read_text() if (status := run(app, ["bash", "-e", "-c", script])) else "", status


def test_a_request_that_decides_as_before(app: Path) -> None:
    summary, output, status = github(app)
    assert ("no decision differs" in summary, output, status) == (True, "status=0\n", 0)
    assert gitlab(app) == ("", 0)


def test_a_request_that_decides_otherwise(app: Path) -> None:
    (app / ".python-version").write_text("3.12\n")
    summary, output, status = github(app)
    assert (summary.startswith("### "), output, status) == (True, "status=1\n", 1)
    said, status = gitlab(app)
    assert (said, status) == (summary, 1)


def test_a_request_that_breaks_the_file(app: Path) -> None:
    (app / FILE).write_text("<<<<<<<\n")
    assert github(app)[1:] == ("status=2\n", 2)
    assert gitlab(app)[1] == 2
