"""Runs a command in a network of its own and asks it for pages; started by ``tests.starts.test_servers``.

In such a network nothing else listens, so that port 8000 is free whatever this machine does. The one argument is a JSON
object with ``argv``, ``env``, ``cwd``, ``port``, ``path``, ``held`` and ``seconds``; the answer is one on standard
output. Where ``held`` is a path, three others have it open, and read on, while ``path`` is asked for.
"""

import fcntl
import http.client
import json
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_SET_FLAGS = 0x8914  # SIOCSIFFLAGS, netdevice(7)
_UP_AND_RUNNING = 0x1 | 0x40
# An address of the loopback device that only a server on 0.0.0.0 answers at.
ANOTHER_ADDRESS = "127.0.0.2"


def main() -> None:
    """Start, ask, stop, report."""
    task = json.loads(sys.argv[1])
    turn_loopback_on()
    with Path(task["log"]).open("wb") as log:
        process = subprocess.Popen(
            task["argv"], env=task["env"], cwd=task["cwd"], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    others = [hold(process, task) for _ in range(3)] if task["held"] else []
    status, body = ask(process, task)
    for other in others:
        other.close()
    command = name_of(process.pid)
    ended = stopped(process)
    sys.stdout.write(json.dumps({"status": status, "body": body, "command": command, "ended": ended}))


def turn_loopback_on() -> None:
    """Give a new network its 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP_AND_RUNNING))


def stopped(process: "subprocess.Popen[bytes]") -> int | None:
    """End a process as a platform does; how it ended, or nothing if it doesn't."""
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        return None


def hold(process: "subprocess.Popen[bytes]", task: dict[str, Any]) -> socket.socket:
    """A connection whose answer has begun and doesn't end; closed at once where it can't be made."""
    deadline = time.monotonic() + task["seconds"]
    while time.monotonic() < deadline and process.poll() is None:
        try:
            connection = socket.create_connection((ANOTHER_ADDRESS, task["port"]), timeout=10)
            connection.sendall(f"GET {task['held']} HTTP/1.1\r\nHost: app.test\r\n\r\n".encode())
            if connection.recv(1):
                return connection
        except OSError:
            time.sleep(0.1)
    return socket.socket()


def ask(process: "subprocess.Popen[bytes]", task: dict[str, Any]) -> tuple[int, str]:
    """The first answer; status 0 if none came in time."""
    deadline = time.monotonic() + task["seconds"]
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection(ANOTHER_ADDRESS, task["port"], timeout=10)
        try:
            connection.request("GET", task["path"], headers={"Host": "app.test"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    return 0, ""


def name_of(pid: int) -> list[str]:
    """The command line of a running process."""
    try:
        return [Path(word.decode()).name for word in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]]
    except OSError:
        return []


if __name__ == "__main__":
    main()
