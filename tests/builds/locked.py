"""Locked projects for whole builds: real tools lock against an index on this machine, builds install from it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import msgspec
from pure.manager.table import MANAGERS, TOOLS
from shell.process import run

from tests.builds.workshop import locked
from tests.places import ROOT

MAIN = ("uv", "poetry", "pipenv", "pdm", "pylock")


class Shelf(Protocol):
    """Where the tools that lock are kept for a test run, and their wheels."""

    @property
    def shared(self) -> Path: ...

    @property
    def pips(self) -> Path: ...


class Index(msgspec.Struct, frozen=True):
    """The index on this machine, ``host:port``."""

    host: str

    @property
    def url(self) -> str:
        return f"http://{self.host}/simple/"

    @property
    def variables(self) -> dict[str, str | None]:
        """What a build needs to find tools in a folder and distributions here, and nothing else."""
        return {"PIP_NO_INDEX": None, "PIP_INDEX_URL": self.url, "PIP_FIND_LINKS": "/pips"}


def fetch_tool(shelf: Shelf, name: str) -> Path:
    """Put a tool's pinned wheels where builds find them, and install it for locking; the folder of the latter."""
    folder = shelf.shared / "lockers" / name
    with locked(shelf.shared / "lockers"):
        if not folder.exists():
            pin = ROOT / TOOLS[name].pin_file
            pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
            _do([*pip, "download", "--no-deps", "--dest", str(shelf.pips), "-r", str(pin)])
            new = folder.with_name(f"{name}.new")
            links = ["--no-index", "--find-links", str(shelf.pips), "--no-compile"]
            _do([*pip, "install", "--no-deps", *links, "--target", str(new), "-r", str(pin)])
            new.rename(folder)
    return folder


def project(manager: str, index: Index, *requirements: str) -> dict[str, str]:
    """The files of an application that declares ``requirements`` for a manager."""
    listed = ", ".join(f'"{each}"' for each in requirements)
    declared = f'[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = [{listed}]\n'
    declared += '[dependency-groups]\nextra-group = ["gamma"]\n'
    match manager:
        case "uv" | "pylock":
            declared += f'[[tool.uv.index]]\nname = "local"\nurl = "{index.url}"\ndefault = true\n'
        case "poetry":
            declared += "[tool.poetry]\npackage-mode = false\n"
            declared += f'[[tool.poetry.source]]\nname = "local"\nurl = "{index.url}"\npriority = "primary"\n'
        case "pdm":
            declared += "[tool.pdm]\ndistribution = false\n"
            declared += f'[[tool.pdm.source]]\nname = "pypi"\nurl = "{index.url}"\nverify_ssl = false\n'
        case "pipenv":
            source = f'[[source]]\nname = "local"\nurl = "{index.url}"\nverify_ssl = false\n'
            packages = "".join(f'{name} = "{rest or "*"}"\n' for name, rest in map(_split, requirements))
            return {"Pipfile": f'{source}[packages]\n{packages}[extra-group]\ngamma = "*"\n'}
        case _:
            raise AssertionError(manager)
    return {"pyproject.toml": declared}


def lock(
    manager: str, shelf: Shelf, files: dict[str, str], folder: Path, env: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The files with the lock that the real tool makes of them, with these variables besides its own."""
    tool = MANAGERS[manager].tool.name
    place = fetch_tool(shelf, tool)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    own = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "PYTHONPATH": str(place),
        "UV_PYTHON": sys.executable,
        "UV_PYTHON_DOWNLOADS": "never",
        "PDM_CHECK_UPDATE": "0",
        "PDM_PYTHON": sys.executable,
        "PDM_IGNORE_SAVED_PYTHON": "1",
        "POETRY_VIRTUALENVS_CREATE": "false",
        "PIPENV_NOSPIN": "1",
        "PIPENV_YES": "1",
        "PIPENV_PYTHON": sys.executable,
        "PIPENV_VENV_IN_PROJECT": "1",
        **(env or {}),
    }
    uv = str(place / "bin" / "uv")
    commands = {
        "uv": ([uv, "lock"],),
        "pylock": (
            [uv, "lock"],
            [uv, "export", "--format", "pylock.toml", "--output-file", "pylock.toml", "--no-header"],
        ),
        "poetry": ([sys.executable, "-m", "poetry", "lock", "--no-interaction"],),
        "pdm": ([sys.executable, "-m", "pdm", "lock", "--group", "extra-group"],),
        "pipenv": ([sys.executable, "-m", "pipenv", "lock", "--categories", "packages extra-group"],),
    }
    for command in commands[manager]:
        ended = run(command, env=own, cwd=folder)
        assert ended.ok, ended.stdout + ended.stderr
    name = MANAGERS[manager].lock
    return {**files, name: (folder / name).read_text()}


def _split(requirement: str) -> tuple[str, str]:
    name, _, version = requirement.partition("==")
    return name, f"=={version}" if version else ""


def _do(command: list[str]) -> None:
    subprocess.run(command, check=True, env=dict(os.environ), stdout=subprocess.DEVNULL)
