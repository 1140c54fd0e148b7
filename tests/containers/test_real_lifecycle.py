"""The packaged buildpack in the reference lifecycle, where ``CNB_LIFECYCLE_DIR`` names a folder with its binaries."""

import json
import os
import shutil
from pathlib import Path

import pytest
from pure.manager.table import MANAGERS

from tests.containers.buildpack_run import LAYERS, PATH, STORE, USER, VERSION
from tests.containers.contents import compilers, distributions, installers
from tests.containers.engine import Engine, mounts
from tests.containers.locked_apps import Apps
from tests.containers.machine import named_files, pip_variables, proxies
from tests.containers.served import served
from tests.places import ROOT

LIFECYCLE = os.environ.get("CNB_LIFECYCLE_DIR", "")

pytestmark = [
    pytest.mark.containers,
    pytest.mark.skipif(not LIFECYCLE, reason="CNB_LIFECYCLE_DIR names no folder with the lifecycle's binaries"),
]

ORDER = f"""\
[[order]]
[[order.group]]
id = "lamina/python"
version = "{VERSION}"
"""
RUN_IMAGE = "example.test/run:base"
IMAGE = "example.test/app:v1"
# The release before the pinned one, or an earlier one; any will do.
OTHER_RELEASES = {"uv": "0.13.0", "poetry": "2.4.0"}
# An image is a folder of the layout named after it; letters and digits only, as the lifecycle wants.
RUN_LAYOUT, LAYOUT = "example.test/run/base", "example.test/app/v1"


class Platform:
    """What a platform keeps between builds: an OCI layout, a cache, the user's variables."""

    def __init__(
        self, engine: Engine, base: str, buildpack: Path | None, folder: Path, version: str, *, builder: str = ""
    ) -> None:
        """``builder`` is an image with the buildpack in it, which then works without a network."""
        self.engine, self.base, self.buildpack, self.folder = engine, base, buildpack, folder
        self.builder = builder
        self.app = ROOT / "examples" / "pip-flask"
        for name in ("cache", "config/env", "platform/env", f"layout/{RUN_LAYOUT}"):
            (folder / name).mkdir(parents=True)
        (folder / "order.toml").write_text(ORDER)
        (folder / "run.toml").touch()
        self.settings = {} if builder else pip_variables()
        self.set("BP_PYTHON_VERSION", version)
        for name, value in self.settings.items():
            self.set(name, value)
        engine.skopeo("copy", "--quiet", engine.storage_name(base), f"oci:{folder}/layout/{RUN_LAYOUT}")

    def set(self, name: str, value: str) -> None:
        """Set a variable for the builds to come."""
        (self.folder / "platform" / "env" / name).write_text(value)

    def unset(self, name: str) -> None:
        """Take a variable away again."""
        (self.folder / "platform" / "env" / name).unlink()

    def build(self) -> str:
        """All phases on a fresh copy of the application; the lifecycle's log."""
        workspace = self.folder / "workspace"
        shutil.rmtree(workspace, ignore_errors=True)
        shutil.copytree(self.app, workspace)
        for top in (workspace, self.folder / "cache", self.folder / "layout"):
            for path in (top, *top.rglob("*")):
                os.chown(path, USER, USER, follow_symlinks=False)
        places = {
            **({STORE: self.buildpack} if self.buildpack else {}),
            "/cnb/lifecycle": Path(LIFECYCLE),
            "/cnb/order.toml": self.folder / "order.toml",
            "/cnb/run.toml": self.folder / "run.toml",
            "/cnb/build-config": self.folder / "config",
            "/platform": self.folder / "platform",
            **named_files(self.settings),
        }
        written = {name: self.folder / name.strip("/") for name in ("/layout", "/cache", "/workspace")}
        env = {"CNB_PLATFORM_API": "0.14", "CNB_EXPERIMENTAL_MODE": "quiet", "PATH": PATH}
        env |= {} if self.builder else proxies()
        network = "none" if self.builder else "host"
        creator = ["/cnb/lifecycle/creator", "-layout", "-layout-dir", "/layout", "-uid", str(USER), "-gid", str(USER)]
        folders = ["-cache-dir", "/cache", "-run", "/cnb/run.toml", "-launcher", "/cnb/lifecycle/launcher"]
        completed = self.engine.podman(
            *("run", "--rm", "--network", network, "--user", "0:0", "--tmpfs", "/layers:exec,mode=0777"),
            *(option for name, value in env.items() for option in ("--env", f"{name}={value}")),
            *mounts({**places, **written}, read_only=places),
            *(self.builder or self.base, *creator, *folders, "-no-color", "-run-image", RUN_IMAGE, IMAGE),
            check=False,
            merged=True,
        )
        assert completed.returncode == 0, completed.stdout
        return completed.stdout

    def digest(self) -> str:
        """The image as the layout's index names it."""
        return (self.folder / "layout" / LAYOUT / "index.json").read_text()

    def image(self, name: str) -> str:
        """The image under a name that podman knows."""
        self.engine.skopeo("copy", "--quiet", f"oci:{self.folder}/layout/{LAYOUT}", self.engine.storage_name(name))
        return name


