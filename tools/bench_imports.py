"""Measures what `python -X importtime` says of imports in a divided environment and in an undivided one.

`make bench-imports` builds one application with the same distributions in both ways and starts Python in its image
again and again, the two in turns, so that a machine that slows down slows both. Medians are compared, and the fastest
runs: what else a machine does only ever adds to these, so both are above the limit where imports really are slower.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tools.demo import LAMINA, ROOT
from tools.settings import settings as build_settings

LIMIT = 1.03
"""The most that imports may take in a divided environment, of what they take in an undivided one."""

REQUIREMENTS = ("numpy", "pandas", "django", "fastapi")
IMPORTS = {
    "numpy": "import numpy",
    "pandas": "import pandas",
    "Django": "import django.core.management, django.db.models, django.forms, django.template, django.views.generic",
    "FastAPI": "import fastapi",
}
WAYS = ("undivided", "divided")

# Runs in the image: the sum of what every imported module took by itself, in milliseconds, for each of the imports.
MEASURE = """
import json, subprocess, sys
def total(program):
    argv = [sys.executable, "-X", "importtime", "-c", program]
    ended = subprocess.run(argv, capture_output=True, text=True, check=True)
    rows = (line.partition(":")[2].split("|") for line in ended.stderr.splitlines() if line.startswith("import time:"))
    return sum(int(row[0]) for row in rows if row[0].strip().isdigit()) / 1000
print(json.dumps({name: [total(program) for _ in range(%d)] for name, program in json.loads(sys.argv[1]).items()}))
"""


class Image:
    """The application, built in one of the ways."""

    def __init__(self, folder: Path, way: str, requirements: str) -> None:
        self.app, self.cache, self.way = folder / way / "app", folder / way / "cache", way
        self.app.mkdir(parents=True, exist_ok=True)
        (self.app / "requirements.txt").write_text(requirements)

    def build(self) -> None:
        settings = {**build_settings(), "BP_PYTHON_DIVIDE": str(self.way == "divided").lower()}
        self._said("build", *(part for name in settings for part in ("--env", name)), env=settings)

    def run(self, *arguments: str) -> str:
        return self._said("run", "--", "python", *arguments)

    def _said(self, command: str, *more: str, env: Mapping[str, str] = {}) -> str:
        argv = [*LAMINA, command, str(self.app), "--cache", str(self.cache), *more]
        ended = subprocess.run(argv, env={**os.environ, **env}, capture_output=True, text=True)
        if ended.returncode != 0:
            sys.exit(f"{' '.join(argv)} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}")
        return ended.stdout


def measure(folder: Path, rounds: int, portion: int) -> dict[str, dict[str, list[float]]]:
    """What each run took in milliseconds, by what is imported and by the way in which the environment was made."""
    first = Image(folder, WAYS[0], "".join(f"{each}\n" for each in REQUIREMENTS))
    first.build()
    listing = "import importlib.metadata as m; print(*(f'{d.name}=={d.version}' for d in m.distributions()), sep='\\n')"
    # The index may have something newer in a minute.
    other = Image(folder, WAYS[1], first.run("-c", listing))
    other.build()
    times: dict[str, dict[str, list[float]]] = {name: {way: [] for way in WAYS} for name in IMPORTS}
    for number in range(rounds + 1):
        for image in (first, other) if number % 2 else (other, first):
            found = json.loads(image.run("-c", MEASURE % portion, json.dumps(IMPORTS)))
            # The first round fills the page cache.
            for name in IMPORTS if number else ():
                times[name][image.way] += found[name]
    return times


def main() -> int:
    """Print the medians and the ratios; 1 with ``--check`` if one is above the limit."""
    parser = argparse.ArgumentParser(prog="make bench-imports BENCH_ARGS=…", description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=ROOT / ".lamina" / "bench-imports", help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--portion", type=int, default=3, help="starts of Python in each round (default: %(default)s)")
    parser.add_argument("--check", action="store_true", help=f"fail if a ratio is above {LIMIT}")
    options = parser.parse_args()
    times = measure(options.folder.resolve(), options.rounds, options.portion)
    slower = []
    print(f"{'python -X importtime':24}{WAYS[0]:>14}{WAYS[1]:>14}{'ratio':>10}{'of the fastest':>18}")
    for name, ways in times.items():
        before, after = (statistics.median(ways[way]) for way in WAYS)
        fastest = min(ways[WAYS[1]]) / min(ways[WAYS[0]])
        print(f"{name:24}{before:>11.1f} ms{after:>11.1f} ms{after / before:>10.3f}{fastest:>18.3f}")
        slower += [name] if min(after / before, fastest) > LIMIT else []
    print(f"Slower by more than {LIMIT - 1:.0%}: {', '.join(slower) or 'none'}")
    return 1 if options.check and slower else 0


if __name__ == "__main__":
    sys.exit(main())
