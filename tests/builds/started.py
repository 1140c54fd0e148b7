"""A started application: its pages are requested, and it is stopped as a platform stops it."""

import http.client
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_STARTING, _STOPPING = 120, 20


class Started:
    """A running application, and what it has written so far."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path, port: int) -> None:
        self.process, self.log, self.port = process, log, port

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def get(self, path: str) -> str:
        """The page at this path, which has to come with status 200; waits until the application listens."""
        deadline = time.monotonic() + _STARTING
        while time.monotonic() < deadline and self.process.poll() is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                connection.request("GET", path, headers={"Host": "app.example"})
                answer = connection.getresponse()
                body = answer.read().decode("utf-8", "replace")
            except OSError:
                time.sleep(0.05)
                continue
            finally:
                connection.close()
            assert answer.status == 200, f"{path}: {answer.status}\n{body}\n{self.said}"
            return body
        raise AssertionError(f"{path}: no answer\n{self.said}")

    def wait_for(self, text: str) -> None:
        """Wait until the application has written this."""
        deadline = time.monotonic() + _STARTING
        while text not in self.said:
            assert self.process.poll() is None, f"it has ended with {self.process.returncode}\n{self.said}"
            assert time.monotonic() < deadline, f"it doesn't say {text!r}\n{self.said}"
            time.sleep(0.05)


@contextmanager
def started(start: Callable[[dict[str, str], IO[bytes]], "subprocess.Popen[bytes]"], log: Path) -> Iterator[Started]:
    """Start an application on a free port, by a function that takes its variables and where its output goes.

    In the end it gets SIGTERM, after which it has to end by itself.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    with log.open("wb") as output:
        process = start({"PORT": str(port)}, output)
    try:
        yield Started(process, log, port)
        assert process.poll() is None, log.read_text(errors="replace")
        process.send_signal(signal.SIGTERM)
        # Servers end by themselves; what doesn't handle the signal ends by it.
        assert process.wait(_STOPPING) in (0, -signal.SIGTERM, 128 + signal.SIGTERM), log.read_text(errors="replace")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
