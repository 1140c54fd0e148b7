"""Finds the runtime that a buildpack is packaged with: an archive, the Python that runs this, or the catalogue's."""

import hashlib
import os
import re
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, Literal

import msgspec
from pure.message import Message
from pure.outcome import Failure
from pure.python.catalogue import Runtime, decode_catalogue, decode_end_of_life, with_mirror
from pure.python.offer import MIRROR_VARIABLE
from pure.python.reasons import DEFAULT_MINOR
from pure.python.request import plain_version
from pure.python.resolution import resolve
from pure.report.prose.archives import describe_archive
from pure.report.prose.catalogue import describe_catalogue
from pure.runtime.fetching import FetchPolicy
from pure.source import Source
from pure.target import Target
from shell.archive import unpack_runtime
from shell.command.runtime_pack import packed_once
from shell.network import fetch_first

ROOT: Final = Path(__file__).resolve().parent.parent
DOWNLOADS: Final = ROOT / ".lamina" / "downloads"
RUNTIMES: Final = ROOT / ".lamina" / "runtimes"

# A developer waits for it and can start it again: fewer attempts than in a build.
POLICY: Final = FetchPolicy(attempts=2)
ELF_MACHINES: Final[dict[int, Literal["amd64", "arm64"]]] = {62: "amd64", 183: "arm64"}
MACHINES: Final = {"x86_64": "amd64", "aarch64": "arm64"}
SUPPORTED: Final = ("linux/amd64", "linux/arm64")


class PackageError(Exception):
    """The buildpack cannot be packaged; the text says why and what to do."""


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """The archive of the runtime that is packaged, and what a catalogue says of it."""

    archive: Path
    entry: Runtime


def host_arch() -> str:
    """The architecture of this machine, as targets name it."""
    machine = os.uname().machine
    return MACHINES.get(machine, machine)


def own_runtime() -> Carried:
    """The Python that runs this, packed once."""
    packed = packed_once(Path(sys.executable), RUNTIMES)
    if isinstance(packed, Failure):
        raise PackageError(f"{sys.executable} cannot be packed.{_said(describe_archive(packed.failure()))}")
    return Carried(archive=Path(packed.unwrap().archive), entry=packed.unwrap().entry)


def carried_archive(archive: Path) -> Carried:
    """An archive with its entry: of the catalogue beside it (``NAME.json``), else as its files and its name tell."""
    if not archive.is_file():
        raise PackageError(f"There is no archive {archive}.")
    digest = sha256_of(archive)
    catalogue = archive.with_name(archive.name.removesuffix(".tar.gz") + ".json")
    if catalogue.exists():
        decoded = decode_catalogue(catalogue.read_bytes(), origin=str(catalogue))
        if isinstance(decoded, Failure):
            raise PackageError(f"{catalogue} is no catalogue.{_said(describe_catalogue(decoded.failure()))}")
        entries = [entry for entry in decoded.unwrap().runtimes if entry.sha256 == digest]
        if not entries:
            raise PackageError(f"{catalogue} has no entry with the sha256 of {archive.name} ({digest}).")
        return Carried(archive=archive, entry=entries[0])
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "runtime")
        unpack(archive, folder)
        version, arch = _identity(folder, archive)
    print(f"{catalogue.name} is not beside the archive: taken as CPython {version} for every distribution.")
    entry = Runtime(version=version, os="linux", arch=arch, url=archive.resolve().as_uri(), sha256=digest)
    return Carried(archive=archive, entry=entry)


def _identity(runtime: Path, archive: Path) -> tuple[str, Literal["amd64", "arm64"]]:
    """The version and architecture of an unpacked runtime, read from its files: it may not run on this machine."""
    binary = (runtime / "bin" / "python3").read_bytes()
    machine = int.from_bytes(binary[18:20], "little") if binary[:4] == b"\x7fELF" else 0
    headers = sorted(runtime.glob("include/python3*/patchlevel.h"))
    found = re.search(r'#define PY_VERSION\s+"([^"+]+)', headers[0].read_text()) if headers else None
    if machine not in ELF_MACHINES or found is None:
        raise PackageError(f"{archive} has no CPython with headers for {' or '.join(SUPPORTED)}.")
    return found[1], ELF_MACHINES[machine]


def newest(target: str, version: str, *, today: date) -> Runtime:
    """The catalogue's runtime of a version for ``target``, or the newest of a minor version."""
    catalogue = decode_catalogue((ROOT / "data" / "cpython.json").read_bytes(), origin="data/cpython.json").unwrap()
    ends = decode_end_of_life((ROOT / "data" / "end-of-life.json").read_bytes(), origin="data/end-of-life.json")
    request = plain_version(version, Source(default="the packaged version"))
    if request is None:
        raise PackageError(f"{version} is no version of Python: 3.13 or 3.13.1 is one.")
    system, _, arch = target.partition("/")
    resolution = resolve(
        request,
        catalogue,
        target=Target(os=system, arch=arch),
        end_of_life=ends.unwrap(),
        today=today,
        default_minor=DEFAULT_MINOR,
    )
    if isinstance(resolution, Failure):
        raise PackageError(f"The catalogue has no Python {version} for {target}.")
    return resolution.unwrap().runtime


def download(target: str, version: str = DEFAULT_MINOR) -> Carried:
    """The archive of a version for ``target``: a download kept before, or from the catalogue's address or a mirror."""
    runtime = newest(target, version, today=datetime.now(UTC).date())
    place = DOWNLOADS / f"cpython-{runtime.version}-linux-{runtime.arch}.tar.gz"
    if place.exists() and sha256_of(place) == runtime.sha256:
        return Carried(archive=place, entry=runtime)
    DOWNLOADS.mkdir(parents=True, exist_ok=True)
    print(f"Downloading CPython {runtime.version} for {target}", flush=True)
    mirror = os.environ.get(MIRROR_VARIABLE, "").strip()
    places = with_mirror(runtime, mirror) if mirror else (runtime.url,)
    fetched = fetch_first(places, place, sha256=runtime.sha256, environ=os.environ, policy=POLICY)
    if isinstance(fetched, Failure):
        raise PackageError(
            f"CPython {runtime.version} for {target} cannot be downloaded.{_said(describe_archive(fetched.failure()))}"
        )
    return Carried(archive=place, entry=runtime)


def unpack(archive: Path, runtime: Path) -> None:
    """Unpack an archive as it is: what its files say of where they are is left for the place where they will be."""
    unpacked = unpack_runtime(archive, runtime, wheel_to=None, stays=False)
    if isinstance(unpacked, Failure):
        raise PackageError(f"{archive} cannot be unpacked.{_said(describe_archive(unpacked.failure()))}")


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _said(message: Message) -> str:
    return "".join(f"\n  {line}" for line in (message.happened, *message.found, *message.means))
