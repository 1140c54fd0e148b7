"""Which wheels a package carries of the package managers' tools."""

from pathlib import Path

import pytest
from pure.manager.table import TOOLS
from pure.python.catalogue import Runtime
from tools.carried import ROOT, PackageError
from tools.wheels import pinned

A, B = "a" * 64, "b" * 64
PINS = f"""\
# Made by hand.
alpha==1.0 ; python_full_version < '3.14' \\
    --hash=sha256:{A} \\
    --hash=sha256:{B}
beta==2.0 ; sys_platform == 'darwin' \\
    --hash=sha256:{A}
gamma==3.0 ; platform_machine == 'aarch64' \\
    --hash=sha256:{A}
delta==4.0 \\
    --hash=sha256:{B}
"""


def runtime(version: str, arch: str = "amd64") -> Runtime:
    return Runtime(version=version, os="linux", arch=arch, url="file:///a.tar.gz", sha256=A)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("version", "arch", "names"),
    [
        ("3.13.1", "amd64", ("alpha", "delta")),
        ("3.14.0", "amd64", ("delta",)),
        ("3.14.0", "arm64", ("gamma", "delta")),
    ],
)
def test_markers_are_decided_for_the_runtime(tmp_path: Path, version: str, arch: str, names: tuple[str, ...]) -> None:
    pins = tmp_path / "pins.txt"
    pins.write_text(PINS)
    found = pinned(pins, runtime(version, arch))
    assert tuple(line.partition("==")[0] for line in found) == names
    assert all(";" not in line and "--hash=sha256:" in line for line in found)


@pytest.mark.parametrize("tool", TOOLS.values(), ids=lambda tool: tool.name)
@pytest.mark.parametrize("version", ["3.11.7", "3.14.6"])
def test_every_pin_file_is_understood(tool: object, version: str) -> None:
    name, file = tool.name, ROOT / tool.pin_file  # type: ignore[attr-defined]
    found = pinned(file, runtime(version))
    assert [line for line in found if line.startswith(f"{name}==")] != []
    assert len(found) <= file.read_text().count("==")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    pins = tmp_path / "pins.txt"
    pins.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PackageError, match=r"pins\.txt can't be read"):
        pinned(pins, runtime("3.13.1"))
