"""Starting a built application: its environment, its layers, its signals and its status."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pure.lifecycle.errors import LaunchFailed, NoCommand, NoImage, ProcessUnknown
from pure.lifecycle.image import decode_stored
from pure.outcome import Failure, Success
from shell.lifecycle import run
from shell.lifecycle.launch import _binds
from shell.lifecycle.processes import Description, Mount, Room

from tests.places import ROOT
from tests.shell.lifecycle.toys import buildpack, local_build

PACK = r"""
cd "$CNB_LAYERS_DIR"
mkdir -p tools/bin tools/exec.d build-only cached
printf '#!/bin/sh\necho "$GREETING $FROM_EXEC_D $*"; cat index; exit 5\n' > tools/bin/hello
printf '#!/bin/sh\necho "FROM_EXEC_D = \\"$GREETING!\\"" >&3\n' > tools/exec.d/one
chmod +x tools/bin/hello tools/exec.d/one
mkdir tools/env.launch; printf hi > tools/env.launch/GREETING.default
printf '[types]\nlaunch = true\n' > tools.toml
printf '[types]\nbuild = true\n' > build-only.toml
printf '[types]\ncache = true\n' > cached.toml
cat > launch.toml <<'X'
[[processes]]
type = "web"
command = ["hello", "fixed"]
args = ["replaced"]
default = true
[[processes]]
type = "sleep"
command = ["sh", "-c"]
args = ["trap 'echo got it; exit 9' TERM; echo ready; while :; do sleep 0.05; done"]
[[processes]]
type = "fast"
command = ["true"]
X
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("launch")
    (folder / "app").mkdir()
    (folder / "app" / "index").write_text("the page\n")
    local_build(folder / "app", [buildpack(folder / "pack", "toy/pack", PACK)], folder / "cache").built()
    return folder / "cache"


def output(capfd: pytest.CaptureFixture[str]) -> list[str]:
    return capfd.readouterr().out.splitlines()


