"""Libraries of the system in whole builds: what is missing is offered to apt buildpacks, and what they bring counts."""

import json
import platform
from pathlib import Path

import pytest
from pure.venv.elf import MACHINES

from tests.builds.workshop import Bench
from tests.local_index import make_wheel
from tests.shared_library import library

pytestmark = pytest.mark.heavy

MACHINE = MACHINES[{"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]]
SETTINGS = {"PIP_FIND_LINKS": "/workspace/vendor /pips", "BP_OCI_TITLE": "Scanner"}
SNIPPET = """
  System packages by an apt buildpack before this one, which reads an Aptfile:
    printf '%s\\n' libzbar0 >> Aptfile
  or project.toml:
    [com.heroku.buildpacks.deb-packages]
    install = ["libzbar0"]
"""


def test_a_missing_library_is_offered_until_an_earlier_buildpack_brings_it(bench: Bench, tmp_path: Path) -> None:
    needs = library(["libc.so.6", "libzbar.so.0"], machine=MACHINE)
    wheel = make_wheel(tmp_path, "scanner", "1.0", {"scanner/__init__.py": "", "scanner/fast.so": needs})
    bench.write({"requirements.txt": "scanner\n", "Aptfile": "libzbar0\n", f"vendor/{wheel.name}": wheel.read_bytes()})
    log = bench.build(SETTINGS).log
    assert "  Warning: scanner needs libzbar.so.0 (scanner/fast.so)," in log
    assert SNIPPET in log
    assert "Warning: Aptfile has no effect: " in log
    kept = json.loads((bench.own / "lamina-record.json").read_bytes())
    assert kept["system_packages"] == ["libzbar0"]
    assert kept["labels"] == {"org.opencontainers.image.title": "Scanner"}
    assert 'key = "org.opencontainers.image.title"' in (bench.own / "launch.toml").read_text()

    # As an apt buildpack leaves it for those after it.
    folder = bench.layers / "example_apt" / "apt" / "lib"
    folder.mkdir(parents=True)
    (folder / "libzbar.so.0").write_bytes(library(["libc.so.6"], machine=MACHINE))
    log = bench.build({**SETTINGS, "LD_LIBRARY_PATH": "/layers/example_apt/apt/lib"}).log
    assert "libzbar" not in log
    assert "Aptfile" not in log
    assert "system_packages" not in json.loads((bench.own / "lamina-record.json").read_bytes())
