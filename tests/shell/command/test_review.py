"""``lamina plan --write`` and ``--check``, as they are called."""

import contextlib
import html
import json
import os
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from pure.review.golden import FILE

from shell.command import cli
from tests.examples import laid_out


def lamina(folder: Path, *arguments: str, **env: str) -> tuple[int, str]:
    """How ``lamina`` ends in a folder, and what it says."""
    with contextlib.chdir(folder):
        ended = CliRunner(env=env).invoke(cli.lamina, arguments)
    assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
    return ended.exit_code, ended.output


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    laid_out("pip-flask", folder)
    (folder / ".python-version").write_text("3.13\n")
    return folder


def test_written_checked_and_changed(app: Path) -> None:
    assert lamina(app, "plan", ".", "--write", FILE) == (0, f"Created {FILE}: 7 decisions\n")
    written = (app / FILE).read_bytes()
    # What this shell has takes no part in it, and the file itself is no file of the application's that counts.
    assert lamina(app, "plan", ".", "--check", FILE, BP_PYTHON_VERSION="3.11", PIP_INDEX_URL="x")[0] == 0
    assert lamina(app, "plan", ".", "--write", FILE) == (0, f"Unchanged: {FILE}\n")
    (app / ".python-version").unlink()
    status, said = lamina(app, "plan", ".", "--check", FILE)
    assert status == 1
    assert "1 decision differs" in said
    assert ".python-version asks for 3.13" in said
    status, said = lamina(app, "plan", ".", "--check", FILE, "--format", "markdown")
    assert (status, said.startswith("### ")) == (1, True)
    status, said = lamina(app, "plan", ".", "--check", FILE, "--json")
    assert (status, [each["name"] for each in json.loads(said)["differences"]]) == (1, ["python"])
    assert (app / FILE).read_bytes() == written
    status, said = lamina(app, "plan", ".", "--write", FILE)
    assert (status, said.splitlines()[0]) == (0, f"Changed {FILE}: 1 decision differs")
    assert lamina(app, "plan", ".", "--check", FILE)[0] == 0


def test_a_file_whose_name_is_no_utf8(app: Path) -> None:
    name = os.fsdecode(b"plan\xff.json")
    for said in ("created", "unchanged"):
        status, text = lamina(app, "plan", ".", "--write", name, "--json")
        assert (status, json.loads(text)["file"], json.loads(text)["written"]) == (0, "plan<U+DCFF>.json", said)
    status, text = lamina(app, "plan", ".", "--check", name, "--json")
    assert (status, json.loads(text)["file"]) == (0, "plan<U+DCFF>.json")


def test_the_target_of_the_file_is_checked(app: Path) -> None:
    assert lamina(app, "plan", ".", "--write", FILE, "--target", "linux/arm64")[0] == 0
    assert json.loads((app / FILE).read_text())["target"] == "linux/arm64"
    assert lamina(app, "plan", ".", "--check", FILE)[0] == 0
    status, said = lamina(app, "plan", ".", "--check", FILE, "--target", "linux/amd64")
    assert (status, "linux/arm64" in said) == (1, True)


def told(said: str) -> list[str]:
    """The arguments of the command that a message ends with."""
    (line,) = (line for line in said.splitlines() if line.strip().startswith("lamina plan "))
    return shlex.split(line)[1:]


@pytest.mark.parametrize(
    "asked", [("--env", "BP_PYTHON_VERSION=3.12"), ("--env-file", "of it.env"), ("--target", "linux/arm64")]
)
def test_the_command_that_is_told_writes_the_plan_that_was_checked(asked: tuple[str, ...], app: Path) -> None:
    app = app.rename(app.with_name("my app; x"))
    (app / "of it.env").write_text("BP_PYTHON_VERSION=3.12\n")
    asked = (str(app), *asked)
    # Of a file that isn't there, of one that is none, and of one with other decisions.
    for text in (None, "none", '{"schema": 1, "target": "linux/arm64", "decisions": {}}'):
        if text is not None:
            (app / FILE).write_text(text)
        status, said = lamina(app, "plan", *asked, "--check", FILE)
        assert (status, lamina(app, *told(said))[0]) == (2 if text in (None, "none") else 1, 0), said
        assert lamina(app, "plan", *asked, "--check", FILE) == (0, f"{FILE}: no decision differs\n")
    assert '"linux/arm64"' in (app / FILE).read_text()


# Known from a file alone, with what Markdown escapes, one of Lamina's own words, and under names that tell nothing.
SECRETS = {
    "MYVAR": "ab_cd!ef",
    "DB_PASSWORD": "python",
    "STRIPE_KEY": "sk_live_51H",
    "SMTP_PWD": "hunter22",
    "BP_PYTHON_MIRROR": "https://m.test/tok_abc123",
}


