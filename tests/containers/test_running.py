"""How an image runs: without a shell, with what its server finds set, in the reference lifecycle."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.containers.engine import Engine
from tests.containers.served import Served
from tests.containers.test_real_lifecycle import LIFECYCLE, RUN_LAYOUT, Platform

pytestmark = [
    pytest.mark.containers,
    pytest.mark.skipif(not LIFECYCLE, reason="CNB_LIFECYCLE_DIR names no folder with the lifecycle's binaries"),
]

SHELLS = ("sh", "bash", "dash", "rbash")
APP = """
import json, os
from flask import Flask

app = Flask(__name__)


@app.get("/")
def variables() -> str:
    return json.dumps(dict(os.environ))
"""
WORKER = "import os, sys\nprint('worker', os.environ['GREETING'], sys.argv[1:])\n"


@pytest.fixture(scope="module")
def shell_less(engine: Engine, base: str) -> str:
    """The base without any shell."""
    container = engine.podman("create", "--network", "none", base, "true").stdout.strip()
    mounted = Path(engine.podman("mount", container).stdout.strip())
    for folder in ("bin", "usr/bin"):
        for name in SHELLS:
            (mounted / folder / name).unlink(missing_ok=True)
    engine.podman("umount", container)
    name = "localhost/lamina-shell-less"
    engine.podman("commit", "--quiet", container, name)
    engine.podman("rm", "--force", container)
    assert not [path for path in engine.names(name) if path.rpartition("/")[2] in SHELLS and "/bin/" in f"/{path}"]
    return name


@pytest.fixture(scope="module")
def platform(
    engine: Engine,
    base: str,
    shell_less: str,
    buildpack: Path,
    version: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Platform:
    platform = Platform(engine, base, buildpack, tmp_path_factory.mktemp("platform"), version)
    layout = platform.folder / "layout" / RUN_LAYOUT
    shutil.rmtree(layout)
    engine.skopeo("copy", "--quiet", engine.storage_name(shell_less), f"oci:{layout}")
    platform.app = tmp_path_factory.mktemp("app")
    (platform.app / "requirements.txt").write_text("flask\ngunicorn\n")
    (platform.app / "app.py").write_text(APP)
    (platform.app / "worker.py").write_text(WORKER)
    return platform


@pytest.fixture(scope="module")
def detected(platform: Platform) -> str:
    """An image whose process was found in the code."""
    log = platform.build()
    assert "  web: gunicorn --bind 0.0.0.0:${PORT:-8000} app:app" in log
    return platform.image("localhost/lamina-running")


@pytest.fixture(scope="module")
def declared(platform: Platform, detected: str) -> str:
    """An image whose processes are declared, in lines that need no shell."""
    (platform.app / "Procfile").write_text(
        'web: gunicorn app:app\nworker: GREETING="${GREETING:-hello you}" python worker.py "a b"\n'
    )
    assert "Reusing layer 'lamina/python:venv'" in platform.build()
    return platform.image("localhost/lamina-running-declared")


@contextmanager
def running(engine: Engine, image: str, *options: str, arguments: tuple[str, ...] = ()) -> Iterator[Served]:
    """A container with these options of podman's, without a network."""
    run = ("run", "--detach", "--network", "none", "--read-only", *options, image, *arguments)
    container = engine.podman(*run).stdout.strip()
    try:
        yield Served(engine, container)
    finally:
        engine.podman("rm", "--force", "--time", "0", container)


def variables(served: Served, port: int = 8000) -> dict[str, str]:
    found: dict[str, str] = json.loads(served.get("/", port=port))
    return found


def test_a_detected_process_needs_no_shell(engine: Engine, detected: str) -> None:
    with running(engine, detected) as served:
        found = variables(served)
        assert (found["PORT"], "FORWARDED_ALLOW_IPS" in found) == ("8000", False)
        log = engine.podman("logs", served.container, merged=True).stdout
        assert '"GET / HTTP/1.1" 200' in log
        # The server is the container's first process, and ends at once when it is told to.
        engine.podman("stop", "--time", "60", served.container)
        state = engine.podman("inspect", "--format", "{{.State.ExitCode}}", served.container).stdout.strip()
        assert state == "0"


def test_a_declared_line_without_operators_needs_none_either(engine: Engine, declared: str) -> None:
    with running(engine, declared, "--env", "PORT=8080") as served:
        assert variables(served, 8080)["PORT"] == "8080"
    worker = ("run", "--rm", "--network", "none", "--entrypoint", "worker")
    assert engine.podman(*worker, declared).stdout == "worker hello you ['a b']\n"
    assert engine.podman(*worker, "--env", "GREETING=hi", declared, "more").stdout == "worker hi ['a b', 'more']\n"


@pytest.mark.parametrize(
    ("options", "workers"),
    [
        ((), None),
        (("--memory", "512m"), {"3", "8"}),
        (("--memory", "512m", "--env", "WEB_CONCURRENCY=2"), {"2"}),
        (("--memory", "130m"), {"2"}),
    ],
)
def test_as_many_workers_as_memory_bears(
    engine: Engine, detected: str, options: tuple[str, ...], workers: set[str] | None
) -> None:
    with running(engine, detected, *options) as served:
        found = variables(served).get("WEB_CONCURRENCY")
        log = engine.podman("logs", served.container, merged=True).stdout
        assert found is None if workers is None else found is not None
        assert len(re.findall("Booting worker", log)) == int(found or 1)
        if workers and found is not None:
            assert min(map(int, workers)) <= int(found) <= max(map(int, workers))


def test_arguments_take_the_place_of_those_that_tune_it(engine: Engine, detected: str) -> None:
    with running(engine, detected, arguments=("--workers", "2")) as served:
        served.get("/")
        log = engine.podman("logs", served.container, merged=True).stdout
        assert len(re.findall("Booting worker", log)) == 2


def test_another_image_of_the_same_has_the_same_layer(platform: Platform, declared: str) -> None:
    before = platform.digest()
    log = platform.build()
    assert platform.digest() == before, log
    assert "Reusing layer 'lamina/python:at-launch'" in log