@pytest.fixture(scope="module")
def platform(
    engine: Engine, base: str, buildpack: Path, version: str, tmp_path_factory: pytest.TempPathFactory
) -> Platform:
    return Platform(engine, base, buildpack, tmp_path_factory.mktemp("platform"), version)


@pytest.fixture(scope="module")
def first(platform: Platform) -> str:
    return platform.build()


def test_the_image_answers(engine: Engine, platform: Platform, first: str, version: str) -> None:
    assert "Setting default process type 'web'" in first
    name = platform.image("localhost/lamina-lifecycle")
    with served(engine, name) as container:
        assert container.get("/") == f"Hello from Flask on Python {version}\n"
    assert installers(engine.names(name)) == []


def test_the_image_says_what_is_in_it(engine: Engine, platform: Platform, first: str, version: str) -> None:
    names = set(engine.names(platform.image("localhost/lamina-lifecycle-sbom")))
    folder = "layers/sbom/launch/lamina_python"
    for kind in ("cdx.json", "spdx.json"):
        for layer in ("", "python/", "venv/"):
            assert f"{folder}/{layer}sbom.{kind}" in names
    # What built it isn't in it.
    assert [name for name in names if "sbom/build" in name] == []


def test_an_unchanged_build_gives_the_same_image(platform: Platform, first: str) -> None:
    before = platform.digest()
    log = platform.build()
    assert platform.digest() == before, log
    for layer in ("python", "venv", "at-launch"):
        assert f"Reusing layer 'lamina/python:{layer}'" in log
    # A layer that is reused without contents keeps its SBOM.
    assert "Reusing layer 'buildpacksio/lifecycle:launch.sbom'" in log


def test_another_pip_recreates_its_layer_alone(platform: Platform, first: str) -> None:
    before = platform.digest()
    platform.set("BP_PIP_VERSION", "26.2")
    log = platform.build()
    assert "recreated pip;" in log or "recreated pip\n" in log
    assert platform.digest() == before, log


@pytest.mark.parametrize("manager", OTHER_RELEASES)
def test_another_package_manager_from_one_build_to_the_next(
    manager: str, engine: Engine, platform: Platform, first: str, version: str, apps: Apps, tmp_path: Path
) -> None:
    tool = MANAGERS[manager].tool
    platform.app = apps.write(manager, tmp_path / "app")
    log = platform.build()
    assert "Reusing layer 'lamina/python:python'" in log
    assert f"kept python; created {tool.name}; recreated venv" in log
    name = platform.image(f"localhost/lamina-lifecycle-{manager}")
    with served(engine, name) as container:
        assert json.loads(container.get("/")) == {
            "python": version,
            "base": f"{LAYERS}/python",
            "prefix": f"{LAYERS}/venv",
            "user": [USER, USER],
        }
    names = engine.names(name)
    assert distributions(names) == sorted(apps.distributions)
    assert installers(names) + compilers(names) == []

    before = platform.digest()
    log = platform.build()
    assert f"so {tool.title} isn't started" in log
    assert "Reusing layer 'lamina/python:venv'" in log
    assert platform.digest() == before, log

    platform.set(tool.variable, OTHER_RELEASES[manager])
    log = platform.build()
    platform.unset(tool.variable)
    assert f"recreated {tool.name}\n" in log
    assert platform.digest() == before, log