def test_the_default_process(cache: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(cache, process=None, command=None, env={}) == Success(5)
    assert output(capfd) == ["hi hi! fixed replaced", "the page"]


def test_arguments_and_variables_of_the_user(cache: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(cache, process="web", command=("more",), env={"GREETING": "hey"}) == Success(5)
    assert output(capfd) == ["hey hey! fixed more", "the page"]


def test_launch_layers_only(cache: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(cache, process=None, command=("ls", "/layers/toy_pack"), env={}) == Success(0)
    assert output(capfd) == ["tools"]


def test_what_a_killed_run_left_is_gone_with_the_next_and_what_a_running_one_has_is_not(cache: Path) -> None:
    start = "import sys; from pathlib import Path; from shell.lifecycle import run; "
    start += "run(Path(sys.argv[1]), process='sleep', command=None, env={})"
    argv = [sys.executable, "-c", start, str(cache)]
    killed = subprocess.Popen(argv, stdout=subprocess.PIPE, cwd=ROOT)
    assert killed.stdout is not None
    assert killed.stdout.readline() == b"ready\n"
    (left,) = (cache / "image").glob("run-*")
    run(cache, process="fast", command=None, env={})
    assert list((cache / "image").glob("run-*")) == [left]
    killed.kill()
    killed.communicate()
    assert left.exists()
    run(cache, process="fast", command=None, env={})
    assert not left.exists()


def test_what_a_process_writes_is_gone_afterwards(cache: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write = "echo changed > index; echo x > /layers/toy_pack/tools/new; cat index; id -u"
    assert run(cache, process=None, command=("sh", "-c", write), env={}) == Success(0)
    assert output(capfd) == ["changed", "1000"]
    assert run(cache, process=None, command=("sh", "-c", "cat index; ls /layers/toy_pack/tools"), env={}) == Success(0)
    assert output(capfd) == ["the page", "bin", "env.launch", "exec.d"]
    assert not list((cache / "image").glob("run-*"))


def test_a_signal_that_ends_it_is_in_the_status(cache: Path) -> None:
    assert run(cache, process=None, command=("sh", "-c", "kill -KILL $$"), env={}) == Success(128 + signal.SIGKILL)


RUN = """
import sys
from pathlib import Path
from pure.lifecycle.image import decode_stored
from shell.lifecycle import run
from shell.lifecycle.launch import _binds
sys.exit(run(Path(sys.argv[1]), process=sys.argv[2], command=None, env={}).unwrap())
"""


def test_signals_are_forwarded(cache: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", RUN, cache, "sleep"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    child.send_signal(signal.SIGTERM)
    assert child.communicate()[0] == "got it\n"
    assert child.returncode == 9


def test_two_at_a_time(cache: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", RUN, cache, "sleep"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    start = time.monotonic()
    assert run(cache, process="fast", command=None, env={}) == Success(0)
    assert time.monotonic() - start < 5
    child.send_signal(signal.SIGTERM)
    child.communicate()


def test_what_cannot_be_run(cache: Path, tmp_path: Path) -> None:
    def error(process: str | None, command: tuple[str, ...] | None, folder: Path = cache) -> object:
        outcome = run(folder, process=process, command=command, env={})
        assert isinstance(outcome, Failure)
        return outcome.failure()

    assert error(None, None, tmp_path) == NoImage(path=str(tmp_path))
    assert error("none", None) == ProcessUnknown(process="none", available=("fast", "sleep", "web"))
    assert isinstance(error(None, ("no-such-program",)), LaunchFailed)


def test_nothing_to_run(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    pack = buildpack(tmp_path / "pack", "toy/pack", "true")
    assert local_build(tmp_path / "app", [pack], tmp_path / "cache").image.table.default == ""
    assert run(tmp_path / "cache", process=None, command=None, env={}) == Failure(NoCommand(available=()))


def test_slices_come_together_again(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("static/a", "static/deep/b", "c"):
        (tmp_path / "app" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "app" / name).write_text(name)
    text = '[[slices]]\\npaths = ["static/*"]\\n[[slices]]\\npaths = ["none"]\\n'
    script = f"cd $CNB_LAYERS_DIR; printf '{text}' > launch.toml"
    pack = buildpack(tmp_path / "pack", "toy/pack", script)
    assert len(local_build(tmp_path / "app", [pack], tmp_path / "cache").metadata["app"]) == 3
    assert run(tmp_path / "cache", process=None, command=("find", ".", "-type", "f"), env={}) == Success(0)
    assert sorted(output(capfd)) == ["./c", "./static/a", "./static/deep/b"]


def describe_room(tmp_path: Path) -> tuple[Room, Description]:
    (tmp_path / "own").mkdir()
    mounts = (Mount(target="/workspace", source=str(tmp_path / "own")),)
    description = Description(
        mounts=mounts,
        argv=("sh", "-c", "id -u; echo x > file"),
        env={"PATH": "/usr/bin:/bin"},
        cwd="/workspace",
        app="/",
    )
    (tmp_path / "room").mkdir()
    return Room(tmp_path / "room"), description


@pytest.mark.skipif(os.geteuid() != 0, reason="the fallback without user namespaces is root's")
def test_root_does_not_need_user_namespaces(tmp_path: Path) -> None:
    room, description = describe_room(tmp_path)
    room.user_namespace = False
    lines: list[str] = []
    assert room.run(description, on_line=lines.append) == Success(0)
    assert lines == ["1000"]
    assert (tmp_path / "own" / "file").stat().st_uid == 1000


def test_without_overlays_layers_are_read_only_and_the_application_is_a_copy(cache: Path, tmp_path: Path) -> None:
    stored = decode_stored((cache / "image" / "image.json").read_bytes())
    assert stored is not None
    assert run(cache, process="fast", command=None, env={}) == Success(0)
    trees = cache / "image" / "trees"
    app = [trees / layer.diff_id for layer in stored.layers if layer.root == "/workspace"]
    layers = [layer for layer in stored.layers if layer.root != "/workspace"]
    (tmp_path / "room").mkdir()
    (tmp_path / "scratch").mkdir()
    description = Description(
        mounts=tuple(_binds(tmp_path / "scratch", trees, app, layers)),
        argv=("sh", "-c", "hello; echo new > index && cat index; echo x > /layers/toy_pack/tools/new"),
        env={"PATH": "/layers/toy_pack/tools/bin:/usr/bin:/bin"},
        cwd="/workspace",
        app="/workspace",
    )
    lines: list[str] = []
    assert Room(tmp_path / "room").run(description, on_line=lines.append) != Success(0)
    assert lines[1:3] == ["the page", "new"]
    assert "Read-only file system" in lines[-1]
    assert run(cache, process=None, command=("cat", "index"), env={}) == Success(0)
    assert (app[0] / "index").read_text() == "the page\n"


# A user namespace in which no other may be made stands for a machine that forbids them.
REFUSED = """
import ctypes, os, sys
from pathlib import Path
uid, gid = os.geteuid(), os.getegid()
assert ctypes.CDLL(None).unshare(0x10000000) == 0
Path("/proc/self/setgroups").write_text("deny")
Path("/proc/self/uid_map").write_text(f"1234 {uid} 1")
Path("/proc/self/gid_map").write_text(f"1234 {gid} 1")
Path("/proc/sys/user/max_user_namespaces").write_text("0")
from tests.shell.lifecycle.test_launch import describe_room
room, description = describe_room(Path(sys.argv[1]))
print(room.run(description, on_line=print).failure())
"""


def test_a_machine_that_forbids_namespaces(tmp_path: Path) -> None:
    completed = subprocess.run([sys.executable, "-c", REFUSED, tmp_path], cwd=ROOT, capture_output=True, text=True)
    assert completed.stdout.startswith("NamespaceRefused(step='unshare'"), completed.stderr
    assert "('user.max_user_namespaces', '0')" in completed.stdout
