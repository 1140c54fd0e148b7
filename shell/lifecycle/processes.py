"""Runs programs inside a build's or an image's own view of the file system."""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from pure.lifecycle.errors import LaunchFailed, LifecycleError, NamespaceRefused
from pure.outcome import Failure, Outcome, Success

from shell import process

#: The user that buildpacks and the application run as.
CNB_USER = 1000

_SANDBOX = Path(__file__).with_name("sandbox.py")
_SET_UP_STEPS = frozenset(
    {"unshare", "uid_map", "private", "bind", "read-only", "tmpfs", "overlay", "prepare", "detach"}
)
_SETTINGS = (
    "kernel/apparmor_restrict_unprivileged_userns",
    "kernel/unprivileged_userns_clone",
    "user/max_user_namespaces",
)


class Mount(msgspec.Struct, frozen=True, kw_only=True):
    """A folder or file of the machine (``source``) at an absolute path inside (``target``).

    ``kind`` is ``bind``, ``read-only`` or ``overlay``; an overlay shows its ``lower`` folders under ``upper``, which
    takes the changes, with ``work`` as its scratch folder.
    """

    target: str
    kind: str = "bind"
    source: str = ""
    lower: tuple[str, ...] = ()
    upper: str = ""
    work: str = ""


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What ``sandbox.py`` is told: the mounts, and then what to execute where with which environment."""

    mounts: tuple[Mount, ...]
    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: str
    app: str
    exec_d: tuple[str, ...] = ()
    own_processes: bool = False
    """Whether all that the program starts ends with it, in a namespace of its own; not what a terminal talks to."""


class Room:
    """A folder for the files that entering a namespace needs, and how this machine lets us enter one."""

    def __init__(self, folder: Path) -> None:
        """Use ``folder``, which exists and belongs to one build or launch."""
        self._folder = folder
        self._count = 0
        self.user_namespace = True

    def run(self, description: Description, *, on_line: Callable[[str], None]) -> Outcome[int, LifecycleError]:
        """Run a program to its end; its status, or minus the number of the signal that ended it."""
        while True:
            argv, report = self.prepare(description)
            completed = process.run(argv, env={}, on_line=on_line)
            if completed.returncode in (126, 127) and completed.stderr:
                return Failure(LaunchFailed(program=argv[0], reason=completed.stderr))
            error = read_report(report)
            if error is None:
                return Success(completed.returncode)
            if not self.retry_with_root(error):
                return Failure(error)

    def retry_with_root(self, error: LifecycleError) -> bool:
        """Whether to try again without a user namespace; then files must belong to the user that processes run as."""
        if isinstance(error, NamespaceRefused) and self.user_namespace and os.geteuid() == 0:
            self.user_namespace = False
            return True
        return False

    def prepare(self, description: Description) -> tuple[tuple[str, ...], Path]:
        """Write down what is to be done; the command that does it and where it reports a failure."""
        self._count += 1
        file, report = self._folder / f"enter-{self._count}.json", self._folder / f"report-{self._count}.json"
        root = self._folder / "root"
        root.mkdir(exist_ok=True)
        document = {
            **msgspec.to_builtins(description),
            "uid": CNB_USER,
            "gid": CNB_USER,
            "user_namespace": self.user_namespace,
            "root": str(root),
            "report": str(report),
        }
        if not self.user_namespace:
            for mount in description.mounts:
                own = (mount.source,) if mount.kind == "bind" else (*mount.lower, mount.upper, mount.work)
                for path in filter(None, own):
                    give_to_user(Path(path))
        # The environment may hold secrets: only this user may read the file, and it does not outlive the build.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(document, stream)
        return (sys.executable, "-I", "-S", str(_SANDBOX), str(file)), report


def give_to_user(folder: Path) -> None:
    """Make a tree belong to the user that processes run as (only where we are root)."""
    os.lchown(folder, CNB_USER, CNB_USER)
    for path, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.lchown(Path(path, name), CNB_USER, CNB_USER)


def read_report(report: Path) -> LifecycleError | None:
    """The failure that ``sandbox.py`` reported before it could execute the program, if any."""
    try:
        data: dict[str, Any] = json.loads(report.read_bytes() or b"null") or {}
    except FileNotFoundError:
        return None
    if not data:
        return None
    number, detail = data["errno"], data["detail"]
    reason = os.strerror(number) if number else detail
    if data["step"] in _SET_UP_STEPS:
        return NamespaceRefused(step=data["step"], reason=reason, settings=_settings())
    return LaunchFailed(program=detail.partition(":")[0], reason=reason)


def _settings() -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for name in _SETTINGS:
        try:
            found.append((name.replace("/", "."), Path("/proc/sys", name).read_text().strip()))
        except OSError:
            continue
    return tuple(found)


def folders(mounts: Sequence[Mount]) -> dict[str, str]:
    """Where on the machine the bound folders are, by their paths inside."""
    return {mount.target: mount.source for mount in mounts if mount.source}
