"""An image that ``lamina build --output`` writes is one that skopeo copies and podman runs."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.containers.buildpack_run import USER, opened
from tests.containers.contents import installers
from tests.containers.engine import Engine
from tests.containers.machine import pip_variables
from tests.containers.served import served
from tests.places import ROOT

pytestmark = pytest.mark.containers


@pytest.fixture(scope="module")
def image(engine: Engine, base: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = opened(tmp_path_factory.mktemp("local"))
    app = folder / "app"
    shutil.copytree(ROOT / "examples" / "pip-flask", app)
    engine.skopeo("copy", "--quiet", engine.storage_name(base), f"oci:{folder}/base:latest")
    settings = [option for name, value in pip_variables().items() for option in ("--env", f"{name}={value}")]
    lamina = [str(Path(sys.executable).with_name("lamina")), "build", str(app), "--cache", str(folder / "cache")]
    images = ["--run-image", str(folder / "base"), "--output", str(folder / "image")]
    built = subprocess.run(
        [*lamina, *images, *settings],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=600,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    name = "localhost/lamina-local"
    engine.skopeo("copy", "--quiet", f"oci:{folder}/image", engine.storage_name(name))
    return name


def test_the_page_answers_without_a_network(engine: Engine, image: str) -> None:
    with served(engine, image) as container:
        assert container.get("/").startswith("Hello from Flask on Python 3.")


def test_no_installer_is_in_the_image(engine: Engine, image: str) -> None:
    assert installers(engine.names(image)) == []


def test_the_application_runs_as_the_user_of_the_run_image(engine: Engine, image: str) -> None:
    with served(engine, image) as container:
        container.get("/")
        assert container.run("python", "-c", "import os; print(os.getuid(), os.getgid())").split() == [str(USER)] * 2
