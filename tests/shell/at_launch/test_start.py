"""The programs that start an application in an image: a real interpreter, as the image has it."""

import json
import os
import signal
import statistics
import subprocess
import time
from pathlib import Path

import pytest
import tomli
from pure.build.at_launch import with_settings
from pure.layers.programs import ProgramName
from pure.start.processes import Default

from tests.starting import INTERPRETER, install, source

SHOW = "import json, os, sys; print(json.dumps([sys.argv[1:], dict(os.environ)]))"
MB = 1024 * 1024


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("layer") / "start", source("start"))


def started(start: Path, words: list[str], given: tuple[str, ...] = (), **env: str) -> tuple[list[str], dict[str, str]]:
    """What a command's program is given: its arguments and its variables."""
    done = subprocess.run(
        [start, str(len(words) + 3), *words[:-1], INTERPRETER, "-c", SHOW, words[-1], *given],
        env=env,
        capture_output=True,
        check=True,
    )
    arguments, variables = json.loads(done.stdout)
    return arguments, variables


def test_a_program_gets_what_its_command_says(start: Path) -> None:
    words = ["A=${B:-x y}", "PYTHONPATH=src${PYTHONPATH:+:${PYTHONPATH}}", "${PORT:-8000} $$HOME"]
    arguments, variables = started(start, words, ("${PORT}", "--", "$$"), PORT="80", HOME="/x")
    assert arguments == ["80 $HOME", "${PORT}", "--", "$$"]
    assert (variables["A"], variables["PYTHONPATH"], variables["PORT"]) == ("x y", "src", "80")
    _, variables = started(start, words, PYTHONPATH="/lib")
    assert variables["PYTHONPATH"] == "src:/lib"


def test_bytes_that_are_no_text_arrive(start: Path) -> None:
    arguments, _ = started(start, ["x${ODD}"], ("\udcff",), ODD="\udcfe")
    assert arguments == ["x\udcfe", "\udcff"]


def test_it_leaves_no_signal_ignored(start: Path) -> None:
    found = subprocess.run([start, "2", "cat", "/proc/self/status"], capture_output=True, text=True, check=True).stdout
    ignored = int(next(line for line in found.splitlines() if line.startswith("SigIgn")).split()[1], 16)
    assert not ignored & (1 << (signal.SIGPIPE - 1))
    assert not ignored & (1 << (signal.SIGXFSZ - 1))


def test_the_program_takes_its_place(start: Path) -> None:
    with subprocess.Popen([start, "2", "sleep", "${TIME:-60}"]) as process:
        while Path(f"/proc/{process.pid}/comm").read_text().strip() != "sleep":
            time.sleep(0.01)
        process.terminate()
        assert process.wait() == -signal.SIGTERM


