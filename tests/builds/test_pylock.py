"""Whole builds from standard lock files: what the specification asks for, by the real uv."""

import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builds.locked import Index, fetch_tool, lock, project
from tests.builds.workshop import MINOR, Bench, Workshop
from tests.local_index import make_project, serve

pytestmark = pytest.mark.heavy
HEAD = 'lock-version = "1.0"\ncreated-by = "a test"\n'


@pytest.fixture
def index(workshop: Workshop) -> Iterator[Index]:
    fetch_tool(workshop, "uv")
    with serve(workshop.wheels) as host:
        yield Index(host)


def entry(workshop: Workshop, index: Index, name: str, version: str, *, more: str = "", digest: str = "") -> str:
    """A package of a lock, from the index."""
    wheel = f"{name}-{version}-py3-none-any.whl"
    digest = digest or hashlib.sha256((workshop.wheels / wheel).read_bytes()).hexdigest()
    url = f"http://{index.host}/files/{wheel}"
    return (
        f'[[packages]]\nname = "{name}"\nversion = "{version}"\n{more}'
        f'wheels = [{{ url = "{url}", hashes = {{ sha256 = "{digest}" }} }}]\n'
    )


def marker(text: str) -> str:
    return f"marker = {json.dumps(text)}\n"


def test_groups_extras_and_markers(bench: Bench, workshop: Workshop, index: Index) -> None:
    text = HEAD + 'dependency-groups = ["dev"]\nextras = ["fast"]\ndefault-groups = ["default"]\n'
    text += 'environments = ["sys_platform == \'linux\'"]\nrequires-python = ">=3.11"\n'
    text += entry(workshop, index, "alpha", "1.0", more=marker("'default' in dependency_groups"))
    text += entry(workshop, index, "beta", "1.0", more=marker("'dev' in dependency_groups"))
    text += entry(workshop, index, "gamma", "1.0", more=marker("'fast' in extras"))
    text += entry(workshop, index, "delta", "1.0", more=marker("sys_platform == 'win32'"))
    text += entry(workshop, index, "alpha", "2.0", more=marker("sys_platform == 'win32'"))
    bench.write({"pylock.toml": text})
    selections: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
        ({}, {"alpha": "1.0"}),
        ({"BP_PYTHON_GROUPS": "dev"}, {"alpha": "1.0", "beta": "1.0"}),
        ({"BP_PYTHON_EXTRAS": "fast"}, {"alpha": "1.0", "gamma": "1.0"}),
        ({"BP_PYTHON_GROUPS": "dev", "BP_PYTHON_EXTRAS": "fast"}, {"alpha": "1.0", "beta": "1.0", "gamma": "1.0"}),
        ({}, {"alpha": "1.0"}),
    )
    for variables, expected in selections:
        env = {**index.variables, **variables}
        bench.build(env)
        assert bench.versions() == expected
        assert set(bench.build(env).actions().values()) == {"kept"}
    for variable in ("BP_PYTHON_GROUPS", "BP_PYTHON_EXTRAS"):
        refused = bench.try_build({**index.variables, variable: "tset"})
        assert refused.status == 1
        assert f"it has {'dev' if variable == 'BP_PYTHON_GROUPS' else 'fast'}" in refused.log


def test_what_is_refused(bench: Bench, workshop: Workshop, index: Index) -> None:
    good = entry(workshop, index, "alpha", "1.0")
    other = "3.12" if MINOR != "3.12" else "3.13"
    cases = {
        'lock-version = "2.0"\n' + good: ("lock-version 2.0",),
        f'{HEAD}requires-python = "=={other}.*"\n{good}': (f"=={other}.*", "$BP_PYTHON_VERSION", MINOR),
        f"{HEAD}environments = [\"sys_platform == 'win32'\"]\n{good}": ("sys_platform == 'win32'",),
        HEAD + entry(workshop, index, "alpha", "1.0", more=f'requires-python = "=={other}.*"\n'): (f"=={other}.*",),
        HEAD + good + entry(workshop, index, "alpha", "2.0"): ("1.0, 2.0",),
        HEAD + entry(workshop, index, "alpha", "1.0", digest="0" * 64): (
            "alpha: what was downloaded has another hash",
        ),
        HEAD + good.replace("py3-none-any", "cp39-cp39-win_amd64"): ("alpha: only wheels for other platforms",),
    }
    for text, words in cases.items():
        bench.write({"pylock.toml": text})
        built = bench.try_build({**index.variables, "BP_PYTHON_VERSION": MINOR})
        assert built.status == 1, built.log
        message = built.log.partition("Error: ")[2]
        assert "What to do" in message
        assert all(word in message for word in words), built.log


def test_folders_archives_and_repositories(bench: Bench, workshop: Workshop, index: Index, tmp_path: Path) -> None:
    source = make_project(tmp_path / "omega", "omega", "1.0", "x = 1\n")
    repository = make_project(tmp_path / "sigma", "sigma", "1.0", "x = 1\n")
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@b.example", "-C", str(repository))
    for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "x")):
        subprocess.run([*git, *words], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    wheel = workshop.wheels / "alpha-1.0-py3-none-any.whl"
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    text = HEAD
    text += '[[packages]]\nname = "omega"\ndirectory = { path = "libs/omega" }\n'
    text += (
        f'[[packages]]\nname = "alpha"\nversion = "1.0"\narchive = {{ url = "http://{index.host}/files/{wheel.name}"'
    )
    text += f', hashes = {{ sha256 = "{digest}" }} }}\n'
    text += '[[packages]]\nname = "sigma"\n'
    text += f'vcs = {{ type = "git", path = "sigma", commit-id = "{commit}" }}\n'
    files: dict[str, str | bytes] = {"pylock.prod.toml": text}
    files |= {f"libs/omega/{path.name}": path.read_bytes() for path in source.iterdir()}
    files |= {
        f"sigma/{path.relative_to(repository)}": path.read_bytes() for path in repository.rglob("*") if path.is_file()
    }
    env = {**index.variables, "BP_PYLOCK": "prod"}
    bench.write(files)
    bench.build(env)
    assert bench.versions() == {"alpha": "1.0", "omega": "1.0", "sigma": "1.0"}
    again = bench.build(env)
    # What comes from a folder is made anew each time.
    assert again.actions()["venv"] == "reconciled"
    assert "omega" in again.log
    bench.write({**files, "libs/omega/omega.py": "x = 2\n"})
    bench.build(env)
    assert (bench.site / "omega.py").read_text() == "x = 2\n"


def test_the_project_itself_in_its_exported_lock(
    bench: Bench, workshop: Workshop, index: Index, tmp_path: Path
) -> None:
    make_project(tmp_path / "app", "app", "1", "x = 1\n")
    backend = (tmp_path / "app" / "backend.py").read_text()
    declared = project("pylock", index, "alpha==1.0")["pyproject.toml"]
    declared += (tmp_path / "app" / "pyproject.toml").read_text()
    files = {"pyproject.toml": declared, "backend.py": backend, "app.py": "x = 1\n"}
    found = lock("pylock", workshop, files, tmp_path / "lock")
    assert "directory" in found["pylock.toml"]
    bench.write(found)
    bench.build(index.variables)
    assert bench.versions() == {"alpha": "1.0", "app": "1"}
    ran = bench.execute("/layers/lamina_python/venv/bin/python", "-c", "import app; print(app.x)")
    assert ran.log == "1\n"
    assert bench.build(index.variables).actions()["venv"] == "reconciled"
