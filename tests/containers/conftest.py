"""What the container tests share: an engine, a Debian without Python, the packaged buildpack."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builds.locked import Index
from tests.containers.buildpack_run import PATH, USER
from tests.containers.engine import NEEDED, Engine
from tests.containers.locked_apps import Apps
from tests.local_index import serve
from tests.places import ROOT

BASES = ROOT / ".lamina" / "test-base"
BASE = "localhost/lamina-test-base"
SUITE = "bookworm"


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """podman on a storage that is removed in the end."""
    if os.geteuid() != 0:
        pytest.fail("The container tests need root: sudo make test-containers", pytrace=False)
    missing = [f"{name} ({what})" for name, what in NEEDED.items() if shutil.which(name) is None]
    if missing:
        pytest.fail(
            f"The container tests need {', '.join(missing)}.\n"
            f"On Debian and Ubuntu:  apt-get install {' '.join(name for name in NEEDED)}",
            pytrace=False,
        )
    # A short path: sockets in it have a limit of 107 characters.
    with tempfile.TemporaryDirectory(prefix="lamina-", ignore_cleanup_errors=True) as folder:
        engine = Engine(Path(folder))
        yield engine
        engine.podman("rm", "--all", "--force", "--time", "0", check=False)
        engine.podman("rmi", "--all", "--force", check=False)
        # Overlay storage mounts itself; it has to go before the folder can.
        subprocess.run(["umount", f"{folder}/store/overlay"], check=False, capture_output=True)


@pytest.fixture(scope="session")
def base(engine: Engine) -> str:
    """A minimal Debian without Python, with the user that builds run as."""
    archive = BASES / f"{SUITE}-{os.uname().machine}.tar"
    if not archive.exists():
        BASES.mkdir(parents=True, exist_ok=True)
        partial = archive.with_suffix(".partial.tar")
        user = f'chroot "$1" useradd --uid {USER} --create-home cnb'
        made = subprocess.run(
            ["mmdebstrap", "--variant=minbase", f"--customize-hook={user}", SUITE, str(partial)],
            check=False,
            capture_output=True,
            text=True,
            timeout=900,
        )
        assert made.returncode == 0, made.stderr
        partial.rename(archive)
    # The configuration that run images have: an unprivileged user, a PATH, the distribution in labels.
    configuration = [
        f"USER {USER}:{USER}",
        f"ENV PATH={PATH}",
        "LABEL io.buildpacks.base.distro.name=debian",
        "LABEL io.buildpacks.base.distro.version=12",
    ]
    changes = [option for line in configuration for option in ("--change", line)]
    engine.podman("import", "--quiet", *changes, str(archive), BASE)
    found = [name for name in engine.names(BASE) if Path(name).name.startswith("python3")]
    assert found == [], "the base must be one without Python"
    return BASE


@pytest.fixture(scope="session")
def buildpack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The buildpack as ``make package`` makes it, with the interpreter that runs the tests."""
    output = tmp_path_factory.mktemp("dist")
    packager = [sys.executable, str(ROOT / "tools" / "package.py"), "--runtime", "self", "--output", str(output)]
    made = subprocess.run(packager, check=False, capture_output=True, text=True, timeout=600)
    assert made.returncode == 0, made.stdout + made.stderr
    return next(path for path in output.iterdir() if path.is_dir())


@pytest.fixture(scope="session")
def version(buildpack: Path) -> str:
    """The version of Python that the buildpack carries."""
    found: str = json.loads((buildpack / "data" / "carried.json").read_text())["runtimes"][0]["version"]
    return found


@pytest.fixture(scope="session")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apps]:
    """One application for each package manager; containers reach the index of the locks by the host's network."""
    folder = tmp_path_factory.mktemp("apps")
    wheels = folder / "wheels"
    wheels.mkdir()
    with serve(wheels) as host:
        yield Apps(folder, wheels, Index(host))
