"""Writes data/cpython.json from the facts that pbs-installer ships (make catalogue)."""

import re
import sys
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

from pbs_installer._versions import PYTHON_VERSIONS
from pure.outcome import Failure
from pure.python.catalogue import Catalogue, Runtime, decode_catalogue, encode_catalogue

DESTINATION = Path(__file__).resolve().parent.parent / "data" / "cpython.json"
OLDEST = (3, 11)
ARCHES: dict[str, Literal["amd64", "arm64"]] = {"x86_64": "amd64", "aarch64": "arm64"}
FILE = re.compile(
    r"cpython-(?P<version>3\.[0-9]+\.[0-9]+(?:(?:a|b|rc)[0-9]+)?)\+[0-9]+-(?P<arch>[a-z0-9_]+)-unknown-linux-gnu-"
)


def generate() -> bytes:
    """The catalogue of every default build (not the free-threaded ones, which repeat the same version numbers)."""
    runtimes = []
    for version, files in PYTHON_VERSIONS.items():
        if version.implementation != "cpython" or version.freethreaded or (version.major, version.minor) < OLDEST:
            continue
        for machine, arch in ARCHES.items():
            url, sha256 = files.get(("linux", machine, True), ("", None))
            if not url:
                continue
            name = FILE.match(unquote(url.rpartition("/")[2]))
            if name is None or name["arch"] != machine or not sha256:
                sys.exit(f"Not understood: {url} (sha256 {sha256})")
            runtimes.append(Runtime(version=name["version"], os="linux", arch=arch, url=url, sha256=sha256))
    raw = encode_catalogue(Catalogue(runtimes=tuple(runtimes)))
    checked = decode_catalogue(raw, origin="pbs-installer")
    if isinstance(checked, Failure):
        sys.exit(str(checked.failure()))
    return raw


def main() -> None:
    raw = generate()
    DESTINATION.write_bytes(raw)
    print(f"{DESTINATION.name}: {raw.count(b'sha256')} runtimes")


if __name__ == "__main__":
    main()
