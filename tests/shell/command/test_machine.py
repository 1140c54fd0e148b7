"""``lamina doctor`` on this machine, with indexes that answer in every way."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from shell.command import cli
from tests.file_server import Exchange, Server, serving
from tests.places import ROOT


def answer(exchange: Exchange) -> None:
    status = 200 if exchange.path == "/simple/pip/" else 401 if exchange.path.startswith("/private") else 404
    exchange.answer(status, b"<a href='pip-1.whl'>pip</a>" * 100)


@pytest.fixture(scope="module")
def index() -> Iterator[Server]:
    with serving(answer) as server:
        yield server


def doctor(*arguments: str, **env: str) -> tuple[int, dict[str, dict[str, object]], str]:
    """The exit status of ``lamina doctor --json``, its rows by name, and all that it said."""
    ended = CliRunner(env=env).invoke(cli.lamina, ["doctor", "--json", *arguments])
    assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
    rows = {row["name"]: row for row in json.loads(ended.output)["rows"]}
    return ended.exit_code, rows, ended.output


def given(**variables: str) -> list[str]:
    quiet = {"PIP_CONFIG_FILE": os.devnull, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    return [f"--env={name}={value}" for name, value in (quiet | variables).items()]


def test_this_machine_can_build(tmp_path: Path, index: Server) -> None:
    cache = tmp_path / "none" / "yet"
    status, rows, _ = doctor("--cache", str(cache), *given(PIP_INDEX_URL=f"{index.url}/simple/"))
    assert status == 0
    for name in ("system", "namespaces", "paths", "cache", "temporary files", "index"):
        assert rows[name]["condition"] == "ok", rows[name]
    # It leaves nothing behind.
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "condition"), [("/simple", "ok"), ("/private/simple", "warning"), ("/other", "warning")]
)
def test_an_index_that_answers(path: str, condition: str, index: Server) -> None:
    login = index.url.replace("://", "://me:hunter2hunter2@")
    ended, rows, said = doctor(*given(PIP_INDEX_URL=login + path))
    assert (ended, rows["index"]["condition"]) == (0, condition)
    assert "hunter2" not in said


def test_an_index_that_is_not_there() -> None:
    status, rows, _ = doctor(*given(PIP_INDEX_URL="http://127.0.0.1:1/simple/"))
    assert (status, rows["index"]["condition"]) == (1, "missing")
    # It was given, so that this is no advice.
    assert "--env PIP_INDEX_URL" not in str(rows["index"]["cure"])


def test_certificates_that_are_none(tmp_path: Path, index: Server) -> None:
    (tmp_path / "ca.pem").write_text("none")
    variables = given(PIP_INDEX_URL=f"{index.url}/simple/", PIP_CERT=str(tmp_path / "ca.pem"))
    status, rows, _ = doctor(*variables)
    assert (status, rows["certificates"]["condition"]) == (1, "missing")
    # One cause, told once.
    assert [name for name, row in rows.items() if row["condition"] == "missing"] == ["certificates"]


def test_a_proxy_that_is_not_there() -> None:
    variables = [*given(PIP_INDEX_URL="http://index.example/simple/"), "--env=http_proxy=http://127.0.0.1:1"]
    status, rows, _ = doctor(*variables)
    assert (status, rows["index"]["condition"]) == (1, "missing")
    assert "names this proxy" in str(rows["index"]["cure"])


def test_no_index_and_no_place() -> None:
    status, rows, _ = doctor("--cache", "/proc/1/cache", *given(PIP_NO_INDEX="1"))
    assert (status, rows["cache"]["condition"], rows["index"]["condition"]) == (1, "missing", "ok")
    # What the folder can't be used for is tried in another.
    assert rows["namespaces"]["condition"] == "ok"


@pytest.mark.heavy
def test_a_machine_without_namespaces_of_users() -> None:
    script = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    within = ("unshare", "--user", "--map-root-user", "sh", "-c", script, "sh")
    asked = (sys.executable, "-c", "from shell.command.cli import main; main()", "doctor", *given(PIP_NO_INDEX="1"))
    ended = subprocess.run(
        [*within, *asked], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    if "unshare failed" in ended.stderr:
        pytest.skip("this machine has no namespaces of users to begin with")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "missing  namespaces " in ended.stdout
    assert ended.stdout.endswith("No local build works here: namespaces\n")
