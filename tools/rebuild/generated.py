"""Distributions made for a measurement: as many as are asked for, of known sizes, the same bytes each time."""

import hashlib
import random
from pathlib import Path

from tests.local_index import make_wheel

from tools.rebuild.locks import Artefact, Locks

HEAVY_BYTES = 12_000_000
LIGHT_MODULES = 20
MODULE_LINES = 60


def light(folder: Path, name: str, version: str) -> Artefact:
    """A distribution of some small modules: about 100 kB, half of it bytecode once it is compiled."""
    source = random.Random(f"{name} {version}")
    files = {f"{_module(name)}/__init__.py": f"VERSION = '{version}'\n"}
    for number in range(LIGHT_MODULES):
        lines = [f"value_{line} = '{source.randbytes(16).hex()}'\n" for line in range(MODULE_LINES)]
        files[f"{_module(name)}/part_{number}.py"] = "".join(lines)
    return _artefact(name, version, make_wheel(folder, name, version, files))


def heavy(folder: Path, name: str, version: str) -> Artefact:
    """A distribution of a few big files that can't be compressed."""
    source = random.Random(f"{name} {version}")
    files: dict[str, str | bytes] = {f"{_module(name)}/__init__.py": f"VERSION = '{version}'\n"}
    for number in range(4):
        files[f"{_module(name)}/data/{number}.bin"] = source.randbytes(HEAVY_BYTES // 4)
    return _artefact(name, version, make_wheel(folder, name, version, files))


def generated(folder: Path, number: int, heavy_ones: int, tools: dict[str, str]) -> Locks:
    """So many distributions, ``heavy_ones`` of them heavy, and another version of one of each kind."""
    lights = [light(folder, f"light-{each:03}", "1.1") for each in range(number - heavy_ones)]
    heavies = [heavy(folder, f"heavy-{each:03}", "1.1") for each in range(heavy_ones)]
    return Locks(
        base=(*heavies, *lights),
        small=(*heavies, light(folder, "light-000", "1.0"), *lights[1:]),
        heavy=(heavy(folder, "heavy-000", "1.0"), *heavies[1:], *lights),
        tools=tools,
    )


def _module(name: str) -> str:
    return name.replace("-", "_")


def _artefact(name: str, version: str, wheel: Path) -> Artefact:
    return Artefact(name=name, version=version, file=wheel.name, sha256=hashlib.sha256(wheel.read_bytes()).hexdigest())