@pytest.mark.parametrize(
    ("program", "status", "says"),
    [
        ("nowhere", 127, "Error: nowhere can't be started: there is no such program in any folder of PATH"),
        ("./nowhere", 127, "Error: ./nowhere can't be started: there is no such program, or not what runs it\n"),
        ("./plain", 126, "Error: ./plain can't be started: Permission denied\n"),
        ("./no\x1bwhere", 127, "Error: ./no?where can't be started"),
    ],
)
def test_what_cannot_be_started_is_said(start: Path, tmp_path: Path, program: str, status: int, says: str) -> None:
    (tmp_path / "plain").write_text("x")
    done = subprocess.run([start, "1", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (status, 1)
    assert done.stderr.startswith(says)


DEFAULTS = (
    Default(variable="PORT", value="8000", because=""),
    Default(variable="WEB_CONCURRENCY", because="", memory=128 * MB),
    Default(variable="GUNICORN_CMD_ARGS", value="--access-logfile=-", because="", unless="gunicorn.conf.py"),
)


class Machine:
    """A machine with control groups of its own."""

    def __init__(self, folder: Path, defaults: tuple[Default, ...] = DEFAULTS) -> None:
        self.folder = folder
        text = with_settings(source("defaults"), defaults, str(folder)).decode()
        for old, new in (('"/sys/fs/cgroup"', f'"{folder}/cgroup"'), ('"/proc/self/cgroup"', f'"{folder}/own"')):
            assert text.count(old) == 1
            text = text.replace(old, new)
        self.program = install(folder / "defaults", text.encode())

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def told(self, **env: str) -> dict[str, str]:
        """The variables that a launcher would set."""
        done = subprocess.run(
            ["bash", "-c", f"exec {self.program} 3>&1"], env=env, capture_output=True, check=True, text=True
        )
        assert done.stderr == ""
        return tomli.loads(done.stdout)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


SECOND = {"own": "0::/\n", "cgroup/memory.max": f"{512 * MB}\n", "cgroup/cpu.max": "200000 100000\n"}
BOX = "docker/abc"
FIRST = {
    "own": f"4:memory:/{BOX}\n1:cpuacct,cpu:/{BOX}\n0::/\n",
    f"cgroup/memory/{BOX}/memory.limit_in_bytes": f"{256 * MB}\n",
    "cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    "cgroup/cpu/cpu.cfs_quota_us": "-1\n",
    "cgroup/cpu/cpu.cfs_period_us": "100000\n",
}


@pytest.mark.parametrize(
    ("files", "workers"),
    [
        (SECOND, "4"),
        (SECOND | {"cgroup/cpu.max": "50000 100000\n"}, "2"),
        (SECOND | {"cgroup/memory.max": f"{100 * MB}\n"}, "1"),
        (SECOND | {"cgroup/memory.high": f"{256 * MB}\n"}, "2"),
        (SECOND | {"cgroup/memory.max": "max\n"}, None),
        (SECOND | {"own": "0::/a/b\n", "cgroup/a/memory.max": f"{128 * MB}\n", "cgroup/a/b/memory.max": "max\n"}, "1"),
        (FIRST, "2"),
        (FIRST | {f"cgroup/memory/{BOX}/memory.limit_in_bytes": "9223372036854771712\n"}, None),
        (FIRST | {"cgroup/cpu/cpu.cfs_quota_us": "10000\n"}, "1"),
        ({}, None),
        ({"own": "odd\n:::\n0::/../..\n"}, None),
    ],
)
def test_the_workers_that_a_container_bears(machine: Machine, files: dict[str, str], workers: str | None) -> None:
    machine.write(files)
    found = machine.told()
    if workers is not None and len(os.sched_getaffinity(0)) == 1:
        workers = str(min(int(workers), 3))
    assert found.get("WEB_CONCURRENCY") == workers
    assert (found["PORT"], found["GUNICORN_CMD_ARGS"]) == ("8000", "--access-logfile=-")


def test_what_somebody_set_stays(machine: Machine) -> None:
    machine.write(SECOND)
    assert machine.told(PORT="80", WEB_CONCURRENCY="9", GUNICORN_CMD_ARGS="--threads=2") == {}


def test_a_file_that_says_more_is_left_to_say_it(tmp_path: Path) -> None:
    (tmp_path / "gunicorn.conf.py").write_text("")
    told = Default(variable="GUNICORN_CMD_ARGS", value="x", because="", unless="gunicorn.conf.py")
    assert Machine(tmp_path, (told,)).told() == {}


@pytest.mark.parametrize("name", ["start", "defaults"])
def test_it_imports_next_to_nothing_and_starts_as_fast_as_python(name: ProgramName, tmp_path: Path) -> None:
    program = install(tmp_path / name, source(name))
    listed = subprocess.run(
        [INTERPRETER, "-ISB", "-X", "importtime", program, "1", "true"], capture_output=True, check=True, text=True
    ).stderr
    imported = {line.rpartition("|")[2].strip() for line in listed.splitlines()}
    assert not {"site", "re", "signal", "enum", "pathlib", "typing", "tempfile", "json", "types"} & imported

    def seconds(*command: str | Path) -> float:
        begun = time.perf_counter()
        subprocess.run(command, check=True)
        return time.perf_counter() - begun

    pairs = [
        (seconds(INTERPRETER, "-ISB", "-c", "import os; os.execvp('true', ['true'])"), seconds(program, "1", "true"))
        for _ in range(9)
    ]
    bare, ours = (statistics.median(each) for each in zip(*pairs, strict=True))
    # On a machine that starts Python in 20 ms these are 50 at most.
    assert ours < 2.5 * bare
