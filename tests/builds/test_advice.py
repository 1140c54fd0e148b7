"""Errors and warnings of whole builds name the files of the application, and the commands that its user runs."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builds.locked import Index, lock, project
from tests.builds.workshop import Bench, Workshop
from tests.local_index import BACKEND, serve

pytestmark = pytest.mark.heavy

BUILD_SYSTEM = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
NEEDY = """
import subprocess

def build_wheel(directory, config_settings=None, metadata_directory=None):
    subprocess.run(["/nowhere/pg_config", "--version"], check=True)
"""


@pytest.fixture
def index(workshop: Workshop) -> Iterator[Index]:
    with serve(workshop.wheels) as host:
        yield Index(host)


def _advice(log: str) -> str:
    above, found, block = log.partition("\nError: ")
    assert found, above
    return block


def test_a_named_standard_lock_is_named_and_how_it_is_made_again(
    bench: Bench, workshop: Workshop, index: Index, tmp_path: Path
) -> None:
    files = lock("pylock", workshop, project("pylock", index, "alpha==1.0"), tmp_path / "lock")
    wrong = re.sub(r"[0-9a-f]{64}", "0" * 64, files["pylock.toml"])
    bench.write({"pylock.prod.toml": wrong})
    block = _advice(bench.try_build({**index.variables, "BP_PYLOCK": "prod"}).log)
    assert "alpha: what was downloaded has another hash than pylock.prod.toml says" in block
    command = "uv export --format pylock.toml --output-file pylock.prod.toml"
    assert f"run `{command}` and commit pylock.prod.toml" in " ".join(block.split())
    assert "uv.lock" not in block
    assert "requirements.txt" not in block


def test_a_project_without_a_lock_is_told_to_correct_its_declaration(bench: Bench) -> None:
    pyproject = f'{BUILD_SYSTEM}[project]\nname = "mine"\nversion = "1.0"\ndependencies = ["alpha==9.0"]\n'
    metadata = 'Name: {{NAME}}\\nVersion: {{VERSION}}\\nRequires-Dist: alpha==9.0\\n"'
    backend = BACKEND.replace('Name: {{NAME}}\\nVersion: {{VERSION}}\\n"', metadata)
    bench.write(
        {"pyproject.toml": pyproject, "backend.py": backend.format(name="mine", version="1.0"), "mine.py": "x = 1\n"}
    )
    built = bench.try_build()
    assert "Warning: without a lock, each build takes the newest versions; lock them:  uv lock" in built.log
    block = _advice(built.log)
    assert "alpha==9.0: no such version" in block
    assert "Ask for a version that exists in pyproject.toml." in block
    assert "requirements.txt" not in block


def test_a_project_that_cannot_be_built_itself_is_called_so(bench: Bench) -> None:
    pyproject = f'{BUILD_SYSTEM}[project]\nname = "mine"\nversion = "1.0"\n'
    bench.write({"pyproject.toml": pyproject, "backend.py": NEEDY})
    block = _advice(bench.try_build().log)
    assert "the project itself is built from source, and PostgreSQL's client library" in block
    assert "libpq-dev" in block
    assert "Ask for a version" not in block


def test_requirements_files_are_named_from_the_root(bench: Bench) -> None:
    bench.write({"api/requirements/prod.txt": "alpha==9.0\n", "api/app.py": ""})
    settings = {"BP_PYTHON_PROJECT_DIR": "api", "BP_PIP_REQUIREMENTS": "requirements/prod.txt"}
    block = _advice(bench.try_build(settings).log)
    assert "Ask for a version that exists in api/requirements/prod.txt." in block


@pytest.mark.parametrize("manager", ["uv", "poetry", "pdm"])
def test_a_lock_alone_is_told_before_anything_is_installed(
    manager: str, empty_bench: Bench, workshop: Workshop, index: Index, tmp_path: Path
) -> None:
    files = lock(manager, workshop, project(manager, index, "alpha==1.0"), tmp_path / "lock")
    # Above lies what uv and PDM would take instead.
    alone = {f"api/{name}": text for name, text in files.items() if name != "pyproject.toml"}
    empty_bench.write({**alone, "pyproject.toml": files["pyproject.toml"]})
    built = empty_bench.try_build({**index.variables, "BP_PYTHON_PROJECT_DIR": "api"})
    assert built.status == 1
    assert f"There is api/{next(iter(files.keys() - {'pyproject.toml'}))}, and no api/pyproject.toml" in built.log
    assert "Layer" not in built.log


def test_pipenv_installs_a_lock_alone_and_leaves_a_pipfile_above(
    bench: Bench, workshop: Workshop, index: Index, tmp_path: Path
) -> None:
    files = lock("pipenv", workshop, project("pipenv", index, "alpha==1.0"), tmp_path / "lock")
    other = lock("pipenv", workshop, project("pipenv", index, "alpha==2.0"), tmp_path / "other")
    bench.write({"api/Pipfile.lock": files["Pipfile.lock"], **other})
    built = bench.build({**index.variables, "BP_PYTHON_PROJECT_DIR": "api"})
    assert "Warning: there is no Pipfile, so nobody can tell whether Pipfile.lock is up to date" in built.log
    assert bench.versions() == {"alpha": "1.0"}
    more = bench.build({**index.variables, "BP_PYTHON_PROJECT_DIR": "api", "BP_PYTHON_GROUPS": "extra-group"})
    assert bench.versions() == {"alpha": "1.0", "gamma": "1.0"}, more.log


def test_a_wheel_that_a_lock_names_by_path_is_called_a_wheel(
    bench: Bench, workshop: Workshop, index: Index, tmp_path: Path
) -> None:
    wheel = workshop.wheels / "gamma-1.0-py3-none-any.whl"
    folder = tmp_path / "lock"
    (folder / "wheels").mkdir(parents=True)
    (folder / "wheels" / wheel.name).write_bytes(wheel.read_bytes())
    declared = project("uv", index, "alpha==1.0", "gamma")
    declared["pyproject.toml"] += f'[tool.uv.sources]\ngamma = {{ path = "wheels/{wheel.name}" }}\n'
    bench.write({**lock("uv", workshop, declared, folder), f"wheels/{wheel.name}": wheel.read_bytes()})
    bench.build(index.variables)
    again = bench.build(index.variables)
    assert "~ gamma 1.0 (a local wheel, and so installed anew each time)" in again.log
