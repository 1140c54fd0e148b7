"""The command as ``pip install lamina`` gives it: one wheel in an empty environment, started from another folder."""

import os
import sys
import zipfile
from pathlib import Path

import pytest
from shell.process import run

from tests.builds.lamina import Ran
from tests.builds.workshop import VERSION, Workshop, locked, machine_settings
from tests.places import ROOT

# One worker makes the wheel that all tests here look at.
pytestmark = pytest.mark.xdist_group("installed")

EXAMPLE = ROOT / "examples" / "pip-flask"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    ended = run(
        (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(folder), str(ROOT)),
        env=dict(os.environ),
    )
    assert ended.ok, ended.stderr
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="session")
def installed(wheel: Path, workshop: Workshop) -> Path:
    """The console script of an environment that holds the wheel and what it depends on, and nothing else."""
    place = workshop.shared / "installed"
    with locked(workshop.shared / "installing"):
        if not place.exists():
            constraints = ("-c", str(ROOT / "constraints.txt"))
            install = (str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", *constraints, str(wheel))
            for argv in ((sys.executable, "-m", "venv", str(place)), install):
                ended = run(argv, env=dict(os.environ))
                assert ended.ok, ended.stderr
    return place / "bin" / "lamina"


class Installed:
    """The console script, run from a folder that has nothing to do with it, with nothing that finds this repository."""

    def __init__(self, program: Path, elsewhere: Path, workshop: Workshop) -> None:
        self.program, self.elsewhere = program, elsewhere
        elsewhere.mkdir()
        self.env = {"PATH": os.environ["PATH"], "HOME": str(elsewhere), "XDG_CACHE_HOME": str(workshop.cache_home)}

    def run(self, *arguments: str | Path) -> Ran:
        ended = run((str(self.program), *map(str, arguments)), env=self.env, cwd=self.elsewhere)
        return Ran(status=ended.returncode, out=ended.stdout, err=ended.stderr)


@pytest.fixture
def lamina(installed: Path, tmp_path: Path, workshop: Workshop) -> Installed:
    return Installed(installed, tmp_path / "elsewhere", workshop)


def test_the_wheel_occupies_one_name_and_carries_the_buildpack(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        entries = {entry.filename: entry.external_attr >> 16 for entry in file.infolist()}
    top = {name.partition("/")[0] for name in entries}
    assert {name for name in top if not name.endswith(".dist-info")} == {"lamina"}
    for part in ("bin", "data", "pure", "shell"):
        files = {path.relative_to(ROOT) for path in (ROOT / part).rglob("*") if path.is_file()}
        # What tools keep or read for themselves has no business there.
        ours = {path for path in files if not {".ruff_cache", ".mypy_cache", "__pycache__"} & {*path.parts}}
        here = {f"lamina/{path}" for path in ours if path.name != "ruff.toml"}
        assert here == {name for name in entries if name.startswith(f"lamina/{part}/")}
    assert entries["lamina/bin/build"] & 0o111
    assert entries["lamina/bin/detect"] & 0o111
    assert "lamina/buildpack.toml" in entries


@pytest.mark.heavy
def test_it_plans_builds_and_runs_an_example_from_another_folder(lamina: Installed, tmp_path: Path) -> None:
    planned = lamina.run("plan", EXAMPLE)
    assert planned.status == 0, planned.both
    assert f"Python {VERSION}\n" in planned.out

    given = [f"--env={name}={value}" for name, value in machine_settings().items()]
    cache = ("--cache", tmp_path / "cache")
    built = lamina.run("build", EXAMPLE, *cache, *given)
    assert built.status == 0, built.both
    assert "created python, pip, pip-cache, venv" in built.out

    # Neither the command nor the variables by which it starts its buildpack are in the image.
    program = "import flask, importlib.util, os; print(importlib.util.find_spec('lamina'), os.environ)"
    ran = lamina.run("run", EXAMPLE, *cache, "--", "python", "-c", program)
    assert ran.status == 0, ran.both
    assert ran.out.startswith("None ")
    assert "LAMINA_" not in ran.out
