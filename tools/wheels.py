"""Fetches the wheels that a buildpack is packaged with: those that run it, and those of the package managers' tools.

Every one is checked by the hashes that the repository has for it, whichever package index gives it.
"""

import os
import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Final

from pure.manager.table import TOOLS
from pure.outcome import Failure
from pure.project.locks.markers import holds, marker_environment
from pure.project.requirements.file import RequirementLine, parse_requirements
from pure.python.catalogue import Runtime
from shell.process import run

from tools.carried import PackageError
from tools.vendor_lock import LOCK, parse, platform_options

NOT_FROM_WHEELS: Final = ("returns/contrib", "**/*.pyi", "**/py.typed")


def vendor(folder: Path, entry: Runtime) -> None:
    """Fetch the wheels that vendor.lock allows for the interpreter, and unpack the code and licences in them."""
    with tempfile.TemporaryDirectory() as wheels:
        what = f"The wheels of {LOCK.name} for Python {entry.minor} on linux/{entry.arch}"
        found = download(LOCK, Path(wheels), what, *platform_options(entry.arch, entry.minor))
        if len(found) != len(parse(LOCK.read_text())):
            raise PackageError(f"pip downloaded {', '.join(path.name for path in found)}, not all of {LOCK.name}.")
        for wheel in found:
            _unpack(wheel, folder)
    for pattern in NOT_FROM_WHEELS:
        for path in sorted(folder.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def tools(source: Path, folder: Path, runtimes: Iterable[Runtime]) -> dict[str, tuple[str, ...]]:
    """Put into a folder the wheels of every tool and all that it needs, for each of these runtimes.

    The answer has the minor versions of Python that the wheels of each tool are for.
    """
    carried: dict[str, tuple[str, ...]] = {}
    for runtime in runtimes:
        for tool in TOOLS.values():
            pins = source / tool.pin_file
            lines = pinned(pins, runtime)
            what = f"The wheels of {tool.title} for Python {runtime.minor} on linux/{runtime.arch}"
            with tempfile.TemporaryDirectory() as temporary:
                wanted, got = Path(temporary, "pins.txt"), Path(temporary, "wheels")
                wanted.write_text("".join(f"{line}\n" for line in lines))
                options = platform_options(runtime.arch, runtime.minor, glibc=_GLIBC)
                found = download(wanted, got, what, *options)
                if len(found) != len(lines):
                    raise PackageError(f"{what}: pip downloaded {len(found)} of {len(lines)}.")
                folder.mkdir(exist_ok=True)
                for wheel in found:
                    shutil.copyfile(wheel, folder / wheel.name)
            carried[tool.name] = tuple(dict.fromkeys((*carried.get(tool.name, ()), runtime.minor)))
    return carried


_GLIBC: Final = tuple(range(28, 4, -1))
"""The versions 2.x of the C library that wheels may be made for: bases that are older are past their support."""


def pinned(pins: Path, runtime: Runtime) -> tuple[str, ...]:
    """The lines of a file of pins that count for a runtime, without the markers.

    pip decides over markers by the Python that runs it, whatever it is told to download for.
    """
    read = parse_requirements(pins.read_bytes(), file=pins.name)
    if isinstance(read, Failure):
        raise PackageError(f"{pins} can't be read.")
    environment = marker_environment(runtime.version, runtime.arch)
    lines = read.unwrap().lines
    return tuple(_line(line) for line in lines if not line.marker or holds(line.marker, environment))


def _line(line: RequirementLine) -> str:
    return " ".join((f"{line.name}=={line.version}", *(f"--hash={digest}" for digest in line.hashes)))


def download(pins: Path, folder: Path, what: str, *options: str) -> list[Path]:
    """The wheels that a file of pins with hashes names."""
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps")
    checked = ("--require-hashes", "--only-binary", ":all:", "--dest", str(folder), "-r", str(pins))
    completed = run((*pip, *checked, *options), env=os.environ)
    if not completed.ok:
        raise PackageError(f"{what} cannot be had; pip says:\n{completed.stderr.strip()}")
    return sorted(folder.glob("*.whl"))


def _unpack(wheel: Path, folder: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        for name in sorted(file.namelist()):
            path = PurePosixPath(name)
            if name.endswith("/"):
                continue
            if path.parts[0].endswith(".dist-info"):
                # Of a distribution's metadata only what its licence asks to be passed on.
                if not re.match(r"(?i)(licen[cs]e|copying|notice)", path.parts[1]):
                    continue
                path = PurePosixPath("licenses", path.parts[0].removesuffix(".dist-info"), path.name)
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.read(name))
