"""Credentials are looked for where tools read them, and nowhere else."""

import io
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.build.credentials import known_secrets, netrc, searched
from pure.build.facts import Facts
from pure.outcome import Success
from pure.project.files import ProjectFiles
from pure.redaction import HIDDEN, redactor
from pure.target import Target
from shell.command.planning import PlanRequest, planned, print_plan
from shell.output import Output

from tests.documents import document, documents
from tests.strategies_plan import facts as any_facts

SECRET = "hunter2-7301"
URL = f"https://me:{SECRET}@host.example/simple"
READ = {
    "an index of uv": f'[[tool.uv.index]]\nurl = "{URL}"\n',
    "uv, as pip": f'[tool.uv.pip]\nextra-index-url = ["{URL}"]\n',
    "a source of uv": f'[tool.uv.sources]\nalpha = {{ git = "{URL}" }}\n',
    "a source of Poetry": f'[[tool.poetry.source]]\nurl = "{URL}"\n',
    "a dependency of Poetry": f'[tool.poetry.dependencies]\nalpha = {{ url = "{URL}" }}\n',
    "a group of Poetry": f'[tool.poetry.group.dev.dependencies]\nalpha = {{ git = "{URL}" }}\n',
    "a source of PDM": f'[[tool.pdm.source]]\nurl = "{URL}"\n',
    "a group of PDM": f'[tool.pdm.dev-dependencies]\ndev = ["alpha @ {URL}"]\n',
    "a dependency": f'[project]\ndependencies = ["alpha @ {URL}"]\n',
    "an extra": f'[project.optional-dependencies]\nmore = ["alpha @ {URL}"]\n',
    "a group": f'[dependency-groups]\ndev = ["alpha @ {URL}"]\n',
    "what a build needs": f'[build-system]\nrequires = ["alpha @ {URL}"]\n',
}
NOT_READ = {
    "a description": f'[project]\ndescription = "for example {URL}"\n',
    "an address": f'[project.urls]\nhome = "{URL}"\n',
    "a setting of pytest": f'[tool.pytest.ini_options]\nenv = ["DATABASE_URL={URL}"]\n',
    "a script of PDM": f'[tool.pdm.scripts]\ntest = {{ cmd = "pytest", env = {{ DB = "{URL}" }} }}\n',
    "a comment": f"# {URL}\n[project]\n",
}


def learned(name: str, text: str, said: str) -> str:
    """What is shown of ``said`` where a project has this file."""
    return redactor({}, requirement_texts=searched(name, document(text)))(said)


@pytest.mark.parametrize("where", READ)
def test_what_tools_read_is_learned(where: str) -> None:
    assert learned("pyproject.toml", READ[where], f"got {SECRET}") == f"got {HIDDEN}"
    assert learned("services/api/pyproject.toml", READ[where], f"got {SECRET}") == f"got {HIDDEN}"


@pytest.mark.parametrize("where", NOT_READ)
def test_what_tools_do_not_read_blanks_nothing(where: str) -> None:
    assert learned("pyproject.toml", NOT_READ[where], f"got {SECRET}") == f"got {SECRET}"


@pytest.mark.parametrize("where", (READ | NOT_READ).values())
def test_a_url_is_hidden_wherever_it_stands(where: str) -> None:
    assert SECRET not in learned("pyproject.toml", where, f"see {URL}")


@pytest.mark.parametrize("name", ["requirements.txt", "uv.lock", "pylock.toml", "uv.toml", "poetry.toml", "pdm.toml"])
def test_of_a_file_that_only_a_tool_reads_everything_is_searched(name: str) -> None:
    assert learned(name, f'x = "{URL}"', f"got {SECRET}") == f"got {HIDDEN}"


def test_a_pipfile_is_searched_but_for_its_scripts() -> None:
    source = f'[[source]]\nurl = "{URL}"\n[packages]\nalpha = "*"\n'
    assert learned("Pipfile", source, f"got {SECRET}") == f"got {HIDDEN}"
    category = f'[[source]]\nurl = "https://host.example"\n[tools]\nalpha = {{ file = "{URL}" }}\n'
    assert learned("Pipfile", category, f"got {SECRET}") == f"got {HIDDEN}"
    assert learned("Pipfile", f'[scripts]\ntest = "psql {URL}"\n', f"got {SECRET}") == f"got {SECRET}"


@given(st.sampled_from(sorted(READ | NOT_READ)))
def test_of_a_file_that_cannot_be_read_everything_is_searched(where: str) -> None:
    # What complains of it may quote any part.
    broken = (READ | NOT_READ)[where] + "<<<<<<< HEAD\n"
    assert learned("pyproject.toml", broken, f"got {SECRET}") == f"got {HIDDEN}"


