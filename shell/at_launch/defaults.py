"""Sets variables that the application's server reads where nobody has set them: what is right for a container.

An ``exec.d`` program: what it writes to descriptor 3 are variables of the application, as TOML. It is run by the
image's own Python, without ``site``, at every start, and imports next to nothing: what it imports of ours stands in
the place of that line there (``pure.layers.programs``). What is set, and why, is decided in the build
(``pure.start.defaults``). Nothing that it can't do is a reason not to start the application.
"""

import os
import sys

from pure.start.limits import SHARED_CPUS, groups, least, share, workers

# Each with what it is set to, and the file without which alone it is.
DEFAULTS: "tuple[tuple[str, str, str], ...]" = ()
# The variable of the number of workers, and the bytes that each of them takes; empty where nothing asks for it.
WORKERS = ""
EACH = 0
ROOT = "/sys/fs/cgroup"
OWN = "/proc/self/cgroup"


def main() -> None:
    """Tell the application what nobody has told it."""
    found = {name: value for name, value, unless in DEFAULTS if not (unless and os.path.exists(unless))}
    if WORKERS and not os.environ.get(WORKERS):
        count = workers(memory(), cpus(), EACH)
        if count:
            found[WORKERS] = str(count)
    lines = [f'{name} = "{value}"\n' for name, value in found.items() if not os.environ.get(name)]
    if lines:
        os.write(3, "".join(lines).encode())


def memory() -> int:
    """The bytes that the container may take; 0 where nobody limits them."""
    own = read(OWN)
    second = [f"{ROOT}/{group}/memory.{limit}" for group in groups(own, "") for limit in ("max", "high")]
    first = [f"{ROOT}/memory/{group}/memory.limit_in_bytes" for group in groups(own, "memory")]
    return least([read(path) for path in (*second, *first)])


def cpus() -> float:
    """How many CPUs the container has: those that it may run on, or a share of them."""
    own = read(OWN)
    shares = [share(read(f"{ROOT}/{group}/cpu.max")) for group in groups(own, "")]
    for group in groups(own, "cpu"):
        folder = f"{ROOT}/cpu/{group}"
        shares.append(share(f"{read(f'{folder}/cpu.cfs_quota_us').strip()} {read(f'{folder}/cpu.cfs_period_us')}"))
    return min([float(len(os.sched_getaffinity(0))), *([each for each in shares if each] or [SHARED_CPUS])])


def read(path: str) -> str:
    """What a file of the kernel's says; nothing where there is none."""
    try:
        with open(path, "rb") as file:
            return file.read(4096).decode("utf-8", "replace")
    except OSError:
        return ""


if __name__ == "__main__":
    try:
        main()
    except Exception as error:  # noqa: BLE001  (whatever it is, the application starts)
        print(f"Warning: no variables are set for the application: {error!r}", file=sys.stderr)  # noqa: T201
