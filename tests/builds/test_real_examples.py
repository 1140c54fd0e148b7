"""Every example with Python 3.14 of a real archive of python-build-standalone: built, started and requested."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

import pytest
from pure.python.catalogue import Runtime
from shell.lifecycle.disk import remove

from tests.builds.example_apps import EXAMPLES, Checkout
from tests.builds.lamina import Lamina
from tests.builds.started import started
from tests.builds.test_examples import answers
from tests.builds.workshop import Workshop, machine_settings
from tests.often import seldom
from tests.real_runtimes import archive

pytestmark = pytest.mark.heavy

VERSION = "3.14.6"
OWN = {"quotes"}


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    return archive(VERSION, tmp_path_factory.mktemp("archive"))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    # Pytest keeps the folders of several runs: these are large.
    remove(tmp_path)


@pytest.mark.parametrize("name", seldom(EXAMPLES, "pip-flask", "fastapi-uv", "litestar-pdm"))
def test_an_example(name: str, folder: Path, workshop: Workshop, entry: Runtime) -> None:
    checkout = Checkout(name, folder, workshop)
    lamina = Lamina(folder, workshop)
    lamina.offline = {}
    wanted = {
        "BP_PYTHON_CATALOGUE": str(workshop.write_catalogue("real-examples", entry)),
        "BP_PYTHON_VERSION": VERSION.rpartition(".")[0],
    }
    built = lamina.build(checkout.app, env={**machine_settings(), **wanted})
    assert built.status == 0, built.both
    assert f"Python {VERSION}" in built.out
    # Nothing was locked for older versions only: there are wheels of all but the application itself.
    assert set(re.findall(r"Building wheel for (\S+) ", built.both)) <= OWN

    at = ("run", checkout.app, "--cache", lamina.cache)

    def start(env: Mapping[str, str], stdout: IO[bytes]) -> "subprocess.Popen[bytes]":
        given = [f"--env={name}={value}" for name, value in env.items()]
        return subprocess.Popen(
            lamina.argv(*at, *given), env=lamina.env, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.STDOUT
        )

    with started(start, folder / "log") as running:
        answers(EXAMPLES[name], running)
    said = lamina.run(*at, "--", "python", "-c", "import platform; print(platform.python_version())")
    assert said.out == f"{VERSION}\n", said.both
