"""Starts an image without any network and asks the application in it over HTTP."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.containers.engine import Engine

_ASK = "import sys, urllib.request as r; sys.stdout.write(r.urlopen(sys.argv[1], timeout=5).read().decode())"


class Served:
    """A running container of an image."""

    def __init__(self, engine: Engine, container: str) -> None:
        self.engine, self.container = engine, container

    def get(self, path: str, *, port: int = 8000, patience: float = 30.0) -> str:
        """The body of the page; asked from within the container's own network until it answers."""
        pid = self.engine.podman("inspect", "--format", "{{.State.Pid}}", self.container).stdout.strip()
        enter = ["nsenter", "--target", pid, "--net", sys.executable, "-I", "-c", _ASK]
        deadline = time.monotonic() + patience
        while True:
            asked = subprocess.run(
                [*enter, f"http://127.0.0.1:{port}{path}"], check=False, capture_output=True, text=True, timeout=30
            )
            if asked.returncode == 0:
                return asked.stdout
            if time.monotonic() > deadline:
                log = self.engine.podman("logs", self.container, merged=True).stdout
                raise AssertionError(f"no answer: {asked.stderr[-300:]}\nthe container's log:\n{log}")
            time.sleep(0.2)

    def run(self, *argv: str) -> str:
        """The output of a program that runs in the container beside the application."""
        return self.engine.podman("exec", self.container, *argv).stdout


@contextmanager
def served(engine: Engine, image: str) -> Iterator[Served]:
    """A container of ``image``, started as the image says; removed in the end.

    It has no network, and can write into temporary folders (``/tmp``, ``/run``) and nowhere else.
    """
    container = engine.podman("run", "--detach", "--network", "none", "--read-only", image).stdout.strip()
    try:
        yield Served(engine, container)
    finally:
        engine.podman("rm", "--force", "--time", "1", container)
