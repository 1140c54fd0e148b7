"""Makes one small application for each package manager, locked by the real tool against an index on this machine."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.builds.locked import Index, lock, project
from tests.local_index import make_wheel

PINS = ("flask==3.1.3", "gunicorn==27.0.1")
LOCKED = ("uv", "poetry", "pipenv", "pdm", "pylock")
ALL = (*LOCKED, "project")

# No Procfile: how it is started follows from the code and from what was installed.
APP = """\
import os
import platform
import sys

from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    user = [os.getuid(), os.getgid()]
    return {"python": platform.python_version(), "base": sys.base_prefix, "prefix": sys.prefix, "user": user}
"""
PROJECT = f"""\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "app"
version = "1"
requires-python = ">=3.11"
dependencies = ["{'", "'.join(PINS)}"]

[tool.setuptools]
py-modules = ["app"]
"""


class Apps:
    """The applications of a test run; each is locked once. ``distributions`` are what all of them need.

    ``wheels`` is the folder that ``index`` serves.
    """

    def __init__(self, folder: Path, wheels: Path, index: Index) -> None:
        self.shared, self.pips, self.wheels, self.index = folder / "shared", folder / "pips", wheels, index
        self._files: dict[str, Mapping[str, str]] = {}
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        only = ["--only-binary", ":all:", "--dest", str(wheels)]
        subprocess.run([*pip, "download", *only, *PINS], check=True, stdin=subprocess.DEVNULL)
        self.distributions = frozenset(normalised(wheel.name) for wheel in wheels.glob("*.whl"))
        # The group that no build installs.
        make_wheel(wheels, "gamma", "1.0", {"gamma.py": "def gamma():\n    return 3\n"})

    def files(self, manager: str) -> Mapping[str, str]:
        """The files of the application that a manager installs for."""
        if manager not in self._files:
            own = {"app.py": APP}
            if manager == "project":
                self._files[manager] = {**own, "pyproject.toml": PROJECT}
            else:
                declared = project(manager, self.index, *PINS)
                self._files[manager] = own | lock(manager, self, declared, self.shared / "projects" / manager)
        return self._files[manager]

    def settings(self, manager: str) -> Mapping[str, str] | None:
        """How a build reaches what it needs: where the tools' wheels are here already, they aren't fetched again."""
        return {"PIP_INDEX_URL": self.index.url, "PIP_FIND_LINKS": str(self.pips)} if manager in LOCKED else None

    def write(self, manager: str, folder: Path) -> Path:
        """Write the application into a new folder."""
        folder.mkdir()
        for name, text in self.files(manager).items():
            (folder / name).write_text(text)
        return folder


def normalised(name: str) -> str:
    """The name of a distribution, from that of its wheel or of its ``dist-info`` folder."""
    return re.sub(r"[-_.]+", "-", name.partition("-")[0]).lower()
