"""The buildpack packaged with a real archive of python-build-standalone, and builds by it."""

import os
import shutil
import subprocess
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest
from pure.project.detection import OFFERED
from pure.python.catalogue import Runtime
from shell.process import run
from tools.carried import carried_archive, host_arch
from tools.package import Packaged, package

from tests.builds.workshop import LAYERS, Bench, Workshop, differences, tree
from tests.real_runtimes import archive, unpacked

pytestmark = [pytest.mark.heavy, pytest.mark.xdist_group("real-package")]

VERSION = "3.14.6"
# With the headers that such archives have and the test's don't, of Python and of its libraries.
MOST_BYTES = 34_000_000


def carried(folder: Path, arch: str) -> tuple[Path, Runtime]:
    """An archive, and what a catalogue would say of it."""
    # The one of the headers by which it is known; the module that its pieces come from leaves them out.
    header = folder / "extras" / "include" / "python3.14" / "patchlevel.h"
    header.parent.mkdir(parents=True)
    header.write_text(f'#define PY_VERSION              "{VERSION}"\n')
    entry = archive(VERSION, folder, arch=arch, extras=folder / "extras")
    return Path(unquote(entry.url.removeprefix("file://"))), entry


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Packaged, Runtime]:
    folder = tmp_path_factory.mktemp("real")
    place, entry = carried(folder / "archive", host_arch())
    made = package(target=f"linux/{host_arch()}", carried=carried_archive(place), output=folder / "dist")
    return made, entry


def test_the_package_is_small(real: tuple[Packaged, Runtime]) -> None:
    assert real[0].size <= MOST_BYTES


def test_an_application_gets_a_copy_of_what_runs_the_buildpack(
    real: tuple[Packaged, Runtime], empty_bench: Bench, workshop: Workshop
) -> None:
    made, entry = real
    empty_bench.require("alpha==1.0")
    # The one that a catalogue offers has to be unpacked.
    catalogue = {"BP_PYTHON_CATALOGUE": str(workshop.write_catalogue("real-unpacked", entry))}
    empty_bench.build({**catalogue, "BP_PYTHON_VERSION": VERSION})
    of_archive = tree(empty_bench.own)
    empty_bench.use_layers(None)
    empty_bench.buildpack = made.folder
    alone = {"BP_PYTHON_CATALOGUE": None, "BP_PYTHON_DEFAULT_VERSION": None, "BP_PYTHON_VERSION": VERSION}
    built = empty_bench.build(alone)
    assert f"Python {VERSION}" in built.log
    assert "from the buildpack in" in built.log
    assert "Downloading" not in built.log
    assert set(differences(of_archive, tree(empty_bench.own))) <= {"lamina-record.json", "lamina-record"}
    said = empty_bench.execute(f"{LAYERS}/venv/bin/python", "-c", "import alpha, ssl, sqlite3; print(alpha.VERSION)")
    assert said.log == "1.0\n"
    again = empty_bench.build(alone)
    assert {again.actions()[name] for name in ("python", "pip")} == {"kept"}


def arm64_system(folder: Path) -> Path:
    """The C library of arm64 that its programs are started with."""
    for place in (Path("/usr/aarch64-linux-gnu"), folder / "usr" / "aarch64-linux-gnu"):
        if (place / "lib" / "ld-linux-aarch64.so.1").exists():
            return place
        if shutil.which("apt-get") and shutil.which("dpkg-deb"):
            folder.mkdir(exist_ok=True)
            run(("apt-get", "--quiet", "download", "libc6-arm64-cross"), env=dict(os.environ), cwd=folder)
            for package in folder.glob("*.deb"):
                run(("dpkg-deb", "--extract", str(package), str(folder)), env=dict(os.environ))
    pytest.skip("there is no C library of arm64 (Debian: libc6-arm64-cross)")


def test_the_package_for_arm64_runs_in_an_emulator(tmp_path: Path) -> None:
    qemu = shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")
    if host_arch() != "amd64" or qemu is None:
        pytest.skip("there is no emulator of arm64 (Debian: qemu-user-static)")
    system = arm64_system(tmp_path / "system")
    place, _ = carried(tmp_path / "archive", "arm64")
    # Bytecode is written by the same Python of this machine.
    here = unpacked(VERSION, tmp_path / "here")
    made = package(target="linux/arm64", carried=carried_archive(place), output=tmp_path / "dist", python=here)
    assert made.size <= MOST_BYTES
    # As the kernel does it where the emulator is registered with it, which is root's business.
    python = made.folder / "runtime" / "bin" / "python3"
    python.rename(python.with_name("python3.arm64"))
    python.write_text(f'#!/bin/sh\nexec {qemu} -L {system} -0 "$0" "$0.arm64" "$@"\n')
    python.chmod(0o755)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "requirements.txt").touch()
    plan = tmp_path / "plan.toml"
    env = {"CNB_BUILDPACK_DIR": str(made.folder), "CNB_BUILD_PLAN_PATH": str(plan), "PATH": "/usr/bin:/bin"}
    detect = subprocess.run(
        [made.folder / "bin" / "detect", "/platform", plan],
        env=env,
        cwd=tmp_path / "app",
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert detect.returncode == 0, detect.stdout + detect.stderr
    assert tomllib.loads(plan.read_text())["provides"] == [{"name": name} for name in OFFERED]
    # All that bin/build imports, its extension modules among it, and the bytecode that was written here.
    program = (
        "import sys; sys.path[:0] = [sys.argv[1], sys.argv[1] + '/vendor']\n"
        "import platform, shell.build, shell.network, pure.build.conversation as c\n"
        "print(platform.machine(), c.__cached__)"
    )
    ended = run((str(python), "-v", "-I", "-S", "-B", "-c", program, str(made.folder)), env={"PATH": "/usr/bin:/bin"})
    assert ended.ok, ended.stderr
    machine, cached = ended.stdout.split()
    assert machine == "aarch64"
    assert f"code object from '{cached}'" in ended.stderr
