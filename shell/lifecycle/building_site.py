"""Prepares the folders of one build and says where they appear inside its namespace."""

import os
import stat
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from pure.lifecycle.descriptor import Buildpack
from pure.lifecycle.environment import inherited_env
from pure.lifecycle.errors import LifecycleError
from pure.lifecycle.events import LifecycleEvent, PhaseEnded, PhaseStarted
from pure.outcome import Outcome
from pure.target import Target

from shell.lifecycle.disk import View, copy_tree
from shell.lifecycle.processes import Description, Mount, Room, folders

LAYERS, APP, PLATFORM, PLANS, HOME = "/layers", "/workspace", "/platform", "/cnb/plans", "/cnb/home"
# What tools write beside, and leave there when they are killed, goes with the build's working folder.
TEMPORARY = "/cnb/tmp"
BUILD_CONFIG = "/cnb/build-config"
DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

OnEvent = Callable[[LifecycleEvent], None]


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A buildpack of the order with its folder on the machine."""

    buildpack: Buildpack
    folder: Path
    optional: bool

    @property
    def root(self) -> str:
        """Where the buildpack is inside."""
        return f"/cnb/buildpacks/{self.buildpack.folder}/{self.buildpack.version}"


class Site:
    """The folders of one build below its working folder, which exists and is empty."""

    def __init__(
        self,
        work: Path,
        *,
        members: tuple[Member, ...],
        target: Target,
        environ: Mapping[str, str],
        user_env: Mapping[str, str],
        operator_env: Mapping[str, str],
        on_event: OnEvent,
    ) -> None:
        """Create the folders and write the platform's files."""
        self.members, self.target, self.on_event = members, target, on_event
        self.user_env, self.operator_env = user_env, operator_env
        self.layers, self.app = work / "layers", work / "workspace"
        self.plans = work / "plans"
        entry, home, temporary = work / "enter", work / "home", work / "tmp"
        for folder in (self.layers, self.plans, entry, home, temporary):
            folder.mkdir()
        platform = _env_files(work / "platform", user_env)
        config = _env_files(work / "build-config", operator_env)
        self.mounts = (
            Mount(target=LAYERS, source=str(self.layers)),
            Mount(target=APP, source=str(self.app)),
            Mount(target=PLANS, source=str(self.plans)),
            Mount(target=HOME, source=str(home)),
            Mount(target=TEMPORARY, source=str(temporary)),
            Mount(target=PLATFORM, source=str(platform), kind="read-only"),
            Mount(target=BUILD_CONFIG, source=str(config), kind="read-only"),
            *(Mount(target=member.root, source=str(member.folder), kind="read-only") for member in members),
        )
        self.view = View(folders(self.mounts))
        self.room = Room(entry)
        self.env = {"PATH": DEFAULT_PATH, **inherited_env(environ), "HOME": HOME, "TMPDIR": TEMPORARY}

    def copy_app(self, source: Path, *, leave_out: Path, wanted: Callable[[str], bool] | None) -> None:
        """Copy what is wanted of the application, without our own cache folder."""
        copy_tree(source, self.app, leave_out=leave_out, wanted=wanted)
        # The folder itself is a platform's own, and a build may write into it, whatever ours is like.
        self.app.chmod(self.app.stat().st_mode | stat.S_IWUSR)

    def execute(
        self,
        member: Member,
        program: str,
        arguments: tuple[str, ...],
        env: Mapping[str, str],
        lines: Callable[[str], None],
    ) -> Outcome[int, LifecycleError]:
        """Run a program of a buildpack in the application's folder."""
        description = Description(
            mounts=self.mounts,
            argv=(f"{member.root}/bin/{program}", *arguments),
            env=env,
            cwd=APP,
            app=APP,
            own_processes=True,
        )
        return self.room.run(description, on_line=lines)


def _env_files(folder: Path, variables: Mapping[str, str]) -> Path:
    env = folder / "env"
    env.mkdir(parents=True)
    for name, value in variables.items():
        (env / name).write_bytes(os.fsencode(value))
    return folder


class Phase:
    """Reports the start of a phase and, if it succeeds, its end and duration in seconds."""

    def __init__(self, on_event: OnEvent, phase: str, buildpack: str | None = None) -> None:
        """Report the start."""
        self._on_event, self._phase, self._buildpack = on_event, phase, buildpack
        self._start = time.monotonic()
        on_event(PhaseStarted(phase=phase, buildpack=buildpack))

    def done(self) -> None:
        """Report the end."""
        seconds = time.monotonic() - self._start
        self._on_event(PhaseEnded(phase=self._phase, buildpack=self._buildpack, seconds=seconds))
