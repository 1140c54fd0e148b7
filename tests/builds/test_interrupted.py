"""Builds killed at every step, then built again on what they left: the result is that of a build from nothing.

A platform throws away what a killed build leaves; a folder that is kept all the same must do no harm.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builds.lamina import APPLICATION, Lamina, write_application
from tests.builds.workshop import Bench, Tree, Workshop, differences, kill_all, locked, metadata, remove, tree, wait_for
from tests.local_index import make_project
from tests.often import often

# `tests/histories` kill simulated builds after every step. Here real ones are killed within steps: of each kind of work
# one in every run, the others where there is time.
heavy = pytest.mark.heavy

BEFORE = ("alpha==1.0", "delta", "gamma")
AFTER = ("alpha==2.0", "beta==1.1")


@pytest.fixture(scope="module")
def wanted(workshop: Workshop, tools: Path) -> dict[str, Tree]:
    """What a build of ``AFTER`` from nothing gives, layer by layer."""
    bench = Bench(workshop.shared / f"wanted-{time.monotonic_ns()}", workshop, tools)
    bench.require(*AFTER)
    bench.build()
    return layers(bench)


@pytest.fixture(scope="module")
def earlier(workshop: Workshop, tools: Path) -> Path:
    """The layers of a build of ``BEFORE``."""
    folder = workshop.shared / "earlier"
    with locked(workshop.shared / "earlier-lock"):
        if not folder.exists():
            bench = Bench(workshop.shared / "earlier-lock" / "bench", workshop, tools)
            bench.require(*BEFORE)
            bench.build()
            bench.layers.rename(folder)
    return folder


def layers(bench: Bench) -> dict[str, Tree]:
    # pip's cache holds what was downloaded, and a killed download may have left more.
    return {name: tree(bench.own / name) for name in ("python", "pip", "venv", "venv-cache")}


def check(bench: Bench, wanted: dict[str, Tree], killed: str) -> None:
    built = bench.build()
    found = layers(bench)
    assert {name: differences(wanted[name], found[name]) for name in wanted} == {name: [] for name in wanted}, (
        f"killed after:\n{killed}\nthen:\n{built.log}"
    )
    assert {"python", "pip", "pip-cache", "venv", "venv-cache", "launch"} == metadata(bench).keys()
    assert not [path for path in bench.own.iterdir() if path.name.startswith(".")], "temporary files stay in no layer"


@pytest.mark.parametrize(
    "line", [pytest.param(line, marks=heavy) for line in ("Unpacked", "Read", "pip", "Installed pip")]
)
def test_first_build_killed_after_a_line(line: str, empty_bench: Bench, wanted: dict[str, Tree]) -> None:
    kill_after_line(line, empty_bench, wanted)


@heavy
@pytest.mark.parametrize("line", ["Dependencies", "Installed 3"])
def test_first_installation_killed_after_a_line(line: str, bench: Bench, wanted: dict[str, Tree]) -> None:
    kill_after_line(line, bench, wanted)


def kill_after_line(line: str, bench: Bench, wanted: dict[str, Tree]) -> None:
    bench.require(*AFTER)
    process = bench.start()
    assert process.stdout is not None
    said = []
    for text in process.stdout:
        said.append(text)
        if text.strip().startswith(line) and not text.startswith("  Layer"):
            break
    # In the middle of what that line announced, or began.
    time.sleep(0.12)
    kill_all(process)
    process.stdout.close()
    assert said[-1].strip().startswith(line), "".join(said)
    check(bench, wanted, "".join(said))


CONDITIONS: dict[str, Callable[[Bench], bool]] = {
    "the first file is removed": lambda bench: len(bench.versions()) < 3,
    "the old is removed": lambda bench: bench.versions() == {"gamma": "1.0"},
    "the first is installed": lambda bench: "2.0" in bench.versions().values(),
    "the last is installed": lambda bench: (
        len(list(bench.site.glob("*.dist-info/RECORD"))) == 3 and "2.0" in bench.versions().values()
    ),
    "the first module is compiled": lambda bench: any(
        path.name.startswith("only_2") for path in bench.site.glob("alpha/__pycache__/*.pyc")
    ),
    "its record is removed": lambda bench: not record(bench),
    "its record is written": lambda bench: b"2.0" in record(bench),
}


def record(bench: Bench) -> bytes:
    try:
        return (bench.own / "venv-cache" / "state.json").read_bytes()
    except FileNotFoundError:
        return b""


OFTEN = ("the first module is compiled",)


@pytest.mark.parametrize(
    "moment", [moment if moment in OFTEN else pytest.param(moment, marks=heavy) for moment in CONDITIONS]
)
def test_reconciling_killed_when(
    moment: str, tmp_path: Path, workshop: Workshop, earlier: Path, wanted: dict[str, Tree]
) -> None:
    bench = Bench(tmp_path / "bench", workshop, earlier)
    bench.require(*AFTER)
    process = bench.start()
    assert wait_for(lambda: CONDITIONS[moment](bench), process), process.communicate()
    kill_all(process)
    assert process.stdout is not None
    process.stdout.close()
    check(bench, wanted, moment)


@heavy
@pytest.mark.parametrize("tenths", often([3, 7], 7))
def test_reconciling_killed_after_some_time(
    tenths: int, tmp_path: Path, workshop: Workshop, earlier: Path, wanted: dict[str, Tree]
) -> None:
    bench = Bench(tmp_path / "bench", workshop, earlier)
    bench.require(*AFTER)
    process = bench.start()
    time.sleep(tenths / 10)
    kill_all(process)
    assert process.stdout is not None
    process.stdout.close()
    check(bench, wanted, f"{tenths / 10} s")


@pytest.mark.heavy
def test_another_python_killed(tmp_path: Path, workshop: Workshop, earlier: Path, wanted: dict[str, Tree]) -> None:
    """Killed while the old runtime is gone and the new one is half there."""
    bench = Bench(tmp_path / "bench", workshop, earlier)
    bench.require(*AFTER)
    (bench.own / "python.toml").write_text('[metadata]\nschema = "0"\n')
    process = bench.start()
    assert wait_for(lambda: not (bench.own / "python.toml").exists(), process)
    time.sleep(0.1)
    kill_all(process)
    assert process.stdout is not None
    process.stdout.close()
    assert not (bench.own / "python.toml").exists()
    check(bench, wanted, "python.toml removed")


@heavy
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_lamina_ends_all_that_it_started(
    sent: signal.Signals, tmp_path: Path, workshop: Workshop, built_once: Path
) -> None:
    lamina = Lamina(tmp_path / "lamina", workshop)
    lamina.start_from(built_once)
    app = write_application(tmp_path / "app")
    project = make_project(app / "pkg", "local", "1.0", "x = 1\n")
    mark = f"mark-{os.getpid()}-{time.monotonic_ns()}"
    sleep = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import time; time.sleep(60)', '{mark}'])\n"
    (project / "backend.py").write_text(sleep + (project / "backend.py").read_text())
    (app / "requirements.txt").write_text("./pkg\n")
    argv, env = lamina.command(app)
    process = subprocess.Popen(
        argv,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        # A shell starts what runs in the background with SIGINT ignored, and that is inherited: also from these tests.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert wait_for(lambda: marked(mark), process), process.communicate()
    os.killpg(process.pid, sent)
    said, _ = process.communicate(timeout=20)
    assert process.returncode not in (0, 70), said
    assert "Traceback" not in said
    assert not marked(mark)
    assert not (lamina.cache / "work").exists()
    # What the earlier build left is as good as before.
    (app / "requirements.txt").write_text(APPLICATION["requirements.txt"])
    assert "kept python, pip, pip-cache" in lamina.build(app).out


def marked(mark: str) -> bool:
    """Whether a process that carries the mark is alive."""
    return any(mark.encode() in _arguments(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _arguments(entry: Path) -> bytes:
    try:
        return (entry / "cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize("damage", often(["flipped", "cut", "missing"], "flipped"))
def test_a_damaged_file_of_the_cache_is_made_anew_and_whole_afterwards(bench: Bench, damage: str) -> None:
    bench.require("alpha==1.0", "beta==1.0")
    bench.build()
    wanted = tree(bench.venv)
    packed = bench.own / "venv-cache" / "venv.tar"
    raw = packed.read_bytes()
    match damage:
        case "flipped":
            packed.write_bytes(raw[:700] + bytes([raw[700] ^ 1]) + raw[701:])
        case "cut":
            packed.write_bytes(raw[: len(raw) // 2])
        case _:
            packed.unlink()
    # The previous image is lost, so that the file is needed.
    (bench.own / "venv.toml").unlink()
    remove(bench.venv)
    built = bench.build()
    assert "what the cache has of it is damaged" in built.log
    assert differences(wanted, tree(bench.venv)) == []
    assert {"venv", "venv-cache"} <= metadata(bench).keys()
    assert packed.read_bytes() == raw
    assert "damaged" not in bench.build().log
