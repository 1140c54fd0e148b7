"""A release of the buildpack, with other tools, leaves the layers of dependencies as they are."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pure.manager.table import TOOLS

from tests.builds.divided import Application, make_heavy
from tests.builds.locked import Index
from tests.builds.workshop import Workshop, copy
from tests.local_index import serve
from tests.places import ROOT

pytestmark = pytest.mark.heavy
OTHERS = {"pip": "26.2.1", "uv": "0.13.8"}
"""What the next release of the buildpack pins."""


@pytest.fixture
def application(request: pytest.FixtureRequest, workshop: Workshop, tmp_path: Path) -> Iterator[Application]:
    wheels = make_heavy(workshop, tmp_path / "wheels")
    with serve(wheels) as host:
        yield Application(request.param, workshop, Index(host), wheels, tmp_path)


def next_release(folder: Path, wheels: Path) -> Path:
    """The buildpack in its next version, with other pins; the tools that it pins lie in ``wheels``."""
    folder.mkdir()
    for name in ("bin", "pure", "shell", ".venv"):
        (folder / name).symlink_to(ROOT / name)
    copy(ROOT / "data", folder / "data")
    version = 'version = "0.1.0"'
    assert (ROOT / "buildpack.toml").read_text().count(version) == 1
    (folder / "buildpack.toml").write_text((ROOT / "buildpack.toml").read_text().replace(version, 'version = "0.2.0"'))
    for tool, pinned in OTHERS.items():
        assert f"{tool}=={pinned} " not in (ROOT / TOOLS[tool].pin_file).read_text()
        argv = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(wheels)]
        subprocess.run([*argv, f"{tool}=={pinned}"], check=True)
        (wheel,) = wheels.glob(f"{tool}-{pinned}-*.whl")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        (folder / TOOLS[tool].pin_file).write_text(f"{tool}=={pinned} --hash=sha256:{digest}\n")
    return folder


@pytest.mark.parametrize("application", ["pip", "hashed", "uv"], indirect=True)
def test_dependencies_stay_as_they_are(application: Application, tmp_path: Path) -> None:
    tool = "uv" if application.way == "uv" else "pip"
    application.require("alpha==1.0", "heavy==1.0", "weighty==1.0")
    application.build(fresh=False)
    before = application.lamina.digests()
    assert {"lamina/python:venv", "lamina/python:dist-heavy", "lamina/python:dist-weighty"} <= before.keys()

    application.tools = (tmp_path / "tools",)
    application.buildpack = next_release(tmp_path / "next", tmp_path / "tools")
    found = application.build(fresh=False)
    after = application.lamina.digests()
    assert found.pop(tool) == "recreated"
    # pip is asked what nothing pins; it changes nothing.
    assert {name: verb for name, verb in found.items() if verb != "kept"} in ({}, {"venv": "reconciled"})
    assert found["venv"] == "kept" or application.way == "pip"
    names = [name for name in before if name.startswith("lamina/python:")]
    assert {name: after[name] for name in names} == {name: before[name] for name in names}
    assert application.runs("import alpha, ns.heavy; print(alpha.VERSION, ns.heavy.VERSION)") == "1.0 1.0"
