"""Measures what a rebuild costs after each kind of change, divided and undivided, in seconds and in bytes moved.

The project's own lifecycle works everywhere. Where CNB_LIFECYCLE_DIR names a folder with the reference lifecycle's
binaries and LAMINA_BENCH_REGISTRY a registry on this machine (127.0.0.1:5000), it is measured too. The registry should
keep the blobs of each repository by itself; one that shares them says of another repository's blobs that they are there
already. Everything is installed from an index on this machine, which is filled before the first build; it says of its
files what the big one says, so that pip keeps them. Python's next patch release is the Python that runs this, saying of
itself that it is the next one.
"""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tomli
import tomli_w
from shell.lifecycle.disk import remove
from shell.process import run
from shell.world import read_target
from tests.builds.workshop import Workshop
from tests.local_index import serve
from tests.places import ROOT

from tools.rebuild import table
from tools.rebuild.applications import APPLICATIONS, GENERATED, Application
from tools.rebuild.disk import files_per_second
from tools.rebuild.failed import BenchError
from tools.rebuild.generated import generated
from tools.rebuild.local import LocalLifecycle
from tools.rebuild.locks import Locks, download, other_tools, resolved
from tools.rebuild.play import Lifecycle, Setting, play
from tools.rebuild.reference import ReferenceLifecycle
from tools.rebuild.registry import Registry
from tools.rebuild.rows import ROWS, rows

LIFECYCLE, REGISTRY = "CNB_LIFECYCLE_DIR", "LAMINA_BENCH_REGISTRY"
SCALES = {10: 2, 100: 10, 400: 20}
"""How many of so many generated distributions are heavy."""


