"""Lamina as the provider of Python for other buildpacks, of applications that aren't Python's."""

from pathlib import Path

import pytest

from tests.builds.lamina import Lamina
from tests.builds.workshop import MINOR, VERSION, Workshop
from tests.places import ROOT
from tests.shell.lifecycle.toys import buildpack

OTHER = "3.12" if MINOR != "3.12" else "3.13"


def requirer(folder: Path, version: str, *, build: bool = False, launch: bool = True) -> Path:
    """A buildpack that requires Python, and uses it where it gets it."""
    metadata = f'version = "{version}"\nbuild = {str(build).lower()}\nlaunch = {str(launch).lower()}\n'
    detect = (
        f'cat > "$CNB_BUILD_PLAN_PATH" <<\'END\'\n[[requires]]\nname = "python"\n[requires.metadata]\n{metadata}END\n'
    )
    use = 'echo "toy sees $(python3 --version 2>&1) at $(command -v python3)"\n'
    name = f"toy/{folder.name}"
    return buildpack(folder, name, use, detect=detect)


@pytest.fixture
def lamina(tmp_path: Path, workshop: Workshop) -> Lamina:
    return Lamina(tmp_path, workshop)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text("<p>Hello</p>")
    return folder


@pytest.mark.heavy
def test_python_for_another_buildpack(lamina: Lamina, app: Path, tmp_path: Path) -> None:
    toy = requirer(tmp_path / "one", MINOR, build=True)
    with_toy = ("--buildpack", ROOT, "--buildpack", toy)
    built = lamina.build(app, *with_toy, env={"BP_PYTHON_PROVIDE_ONLY": "true"})
    assert built.status == 0, built.both
    assert f"toy sees Python {VERSION} at /layers/lamina_python/python/bin/python3" in built.out
    assert f"nother buildpack's requirement (entry 1 of the buildpack plan) asks for {MINOR}" in built.out
    assert lamina.digests().keys() >= {"lamina/python:python"}
    assert not [name for name in lamina.digests() if "venv" in name or "pip" in name]
    run = lamina.run("run", app, "--cache", lamina.cache, "--", "python3", "--version")
    assert run.out == f"Python {VERSION}\n"

    # For the build only, it is no part of the image, and the next build finds it in the cache.
    toy = requirer(tmp_path / "two", MINOR, build=True, launch=False)
    again = lamina.build(app, "--buildpack", ROOT, "--buildpack", toy, env={"BP_PYTHON_PROVIDE_ONLY": "true"})
    assert again.status == 0, again.both
    assert "toy sees Python" in again.out
    assert "kept python" in again.out
    assert "lamina/python:python" not in lamina.digests()


@pytest.mark.heavy
def test_requirements_that_contradict(lamina: Lamina, app: Path, tmp_path: Path) -> None:
    toys = requirer(tmp_path / "one", MINOR), requirer(tmp_path / "two", OTHER)
    built = lamina.build(
        app,
        *("--buildpack", ROOT, "--buildpack", toys[0], "--buildpack", toys[1]),
        env={"BP_PYTHON_PROVIDE_ONLY": "true"},
    )
    assert built.status == 1
    assert MINOR in built.both.partition("Error: ")[2]
    assert OTHER in built.both.partition("Error: ")[2]
    assert "Traceback" not in built.both


def test_only_where_the_operator_says_so(lamina: Lamina, app: Path, tmp_path: Path) -> None:
    toy = requirer(tmp_path / "one", MINOR)
    built = lamina.build(app, "--buildpack", ROOT, "--buildpack", toy)
    assert built.status == 1
    assert "no Python project" in built.both
    unclear = lamina.build(app, "--buildpack", ROOT, "--buildpack", toy, env={"BP_PYTHON_PROVIDE_ONLY": "perhaps"})
    assert unclear.status == 1
    assert "BP_PYTHON_PROVIDE_ONLY" in unclear.both
