"""Runs workers beside a Redis in a network of its own and gives them work; started by ``tests.starts.test_workers``.

In such a network port 6379 is free whatever this machine does. The one argument is a JSON object with ``redis`` (the
server's command), ``processes`` (each with ``argv`` and ``cwd``), ``client`` (a command that gives work and prints what
came of it), ``env``, ``cwd`` and ``log``; the answer is one on standard output.
"""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.starts.serving import name_of, stopped, turn_loopback_on

REDIS_PORT = 6379


def main() -> None:
    """Start, give work, stop, report."""
    task = json.loads(sys.argv[1])
    turn_loopback_on()
    with Path(task["log"]).open("wb") as log:

        def start(argv: list[str], cwd: str) -> "subprocess.Popen[bytes]":
            return subprocess.Popen(argv, env=task["env"], cwd=cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

        redis = start(task["redis"], task["cwd"])
        wait_for_redis()
        workers = [start(process["argv"], process["cwd"]) for process in task["processes"]]
        client = subprocess.Popen(
            task["client"],
            env=task["env"],
            cwd=task["cwd"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            said, _ = client.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            client.kill()
            said = "no result in 60 s"
        commands = [name_of(worker.pid) for worker in workers]
        ended = [stopped(worker) for worker in workers]
        stopped(redis)
    sys.stdout.write(json.dumps({"said": said, "commands": commands, "ended": ended}))


def wait_for_redis() -> None:
    """Return once the server takes connections."""
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", REDIS_PORT), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


if __name__ == "__main__":
    main()
