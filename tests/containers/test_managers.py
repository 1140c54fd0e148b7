"""The packaged buildpack builds an application for each package manager on a Debian without Python, and all run."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from pure.manager.table import MANAGERS

from tests.containers.buildpack_run import LAYERS, USER, Site, opened
from tests.containers.contents import compilers, distributions, installers
from tests.containers.engine import Engine
from tests.containers.locked_apps import ALL, Apps
from tests.containers.served import served
from tests.containers.trees import digest_of

pytestmark = pytest.mark.containers

IN_THE_IMAGE = {"build": False, "launch": True, "cache": False}
IN_THE_CACHE = {"build": False, "launch": False, "cache": True}
IN_THE_CACHE = {"build": False, "launch": False, "cache": True}
TRIPPED = "The tool was started"


class Built:
    """A first build with a package manager, the image made of it, and the names of all that is in the image."""

    def __init__(self, manager: str, site: Site, files: Mapping[str, str], version: str) -> None:
        self.manager, self.site, self.files = MANAGERS[manager], site, files
        self.user_env = {"BP_PYTHON_VERSION": version}
        site.detect(self.user_env)
        self.log = site.build(self.user_env)
        self.types, self.metadata = site.types(), site.metadata()
        self.image = site.image(f"localhost/lamina-{manager}")
        self.names = site.engine.names(self.image)

    def again(self, *, status: int = 0) -> str:
        """Build on what a platform restores."""
        self.site.restore()
        self.site.detect(self.user_env)
        return self.site.build(self.user_env, status=status)


@pytest.fixture(scope="module", params=ALL)
def built(
    request: pytest.FixtureRequest,
    engine: Engine,
    base: str,
    buildpack: Path,
    version: str,
    apps: Apps,
    tmp_path_factory: pytest.TempPathFactory,
) -> Built:
    manager: str = request.param
    folder = opened(tmp_path_factory.mktemp(manager))
    app = apps.write(manager, folder / "app")
    site = Site(engine, base, buildpack, app, folder, settings=apps.settings(manager))
    return Built(manager, site, apps.files(manager), version)


def test_it_answers_as_the_unprivileged_user(engine: Engine, built: Built, version: str) -> None:
    with served(engine, built.image) as container:
        assert json.loads(container.get("/")) == {
            "python": version,
            "base": f"{LAYERS}/python",
            "prefix": f"{LAYERS}/venv",
            "user": [USER, USER],
        }


def test_the_image_holds_the_locked_distributions_and_no_package_manager(built: Built, apps: Apps) -> None:
    own = {"app"} if built.manager.name == "project" else set()
    assert distributions(built.names) == sorted(apps.distributions | own)
    assert installers(built.names) == []
    assert compilers(built.names) == []


def test_the_search_finds_the_package_manager_where_it_has_to_be(built: Built) -> None:
    # Keeps the test above honest.
    own = built.site.own
    tool = built.manager.tool.name
    found = installers(str(path.relative_to(own)) for path in own.rglob("*"))
    assert {path.partition("/")[0] for path in found if path != "pip-cache"} == {tool}
    assert [path for path in found if path.endswith(f"/bin/{tool}")] != []


def test_the_build_leaves_nothing_beside_the_application(built: Built) -> None:
    workspace = built.site.workspace
    found = {str(path.relative_to(workspace)): path.read_text() for path in workspace.rglob("*") if path.is_file()}
    # setuptools builds a project in the project's own folder.
    made = ("app.egg-info/", "build/") if built.manager.name == "project" else ()
    assert {path: text for path, text in found.items() if not path.startswith(made)} == built.files


def test_the_layers_have_the_flags_of_the_table(built: Built) -> None:
    expected = {"python": IN_THE_IMAGE, built.manager.tool.name: IN_THE_CACHE, "venv": IN_THE_IMAGE}
    expected |= {"venv-cache": IN_THE_CACHE, "at-launch": IN_THE_IMAGE}
    if not built.manager.synchronises:
        expected["pip-cache"] = IN_THE_CACHE
    actual = {name: {flag: types.get(flag, False) for flag in IN_THE_CACHE} for name, types in built.types.items()}
    assert actual == expected


def test_a_second_build_keeps_every_layer_and_starts_no_tool(built: Built) -> None:
    own, tool = built.site.own, built.manager.tool.name
    if built.manager.synchronises:
        set_trap(own / tool, tool)
    before = {layer: digest_of(own / layer) for layer in (tool, "venv-cache")}
    log = built.again()
    assert {layer: digest_of(own / layer) for layer in before} == before, log
    assert built.site.types() == built.types
    assert built.site.metadata() == built.metadata
    if not built.manager.synchronises:
        # The project's own folder may have changed in any way, so pip has to look.
        assert "reconciled venv" in log
        return
    assert f"kept python, {', '.join(sorted((tool, 'venv', 'venv-cache')))}" in log
    # Keeps this honest: where the tool has to look, the trap shuts.
    lock = built.site.workspace / built.manager.lock
    lock.write_text(f"{lock.read_text()}\n")
    assert TRIPPED in built.again(status=1)


def set_trap(layer: Path, tool: str) -> None:
    """Make a tool fail as soon as it is started."""
    if tool == "uv":
        (layer / "bin" / "uv").write_text(f"#!/bin/sh\necho {TRIPPED}\nexit 1\n")
        return
    (package,) = layer.glob(f"lib/python*/site-packages/{tool}")
    (package / "__main__.py").write_text(f"raise SystemExit({TRIPPED!r})\n")
    # Compiled modules aren't compared with their sources.
    shutil.rmtree(package / "__pycache__")