def main() -> int:
    """Play, write, print."""
    options = _options()
    work: Path = options.work.resolve()
    try:
        return _measure(options, work)
    except BenchError as error:
        print(f"bench-rebuild: {error}", file=sys.stderr)
        return 1
    finally:
        for path in (work / "builds", work / "buildpack", work / "release", *work.glob("wheels-[0-9]*")):
            remove(path)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-rebuild REBUILD_ARGS=…", description=__doc__.splitlines()[0])
    parser.add_argument("--app", choices=APPLICATIONS, default="data-science", help="default: %(default)s")
    parser.add_argument("--scale", type=int, choices=SCALES, help="so many generated distributions instead of an --app")
    parser.add_argument("--lifecycle", choices=("local", "reference"), action="append", help="default: what there is")
    parser.add_argument(
        "--rows", default="", help=f"names with commas between them: {', '.join(row.name for row in ROWS)}"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was measured")
    parser.add_argument("--table", type=Path, metavar="FILE", help="write the table, which is printed anyway")
    parser.add_argument(
        "--work",
        type=Path,
        default=ROOT / ".lamina" / "bench-rebuild",
        help="locks and wheels are kept there; default: %(default)s",
    )
    parser.add_argument("--buildpack", type=Path, help="a packaged buildpack; default: it is packaged with this Python")
    return parser.parse_args()


def _measure(options: argparse.Namespace, work: Path) -> int:
    remove(work / "builds")
    work.mkdir(parents=True, exist_ok=True)
    made = files_per_second(work)
    name = f"{options.scale} generated" if options.scale else options.app
    lifecycles, left_out = _lifecycles(options.lifecycle or ("local", "reference"))
    wanted = tuple(filter(None, (each.strip() for each in options.rows.split(","))))
    unknown = set(wanted) - {row.name for row in ROWS}
    if unknown:
        raise BenchError(f"--rows: there is none called {', '.join(sorted(unknown))}")
    with _distributions(options, work) as (application, locks, index, env):
        setting = Setting(
            application=application,
            locks=locks,
            index=index,
            env=env,
            releases=_releases(options.buildpack, work),
            pythons=_pythons(work),
        )
        played = rows(django=application.django, wanted=wanted)
        lines = [
            f"{name}: {len(locks.base)} distributions; {'; '.join(locks.changes().values())}",
            f"{os.cpu_count()} processors; below {work} {made:,} small files are made in a second",
        ]
        measured: dict[str, Any] = {}
        for lifecycle, start in lifecycles.items():
            print(f"{lifecycle} lifecycle", file=sys.stderr)
            results = play(setting, played, start, work / "builds", lambda line: print(f"  {line}", file=sys.stderr))
            measured[lifecycle] = table.document(results)
            lines += ["", f"{lifecycle} lifecycle: divided / undivided (ratio)", *table.table(results)]
            lines += ["", *table.phases(results)]
    lines += ["", *(f"Left out: {line}" for line in left_out)]
    document = {
        "application": name,
        "distributions": [f"{each.name}=={each.version}" for each in locks.base],
        "changes": locks.changes(),
        "machine": {
            "processors": os.cpu_count(),
            "python": sys.version.split()[0],
            "arch": os.uname().machine,
            "files_per_second": made,
        },
        "lifecycles": measured,
        "left_out": left_out,
    }
    text = "\n".join(lines).rstrip()
    print(text)
    if options.json:
        options.json.write_text(json.dumps(document, indent=1))
    if options.table:
        options.table.write_text(f"{text}\n")
    return 0


def _lifecycles(wanted: tuple[str, ...]) -> tuple[dict[str, Any], list[str]]:
    """How to start each lifecycle that is wanted and at hand, and what isn't."""
    target = read_target({})
    distro = (target.distro.name, target.distro.version) if target.distro else ("", "")

    def local(root: Path, _: str) -> Lifecycle:
        return LocalLifecycle(root, distro)

    found: dict[str, Any] = {"local": local} if "local" in wanted else {}
    binaries, host = os.environ.get(LIFECYCLE, ""), os.environ.get(REGISTRY, "")
    missing = [f"{variable} isn't set" for variable, value in ((LIFECYCLE, binaries), (REGISTRY, host)) if not value]
    if "reference" not in wanted:
        return found, []
    if missing:
        return found, [f"the reference lifecycle; {' and '.join(missing)}"]
    folder = Path(binaries).resolve()
    for name in ("lifecycle", "launcher"):
        if not (folder / name).is_file():
            raise BenchError(f"{LIFECYCLE}: there is no {name} in {folder}")
    registry, began = Registry(host), int(time.time())

    def reference(root: Path, name: str) -> Lifecycle:
        return ReferenceLifecycle(folder, registry, f"lamina-bench-{began}/{name}", root, distro)

    found["reference"] = reference
    return found, []


@contextmanager
def _distributions(
    options: argparse.Namespace, work: Path
) -> Iterator[tuple[Application, Locks, str, Mapping[str, str]]]:
    """The application, its locks, the address of the index that has all of them, and how builds are told of it."""
    wheels = work / f"wheels-{options.scale or options.app}"
    if options.scale:
        application, locks = GENERATED, generated(wheels, options.scale, SCALES[options.scale], other_tools())
    else:
        application = APPLICATIONS[options.app]
        file = work / f"{options.app}-{sys.version_info.major}.{sys.version_info.minor}.json"
        locks = resolved(file, application.requirements, application.small, application.heavy)
    download(wheels, locks)
    # Without TLS pip keeps what may be kept only where it is told to trust the host.
    with serve(wheels, cacheable=True) as host:
        index = f"http://{host}/simple/"
        yield (
            application,
            locks,
            f"http://{host}",
            {"PIP_INDEX_URL": index, "UV_DEFAULT_INDEX": index, "PIP_TRUSTED_HOST": host},
        )


def _releases(given: Path | None, work: Path) -> tuple[Path, Path]:
    """The buildpack, and the same one in another version."""
    folder = given.resolve() if given else _packaged(work / "buildpack")
    descriptor = tomli.loads((folder / "buildpack.toml").read_text())
    descriptor["buildpack"]["version"] += ".1"
    release = work / "release"
    remove(release)
    shutil.copytree(folder, release, symlinks=True)
    (release / "buildpack.toml").write_text(tomli_w.dumps(descriptor))
    return folder, release


def _packaged(output: Path) -> Path:
    remove(output)
    packager = (sys.executable, str(ROOT / "tools" / "package.py"), "--runtime", "self", "--output", str(output))
    made = run(packager, env=os.environ)
    if not made.ok:
        raise BenchError(f"The buildpack can't be packaged:\n{made.stdout}{made.stderr}")
    return next(path for path in output.iterdir() if path.is_dir())


def _pythons(work: Path) -> tuple[Mapping[str, str], Mapping[str, str]]:
    workshop = Workshop(work / "workshop")
    runtime = workshop.next_patch()
    catalogue = workshop.write_catalogue("next-patch", runtime)
    return {"BP_PYTHON_VERSION": workshop.runtime.version}, {
        "BP_PYTHON_VERSION": runtime.version,
        "BP_PYTHON_CATALOGUE": str(catalogue),
        "BP_PYTHON_CATALOGUE_REPLACES": "true",
    }


if __name__ == "__main__":
    sys.exit(main())