@given(st.sampled_from(["pyproject.toml", "Pipfile", "uv.lock"]), st.binary())
def test_any_bytes_can_be_searched(name: str, raw: bytes) -> None:
    assert isinstance(searched(name, document(raw)), tuple)
    assert isinstance(tuple(netrc(raw)), tuple)


@pytest.mark.parametrize(
    "text",
    [
        f"machine host.example login me password {SECRET}\n",
        f"machine host.example\n  login me\n  password {SECRET}\nmachine other login x password y\n",
        f'default login me password "{SECRET}"\n',
    ],
)
def test_the_passwords_of_a_netrc_are_known(text: str) -> None:
    assert SECRET in set(netrc(text.encode()))


@settings(max_examples=5, deadline=None)
@given(any_facts())
def test_all_files_of_a_build_are_searched(found: Facts) -> None:
    files = {"pyproject.toml": READ["an index of uv"].encode(), "Pipfile.lock": b'{"x": "https://me:lock-1@h/"}'}
    found = msgspec.structs.replace(
        found,
        project=Success(
            ProjectFiles(texts=documents(files), workspace_texts=documents({"uv.lock": b'"https://me:above-1@h/"'}))
        ),
        requirement_texts={"requirements/base.txt": b"-i https://me:base-1@h/\n"},
        netrc=b"machine h login me password netrc-1\n",
        variables={"UV_INDEX_X_PASSWORD": "variable-1"},
        pip_settings=(("PIP_INDEX_URL", "https://me:setting-1@h/", "/etc/pip.conf"),),
    )
    secrets = set(known_secrets(found).secrets)
    assert secrets >= {SECRET, "lock-1", "above-1", "base-1", "netrc-1", "variable-1", "setting-1"}


DECLARED = """
[project]
name = "shop"
version = "1"
description = "a shop"
dependencies = ["postgres-tools"]

[[tool.uv.index]]
name = "local"
url = "https://index.example/simple"
"""
SAMPLES = """
[tool.pytest.ini_options]
env = ["DATABASE_URL=postgres://postgres-tools:worker@localhost/test", "BROKER=amqp://shopper:shopper@localhost"]
"""


def _plans(folder: Path, pyproject: str, environ: dict[str, str]) -> str:
    """The plan of an application with this ``pyproject.toml``, as text and as JSON."""
    app = folder / "app"
    app.mkdir(parents=True)
    (app / "pyproject.toml").write_text(pyproject)
    (app / "uv.lock").write_text('version = 1\nrequires-python = ">=3.11"\n')
    (app / "Procfile").write_text("web: shopper --worker postgres-tools --as postgres\n")
    stream = io.StringIO()
    for as_json in (False, True):
        output = Output(redactor(environ), stream)
        request = PlanRequest(
            app=app,
            environ={"PIP_CONFIG_FILE": "/dev/null", **environ},
            target=Target(os="linux", arch="amd64"),
        )
        print_plan(planned(request, output).unwrap(), as_json=as_json, output=output)
    return stream.getvalue()


def test_sample_addresses_blank_nothing_in_a_whole_plan(tmp_path: Path) -> None:
    sample = SAMPLES + DECLARED.replace("a shop", "see http://worker:shopper@localhost").lstrip()
    shown = _plans(tmp_path / "with", sample, {"DATABASE_URL": "postgres://postgres:postgres@localhost/test"})
    assert "shopper --worker postgres-tools --as postgres" in shown
    assert HIDDEN not in shown
    assert shown == _plans(tmp_path / "without", DECLARED, {})


def test_an_index_with_credentials_blanks_them_in_a_whole_plan(tmp_path: Path) -> None:
    private = DECLARED.replace("https://index", "https://me:shopper@index")
    shown = _plans(tmp_path / "with", private, {})
    assert "shopper" not in shown
    assert f"{HIDDEN} --worker postgres-tools" in shown


@pytest.mark.parametrize(
    ("text", "password"),
    [
        ('machine h login me password "two words"', "two words"),
        (r'machine h login me password "with \"quotes\" in it"', 'with "quotes" in it'),
        (r"machine h login me password back\slash", "backslash"),
        ('machine h login me\n\tpassword\n  "on-the-next-line"', "on-the-next-line"),
        ("default password plain-word", "plain-word"),
    ],
)
def test_a_quoted_password_of_a_netrc_is_known_as_tools_read_it(text: str, password: str) -> None:
    assert password in set(netrc(text.encode()))
