"""Measures how long the packaged bin/detect takes, as a multiple of its interpreter doing nothing (make bench).

The runs are interleaved, so that a machine that slows down slows all of them; medians are compared.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

LIMIT = 4.0
"""The most that bin/detect may take, in starts of its own interpreter."""

ROOT = Path(__file__).resolve().parent.parent
TARGETS = {"x86_64": "linux-amd64", "aarch64": "linux-arm64"}
QUIET = (
    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
    (os.POSIX_SPAWN_DUP2, 1, 2),
)


def milliseconds(argv: list[str], env: dict[str, str]) -> float:
    """How long one run takes from start to end; its exit status has to be 0."""
    began = time.perf_counter()
    # Not shell.process: its pipes and threads would be measured too.
    pid = os.posix_spawn(argv[0], argv, env, file_actions=QUIET)
    _, status = os.waitpid(pid, 0)
    taken = time.perf_counter() - began
    if status != 0:
        sys.exit(f"{' '.join(argv)} ended with {os.waitstatus_to_exitcode(status)}.")
    return taken * 1000


def measure(buildpack: Path, rounds: int) -> dict[str, float]:
    """The medians in milliseconds: bin/detect on a small project, and its interpreter started in two ways."""
    python = str(buildpack / "runtime" / "bin" / "python3")
    with tempfile.TemporaryDirectory() as temporary:
        app, platform, plan = (Path(temporary, name) for name in ("app", "platform", "plan.toml"))
        (platform / "env").mkdir(parents=True)
        app.mkdir()
        for name in ("requirements.txt", "app.py", "Procfile"):
            (app / name).touch()
        # What a lifecycle passes (Buildpack API 0.10).
        env = {
            "PATH": "/usr/bin:/bin",
            "CNB_BUILDPACK_DIR": str(buildpack),
            "CNB_PLATFORM_DIR": str(platform),
            "CNB_BUILD_PLAN_PATH": str(plan),
            "CNB_TARGET_OS": "linux",
            "CNB_TARGET_ARCH": buildpack.name.rpartition("-")[2],
        }
        os.chdir(app)
        commands = {
            "bare": [python, "-I", "-S", "-c", ""],
            "plain": [python, "-c", ""],
            "detect": [str(buildpack / "bin" / "detect"), str(platform), str(plan)],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for number in range(rounds + 3):
            plan.write_bytes(b"")
            for name, argv in commands.items():
                taken = milliseconds(argv, env)
                # The first rounds fill the page cache.
                if number >= 3:
                    times[name].append(taken)
        if not plan.read_bytes():
            sys.exit("bin/detect wrote no plan; a measurement of that means nothing.")
        os.chdir(ROOT)
    return {name: statistics.median(taken) for name, taken in times.items()}


def main() -> int:
    """Print the medians and the ratio; 1 with ``--check`` if it is above the limit."""
    parser = argparse.ArgumentParser(prog="make bench BENCH_ARGS=…", description=__doc__.splitlines()[0])
    default = ROOT / "dist" / TARGETS.get(os.uname().machine, os.uname().machine)
    parser.add_argument("buildpack", type=Path, nargs="?", default=default, help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--check", action="store_true", help=f"fail if the ratio is above {LIMIT}")
    options = parser.parse_args()
    buildpack = options.buildpack.resolve()
    if not (buildpack / "runtime" / "bin" / "python3").exists():
        sys.exit(f"{buildpack} is not a packaged buildpack; `make package` makes one.")
    medians = measure(buildpack, options.rounds)
    ratio = medians["detect"] / medians["bare"]
    print(f"bin/detect                  {medians['detect']:6.2f} ms")
    print(f"python3 -I -S -c ''         {medians['bare']:6.2f} ms")
    print(f"python3 -c ''               {medians['plain']:6.2f} ms")
    print(f"ratio to the bare start     {ratio:6.2f}     (at most {LIMIT})")
    return 1 if options.check and ratio > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
