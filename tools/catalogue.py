"""Writes data/cpython.json from the facts that the package index ships (make catalogue).

There are two lists of python-build-standalone's releases: pbs-installer's, and uv's own, which is often newer.
``uv python list`` leaves out the digests; they stand in its binary, as JSON that zstd compressed.
"""

import os
import re
import sys
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import unquote

import msgspec
from pbs_installer._versions import PYTHON_VERSIONS
from pure.manager.table import TOOLS
from pure.outcome import Failure
from pure.python.catalogue import Catalogue, Runtime, decode_catalogue, encode_catalogue, version_of
from shell.process import run

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor, ZstdError
else:
    from backports.zstd import ZstdDecompressor, ZstdError

ROOT: Final = Path(__file__).resolve().parent.parent
DESTINATION: Final = ROOT / "data" / "cpython.json"
DOWNLOADS: Final = ROOT / ".lamina" / "downloads"
OLDEST: Final = (3, 11)
ARCHES: Final[Mapping[str, Literal["amd64", "arm64"]]] = {"x86_64": "amd64", "aarch64": "arm64"}
FILE: Final = re.compile(
    r"cpython-(?P<version>3\.[0-9]+\.[0-9]+(?:(?:a|b|rc)[0-9]+)?)\+(?P<release>[0-9]+)-(?P<arch>[a-z0-9_]+)"
    r"-unknown-linux-gnu-"
)
_ZSTD: Final = b"\x28\xb5\x2f\xfd"


class CatalogueError(Exception):
    """The catalogue cannot be made; the text says why."""


def of_pbs_installer() -> tuple[Runtime, ...]:
    """The default builds that pbs-installer lists (the free-threaded ones repeat the same version numbers)."""
    return tuple(
        _runtime(url, sha256, arch)
        for version, files in PYTHON_VERSIONS.items()
        if version.implementation == "cpython" and not version.freethreaded
        if (version.major, version.minor) >= OLDEST
        for machine, arch in ARCHES.items()
        for url, sha256 in [files.get(("linux", machine, True), ("", None))]
        if url
    )


def of_uv(listed: Mapping[str, Mapping[str, Any]]) -> tuple[Runtime, ...]:
    """The default builds among those that uv lists."""
    return tuple(
        _runtime(each["url"], each["sha256"], ARCHES[each["arch"]["family"]])
        for each in listed.values()
        if (each["name"], each["os"], each["libc"]) == ("cpython", "linux", "gnu")
        if each["variant"] is None and each["arch"]["variant"] is None and each["arch"]["family"] in ARCHES
        if (each["major"], each["minor"]) >= OLDEST
    )


def _runtime(url: str, sha256: str | None, arch: Literal["amd64", "arm64"]) -> Runtime:
    name = FILE.match(unquote(url.rpartition("/")[2]))
    if name is None or ARCHES.get(name["arch"]) != arch or not sha256:
        raise CatalogueError(f"Not understood: {url} (sha256 {sha256})")
    return Runtime(version=name["version"], os="linux", arch=arch, url=url, sha256=sha256)


def newest_of(*lists: Iterable[Runtime]) -> Catalogue:
    """Of each version the archive that was made last; what lists say of one archive has to agree."""
    found: dict[tuple[str, str], Runtime] = {}
    for runtime in (each for listed in lists for each in listed):
        other = found.setdefault((runtime.version, runtime.arch), runtime)
        if other.url == runtime.url and other.sha256 != runtime.sha256:
            raise CatalogueError(f"Two digests of one archive: {runtime.url}")
        if _release(runtime) > _release(other):
            found[runtime.version, runtime.arch] = runtime
    # What is released has no pre-releases any more: nobody should build with them.
    released = {runtime.minor for runtime in found.values() if not version_of(runtime.version).is_prerelease}
    kept = (each for each in found.values() if each.minor not in released or not version_of(each.version).is_prerelease)
    return Catalogue(runtimes=tuple(kept))


def _release(runtime: Runtime) -> int:
    name = FILE.match(unquote(runtime.url.rpartition("/")[2]))
    assert name is not None, "runtimes are made of what matches"
    return int(name["release"])


def list_in_uv(wheels: Path = DOWNLOADS) -> Mapping[str, Mapping[str, Any]]:
    """The list inside of the pinned uv, whose wheel is kept in ``wheels``."""
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps")
    pins = ("--require-hashes", "--only-binary", ":all:", "-r", str(ROOT / TOOLS["uv"].pin_file))
    wheels.mkdir(parents=True, exist_ok=True)
    done = run((*pip, *pins, "--dest", str(wheels)), env=os.environ)
    if not done.ok:
        raise CatalogueError(f"uv cannot be had; pip says:\n{done.stderr.strip()}")
    pinned = re.search(r"^uv==(\S+)", (ROOT / TOOLS["uv"].pin_file).read_text(), re.MULTILINE)
    assert pinned is not None, "the pin file pins uv"
    (wheel,) = wheels.glob(f"uv-{pinned[1]}-*.whl")
    with zipfile.ZipFile(wheel) as file:
        (binary,) = (name for name in file.namelist() if name.endswith(".data/scripts/uv"))
        return list_in(file.read(binary), f"uv {pinned[1]}")


def list_in(binary: bytes, called: str) -> Mapping[str, Mapping[str, Any]]:
    """The list inside of a binary of uv."""
    for found in re.finditer(re.escape(_ZSTD), binary):
        try:
            listed = msgspec.json.decode(ZstdDecompressor().decompress(binary[found.start() :], 100_000_000))
        except (ZstdError, EOFError, msgspec.DecodeError):
            continue  # other data, or other bytes that look like its beginning
        if isinstance(listed, dict) and any(name.startswith("cpython-") for name in listed):
            return listed
    raise CatalogueError(f"{called} has no list of Pythons that is understood here.")


def generate() -> bytes:
    """The catalogue of both lists."""
    raw = encode_catalogue(newest_of(of_pbs_installer(), of_uv(list_in_uv())))
    checked = decode_catalogue(raw, origin="pbs-installer and uv")
    if isinstance(checked, Failure):
        raise CatalogueError(str(checked.failure()))
    return raw


def main() -> int:
    """Write the catalogue; 1 with the reason if it cannot be made."""
    try:
        raw = generate()
    except CatalogueError as error:
        print(f"catalogue: {error}", file=sys.stderr)
        return 1
    DESTINATION.write_bytes(raw)
    print(f"{DESTINATION.name}: {raw.count(b'sha256')} runtimes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
