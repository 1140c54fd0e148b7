"""A package that carries all of its own builds on a Debian without Python, in a network without a route."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pure.manager.table import MANAGERS

from tests.containers.buildpack_run import LAYERS, STORE, USER, Site, opened
from tests.containers.contents import compilers, distributions, installers
from tests.containers.engine import Engine
from tests.containers.locked_apps import APP, LOCKED, PINS, Apps
from tests.containers.served import served
from tests.containers.test_real_lifecycle import LIFECYCLE, Platform
from tests.places import ROOT

pytestmark = pytest.mark.containers

SERVE = """
import sys, threading
from pathlib import Path
from tests.local_index import serve
with serve(Path(sys.argv[1]), port=int(sys.argv[2])):
    print("ready", flush=True)
    threading.Event().wait()
"""


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``make package`` makes for builds without a network, with the interpreter that runs the tests."""
    output = opened(tmp_path_factory.mktemp("dist"))
    packager = [sys.executable, str(ROOT / "tools" / "package.py"), "--runtime", "self", "--offline"]
    made = subprocess.run(
        [*packager, "--output", str(output)], check=False, capture_output=True, text=True, timeout=900
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return output


@pytest.fixture(scope="module")
def folder(dist: Path) -> Path:
    return next(path for path in dist.iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def builder(engine: Engine, base: str, dist: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The base with the buildpack, as it comes out of the buildpackage."""
    (file,) = dist.glob("*.cnb")
    package, name = "localhost/lamina-package", "localhost/lamina-builder"
    engine.skopeo("copy", "--quiet", f"oci-archive:{file}", engine.storage_name(package))
    context = tmp_path_factory.mktemp("builder")
    lines = (f"FROM {base}", f"COPY --from={package} /cnb/buildpacks /cnb/buildpacks")
    (context / "Containerfile").write_text("\n".join(lines) + "\n")
    engine.podman("build", "--quiet", "--network", "none", "--tag", name, str(context))
    return name


@contextmanager
def without_a_route(engine: Engine, base: str, apps: Apps) -> Iterator[str]:
    """A network with a loopback and nothing else, on which the applications' index listens; podman's word for it."""
    container = engine.podman("run", "--detach", "--network", "none", base, "sleep", "infinity").stdout.strip()
    try:
        pid = engine.podman("inspect", "--format", "{{.State.Pid}}", container).stdout.strip()
        argv = ["nsenter", "--target", pid, "--net", sys.executable, "-c", SERVE]
        argv += [str(apps.wheels), apps.index.host.rpartition(":")[2]]
        server = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == "ready\n"
            yield f"container:{container}"
        finally:
            server.kill()
            server.wait()
    finally:
        engine.podman("rm", "--force", "--time", "0", container)


@pytest.fixture(scope="module")
def network(engine: Engine, base: str, apps: Apps) -> Iterator[str]:
    with without_a_route(engine, base, apps) as word:
        yield word


def test_there_is_no_route(engine: Engine, base: str, network: str) -> None:
    said = engine.podman("run", "--rm", "--network", network, base, "cat", "/proc/net/route", "/proc/net/dev").stdout
    header, *rest = said.splitlines()
    assert header.startswith("Iface")
    # Of the interfaces there is the loopback, and no line of a route.
    assert [line.split(":")[0].strip() for line in rest if ":" in line] == ["lo"]


def answered(version: str) -> dict[str, object]:
    return {"python": version, "base": f"{LAYERS}/python", "prefix": f"{LAYERS}/venv", "user": [USER, USER]}


@pytest.mark.parametrize("manager", LOCKED)
def test_nothing_but_the_applications_distributions_is_asked_for(
    engine: Engine, base: str, folder: Path, version: str, apps: Apps, network: str, manager: str, tmp_path: Path
) -> None:
    (tmp_path / "site").mkdir()
    app = apps.write(manager, tmp_path / "app")
    site = Site(engine, base, folder, app, opened(tmp_path / "site"), settings={}, network=network)
    site.detect({})
    log = site.build({})
    tool = MANAGERS[manager].tool
    assert f"{tool.title} " in log
    assert "This buildpack carries it, so no index is asked for it" in log
    image = site.image(f"localhost/lamina-offline-{manager}")
    names = engine.names(image)
    assert distributions(names) == sorted(apps.distributions)
    assert installers(names) + compilers(names) == []
    with served(engine, image) as container:
        assert json.loads(container.get("/")) == answered(version)


def vendored(apps: Apps, place: Path) -> Path:
    """An application with all of its wheels."""
    (place / "vendor").mkdir(parents=True)
    (place / "app.py").write_text(APP)
    (place / "requirements.txt").write_text("\n".join(PINS) + "\n")
    for wheel in apps.wheels.glob("*.whl"):
        (place / "vendor" / wheel.name).write_bytes(wheel.read_bytes())
    return place


@pytest.mark.parametrize("manager", ["pip", "uv"])
def test_with_vendored_wheels_there_need_not_be_anybody(
    engine: Engine, base: str, folder: Path, version: str, apps: Apps, manager: str, tmp_path: Path
) -> None:
    app = vendored(apps, tmp_path / "app")
    (tmp_path / "site").mkdir()
    site = Site(engine, base, folder, app, opened(tmp_path / "site"), settings={}, network="none")
    env = {"BP_PIP_FIND_LINKS": "vendor", "BP_PYTHON_PACKAGE_MANAGER": manager}
    site.detect(env)
    assert "alone: no index is asked" in site.build(env)
    image = site.image(f"localhost/lamina-vendored-{manager}")
    with served(engine, image) as container:
        assert json.loads(container.get("/")) == answered(version)


def test_the_buildpackage_has_the_buildpack_where_lifecycles_look(engine: Engine, builder: str, folder: Path) -> None:
    # Whatever else the base has.
    inside = {name for name in engine.names(builder) if f"/{name}".startswith(f"{STORE}/")}
    own = {f"{STORE[1:]}/{path.relative_to(folder).as_posix()}" for path in folder.rglob("*")}
    assert inside == own


@pytest.mark.skipif(not LIFECYCLE, reason="CNB_LIFECYCLE_DIR names no folder with the lifecycle's binaries")
def test_the_reference_lifecycle_builds_by_it(
    engine: Engine, base: str, builder: str, version: str, apps: Apps, tmp_path_factory: pytest.TempPathFactory
) -> None:
    # The lifecycle takes the layout's path for part of a name: small letters only.
    place = tmp_path_factory.mktemp("offline")
    platform = Platform(engine, base, None, place, version, builder=builder)
    platform.app = vendored(apps, tmp_path_factory.mktemp("vendored") / "app")
    platform.set("BP_PIP_FIND_LINKS", "vendor")
    log = platform.build()
    assert "alone: no index is asked" in log
    with served(engine, platform.image("localhost/lamina-by-the-lifecycle")) as container:
        assert json.loads(container.get("/")) == answered(version)
    before = platform.digest()
    again = platform.build()
    assert "Reusing layer 'lamina/python:venv'" in again
    assert platform.digest() == before, again
