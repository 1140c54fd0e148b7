"""The examples with the real tools and real distributions from the package index that this machine is set up for."""

import os
import shutil
from pathlib import Path

import pytest
from tools import examples

from tests.builds.workshop import LAYERS, ROOT, Bench, differences, machine_settings, tree

# What each says when it is asked in its environment, and what proves it. Poetry's example isn't among them: Poetry asks
# an index for more than others do, and not every mirror answers that; tests/builds/test_managers.py has Poetry.
ASKED = {
    "fastapi-uv": ("import main; print([route.path for route in main.app.routes])", "'/'"),
    "workspace-uv": (
        "import os; os.chdir('/'); import api, greeting; print(greeting.greeting('you'), api.__file__)",
        "Hello, you",
    ),
    "flask-pipenv": ("import app; print(app.app.test_client().get('/').text)", "Flask and Pipenv"),
    "litestar-pdm": ("import app; print([route.path for route in app.app.routes])", "'/'"),
    "src-layout-setuptools": ("import os; os.chdir('/'); import quotes; print(quotes.quote())", "Simple is better"),
    "bot-only": ("import humanize; print(humanize.intcomma(1000))", "1,000"),
}


@pytest.mark.heavy
@pytest.mark.parametrize("example", ASKED)
def test_an_example_is_built_and_built_again(
    example: str, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / example
    ignored = shutil.ignore_patterns("uv.lock", "Pipfile.lock", "pylock.toml", "__pycache__", "build", "*.egg-info")
    shutil.copytree(ROOT / "examples" / example, folder, ignore=ignored)
    monkeypatch.setattr(examples, "PLACE", bench.workshop.shared / "example-tools" / str(os.getpid()))
    for name, _, tool, commands in examples.LOCKS:
        if name == example:
            examples.make(folder, tool, commands)
    bench.write({str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()})
    env = {"PIP_NO_INDEX": None, "PIP_FIND_LINKS": None, **machine_settings()}
    code, answer = ASKED[example]

    built = bench.build(env)
    assert built.actions()["venv"] == "created"
    before = tree(bench.venv)
    said = bench.execute(f"{LAYERS}/venv/bin/python", "-c", code).log
    assert answer in said
    assert "/workspace/" not in said

    again = bench.build(env)
    assert again.actions()["venv"] in ("kept", "reconciled")
    assert "Compiled" not in again.log or "a local " in again.log
    assert differences(before, tree(bench.venv)) == []
