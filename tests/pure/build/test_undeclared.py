"""An application that says nowhere what to install: built where it needs nothing, else told what it imports."""

from pathlib import Path

import pytest
from pure.build.plan import Plan, decide
from pure.build.undeclared import UndeclaredImports
from pure.manager.choice import NothingToInstall
from pure.outcome import Failure, Outcome, Success
from shell.world import read_facts

from tests.places import ROOT

SERVER = "import http.server\nimport helpers\n\nhttp.server.test(port=8000)\n"


def decided(app: Path, files: dict[str, str], **environ: str) -> Outcome[Plan, object]:
    for name, text in files.items():
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text(text)
    facts = read_facts(buildpack=ROOT, app=app, layers=app.parent / "layers", plan=None, environ=environ)
    assert isinstance(facts, Success)
    return decide(facts.unwrap())


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"Procfile": "web: python3 server.py\n"},
        {"pyproject.toml": "[tool.ruff]\nline-length = 100\n"},
        {".python-version": "3.13\n"},
    ],
)
def test_what_imports_pythons_own_modules_only_needs_nothing(tmp_path: Path, more: dict[str, str]) -> None:
    app = tmp_path / "app"
    plan = decided(app, {"server.py": SERVER, "helpers.py": "import json\n", **more})
    assert isinstance(plan, Success), plan
    found = plan.unwrap()
    assert found.package_manager is None
    assert "2 files read, nothing imported but Python's own" in found.python.because[-1]
    python, archive, *programs = found.layers
    assert archive.name == "python-cache"
    assert [each.name for each in programs] == (["at-launch"] if "web" in more.get("Procfile", "") else [])
    assert python.types is not None
    assert python.types.launch
    (process,) = found.processes.processes
    assert "server.py" in " ".join(process.command)


def test_what_else_is_imported_is_named_with_its_distribution(tmp_path: Path) -> None:
    files = {"app.py": "import os\nimport yaml\n", "shop/see.py": "import cv2\nfrom yaml import x\n"}
    failed = decided(tmp_path / "app", files)
    assert isinstance(failed, Failure)
    error = failed.failure()
    assert isinstance(error, UndeclaredImports)
    assert [(each.module, each.distribution, each.places) for each in error.found] == [
        ("cv2", "opencv-python-headless", ("shop/see.py, line 1",)),
        ("yaml", "PyYAML", ("app.py, line 2", "shop/see.py, line 2")),
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"app.py": "import os\n", "requirement.txt": "flask\n"},
        {"app.py": "import os\n", "requirements/prod.txt": "flask\n"},
        {"app.py": "import os\n", "setup.py": "from setuptools import setup\n"},
        {"app.py": "import os\n", "api/uv.lock": "version = 1\n"},
        {"app.py": "import (\n"},
        {".python-version": "3.13\n"},
    ],
)
def test_hints_and_what_cannot_be_read_come_first(tmp_path: Path, files: dict[str, str]) -> None:
    failed = decided(tmp_path / "app", files)
    assert isinstance(failed, Failure)
    assert isinstance(failed.failure(), NothingToInstall)


def test_what_python_no_longer_has_is_imported_from_elsewhere(tmp_path: Path) -> None:
    (failed, old) = (
        decided(tmp_path / minor, {"app.py": "import telnetlib\n"}, BP_PYTHON_VERSION=minor)
        for minor in ("3.14", "3.12")
    )
    assert isinstance(failed, Failure)
    assert isinstance(old, Success)
