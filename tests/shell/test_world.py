"""What is read of the world is read once, and parsed once."""

from collections import Counter
from pathlib import Path

import msgspec
import pytest
import tomli
from pure.build.credentials import known_secrets
from pure.build.plan import decide
from pure.build.processes import final_processes
from pure.outcome import Success
from shell.world import read_facts

from tests.examples import EXAMPLES, laid_out
from tests.places import ROOT

# An application with everything that several readers have an interest in.
EVERYTHING = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["flask"]\n'
    '[tool.uv.workspace]\nmembers = ["api"]\n',
    "uv.lock": 'version = 1\nrequires-python = ">=3.12"\n[[package]]\nname = "flask"\nversion = "3"\n',
    "uv.toml": 'required-version = ">=0.6"\n',
    "mise.toml": '[tools]\npython = "3.12"\n',
    "pylock.toml": 'lock-version = "1.0"\nrequires-python = ">=3.10"\n',
    "Pipfile": '[packages]\nflask = "*"\n',
    "Pipfile.lock": '{"_meta": {"requires": {"python_version": "3.13"}}, "default": {"flask": {}}}',
    "poetry.lock": '[metadata]\nlock-version = "2.1"\npython-versions = ">=3.11"\n',
    "pdm.lock": '[metadata]\nlock_version = "4.5.0"\nrequires_python = ">=3.9"\ncontent_hash = "sha256:0"\n',
    "api/pyproject.toml": '[project]\nname = "api"\nversion = "1"\n[tool.lamina.processes]\nweb = "flask run"\n',
    "app.py": "import flask\n",
}


def parses(app: Path, monkeypatch: pytest.MonkeyPatch, **variables: str) -> dict[str, int]:
    """How often each of an application's files is parsed, until all is decided that can be without an installation."""
    counts: Counter[str] = Counter()
    toml, json = tomli.loads, msgspec.json.decode

    def toml_loads(text: str) -> object:
        counts[text] += 1
        return toml(text)

    def json_decode(raw: bytes, **options: object) -> object:
        counts[raw.decode()] += 1
        return json(raw, **options)  # type: ignore[call-overload]

    with monkeypatch.context() as patched:
        patched.setattr(tomli, "loads", toml_loads)
        patched.setattr(msgspec.json, "decode", json_decode)
        environ = {"PIP_CONFIG_FILE": "/dev/null", **variables}
        read = read_facts(buildpack=ROOT, app=app, layers=app.parent / "layers", plan=None, environ=environ)
        assert isinstance(read, Success), read
        facts = read.unwrap()
        known_secrets(facts)
        decided = decide(facts)
        assert isinstance(decided, Success), decided
        final_processes(facts, {"flask": "3"}, "3.13", programs=None)
    files = {str(path.relative_to(app)): path for path in app.rglob("*") if path.suffix in (".toml", ".lock")}
    files |= {"Pipfile": app / "Pipfile"} if (app / "Pipfile").exists() else {}
    return {name: counts[path.read_text()] for name, path in files.items()}


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_file_of_an_example_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, example: str) -> None:
    laid_out(example, tmp_path / "app")
    found = parses(tmp_path / "app", monkeypatch)
    assert max(found.values(), default=0) <= 1, found
    assert not (tmp_path / "app/pyproject.toml").exists() or found["pyproject.toml"] == 1


@pytest.mark.parametrize("manager", ["uv", "pipenv", "poetry", "pdm", "pylock", "project"])
def test_each_file_is_parsed_once_whatever_installs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manager: str
) -> None:
    app = tmp_path / "app"
    for name, text in EVERYTHING.items():
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text(text)
    found = parses(app, monkeypatch, BP_PYTHON_PACKAGE_MANAGER=manager)
    assert max(found.values()) == 1, found
    assert found["pyproject.toml"] == found["mise.toml"] == 1


def test_the_files_of_a_workspace_are_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = tmp_path / "app"
    for name in ("pyproject.toml", "uv.lock", "uv.toml", "api/pyproject.toml"):
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text(EVERYTHING[name])
    found = parses(app, monkeypatch, BP_PYTHON_PROJECT_DIR="api")
    assert found == {"pyproject.toml": 1, "uv.lock": 1, "uv.toml": 1, "api/pyproject.toml": 1}