@pytest.mark.parametrize("form", [(), ("--format", "markdown"), ("--json",)])
@pytest.mark.parametrize("golden", [None, "<<<<<<< ours", "differing"])
def test_no_secret_is_in_the_command_that_is_told(form: tuple[str, ...], golden: str | None, app: Path) -> None:
    with (app / "requirements.txt").open("a") as file:
        file.write("--index-url https://${MYVAR}@h.example/simple\n")
    if golden == "differing":
        # Written by somebody, with a secret that only this plan gets to know.
        found = {"ab_cd!ef": {"decided": "a ab_cd!ef", "by": "ab_cd!ef", "because": ["ab_cd!ef"]}}
        golden = json.dumps({"schema": 1, "target": "linux/amd64", "decisions": found})
    if golden is not None:
        (app / FILE).write_text(golden)
    asked = [word for name, value in SECRETS.items() for word in ("--env", f"{name}={value}")]
    choices = ["--env", "BP_PYTHON_VERSION=3.12", "--env", "BP_PYTHON_DIVIDE"]
    status, said = lamina(app, "plan", ".", "--check", FILE, *asked, *choices, *form, BP_PYTHON_DIVIDE="true")
    assert status == (1 if golden and golden.startswith("{") else 2), said
    if form == ("--json",):
        said = "\n".join(texts(json.loads(said)))
    said = html.unescape(said).replace("<!-- -->", "")
    assert not [value for value in SECRETS.values() if value != "python" and value in said]
    if not (form == ("--json",) and status == 1):
        shown = " ".join(f"--env {name}" for name in SECRETS)
        assert f"lamina plan . --write {FILE} {shown} --env BP_PYTHON_VERSION=3.12 --env BP_PYTHON_DIVIDE" in said
    status, said = lamina(app, "plan", ".", "--write", FILE, *asked, *choices, "--json", BP_PYTHON_DIVIDE="true")
    assert (status, "ab_cd!ef" in said) == (0, False)


def texts(told: object) -> list[str]:
    """Every text of a document, the names in it too."""
    match told:
        case dict():
            return [each for pair in told.items() for part in pair for each in texts(part)]
        case list():
            return [each for part in told for each in texts(part)]
        case _:
            return [str(told)]


def test_a_file_that_cannot_be_compared_with_has_a_status_of_its_own(app: Path) -> None:
    for text in (None, "<<<<<<< ours\n", '{"schema": 99}'):
        if text is not None:
            (app / FILE).write_text(text)
        status, said = lamina(app, "plan", ".", "--check", FILE)
        assert (status, said.count("Error: ")) == (2, 1), said
        status, said = lamina(app, "plan", ".", "--check", FILE, "--json")
        assert (status, "error" in json.loads(said)) == (2, True)
    # What can't be read is written anew.
    assert lamina(app, "plan", ".", "--write", FILE)[0] == 0
    status, said = lamina(app, "plan", ".", "--write", "folder/plan.json")
    assert (status, f"there is no folder {app}/folder; make it first" in said) == (2, True)
    assert not (app / "folder").exists()


def test_what_is_wrong_with_the_descriptor_is_a_document_too(app: Path) -> None:
    (app / "project.toml").write_text("[")
    status, said = lamina(app, "plan", ".", "--json")
    assert (status, "project.toml" in str(json.loads(said)["error"])) == (1, True)


def test_layers_that_are_none_are_no_first_build(app: Path) -> None:
    status, said = lamina(app, "plan", ".", "--layers", ".")
    assert (status, f"There is no layer of lamina/python to plan against\n    {app}\n" in said) == (1, True)
    (app / "venv.toml").write_text("[types]\nlaunch = true\n")
    assert lamina(app, "plan", ".", "--layers", ".")[0] == 0


def test_what_prevents_a_plan_stays_what_it_is(app: Path) -> None:
    lamina(app, "plan", ".", "--write", FILE)
    (app / ".python-version").write_text("3.99\n")
    for option in ("--check", "--write"):
        status, said = lamina(app, "plan", ".", option, FILE)
        assert (status, "3.99" in said) == (1, True)


@pytest.mark.parametrize(
    "options",
    [
        ("--check", FILE, "--write", FILE),
        ("--check", FILE, "--layers", "."),
        ("--write", FILE, "--format", "markdown"),
        ("--check", FILE, "--format", "markdown", "--json"),
        ("--format", "text"),
    ],
)
def test_options_that_do_not_go_together(options: tuple[str, ...], app: Path) -> None:
    status, said = lamina(app, "plan", ".", *options)
    assert (status, ("The command line is wrong" if "--json" in options else "Usage:") in said) == (2, True)


def test_no_secret_reaches_the_file(app: Path) -> None:
    (app / "Procfile").write_text("web: gunicorn --password hunter2hunter2 app:app\n")
    lamina(app, "plan", ".", "--write", FILE, "--env", "API_TOKEN=hunter2hunter2")
    assert "hunter2" not in (app / FILE).read_text()
