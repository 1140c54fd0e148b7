"""Real archives of python-build-standalone, put together from a Go module that carries them in pieces.

The module (``github.com/kluctl/go-embed-python``) leaves out the headers, ``ensurepip`` and ``pkgconfig``: what a test
needs of these it lays over the tree itself. Where there is no Go or no module proxy, such tests are skipped.
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from pure.python.catalogue import Runtime

MODULE = "github.com/kluctl/go-embed-python"
# By version of Python: the module's version, and its sum as Go's checksum database has it.
VERSIONS = {
    "3.14.6": ("v0.0.0-3.14.6-20260610-1", "h1:oGUS7++Wm3LgxUfD6AmJgKbKQD2wdQFO9PzyJv6T+E4="),
    "3.11.11": ("v0.0.0-3.11.11-20241219-1", None),
}
_DIRECTORY = 1 << 31  # Go's ModeDir


def module(version: str) -> Path:
    """The folder of the module that carries this Python."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("there is no Go to fetch the runtime's module with")
    name, wanted = VERSIONS[version]
    argv = [go, "mod", "download", "-json", f"{MODULE}@{name}"]
    done = subprocess.run(
        argv, capture_output=True, text=True, timeout=300, check=False, env={**os.environ, "GOFLAGS": "-mod=mod"}
    )
    if done.returncode != 0:
        pytest.skip(f"the runtime's module cannot be had: {(done.stderr or done.stdout)[-200:]}")
    found = json.loads(done.stdout)
    assert wanted in (None, found["Sum"])
    return Path(found["Dir"])


def archive(version: str, folder: Path, *, arch: str = "amd64", extras: Path | None = None) -> Runtime:
    """An ``install_only`` archive in ``folder``, as an entry of a catalogue; ``extras`` is a tree laid over it."""
    root = module(version) / "python" / "internal" / "data" / f"linux-{arch}"
    members: dict[str, tuple[tarfile.TarInfo, bytes | None]] = {}
    for file in json.loads((root / "files.json").read_bytes())["files"]:
        if file.get("symlink"):
            _add(members, file["name"], link=file["symlink"])
        elif not file["perm"] & _DIRECTORY:
            # Such archives have no entries for folders.
            path = root / file["name"]
            packed = bool(file.get("compressed"))
            data = gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()) if packed else path.read_bytes()
            assert len(data) == file["size"], file["name"]
            _add(members, file["name"], data=data, mode=file["perm"] & 0o777)
    for path in sorted(extras.rglob("*")) if extras else ():
        if path.is_file():
            _add(members, path.relative_to(extras or path).as_posix(), data=path.read_bytes())
    triple = {"amd64": "x86_64", "arm64": "aarch64"}[arch]
    place = folder / f"cpython-{version}+20260610-{triple}-unknown-linux-gnu-install_only.tar.gz"
    folder.mkdir(parents=True, exist_ok=True)
    with (
        place.open("wb") as raw,
        # These pieces aren't stripped: compressing them well takes longer than everything else here.
        gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="", compresslevel=1) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.GNU_FORMAT) as tar,
    ):
        for name in sorted(members):
            info, data = members[name]
            tar.addfile(info, io.BytesIO(data) if data is not None else None)
    digest = hashlib.sha256(place.read_bytes()).hexdigest()
    return Runtime(version=version, os="linux", arch=arch, url=place.as_uri(), sha256=digest)  # type: ignore[arg-type]


def unpacked(version: str, folder: Path) -> Path:
    """The same tree as it lies on the machine of somebody who unpacked it: its ``bin/python3``."""
    entry = archive(version, folder / "archive")
    with tarfile.open(next((folder / "archive").glob("*.tar.gz"))) as tar:
        tar.extractall(folder, filter="tar")
    assert entry.version == version
    return folder / "python" / "bin" / "python3"


def _add(
    members: dict[str, tuple[tarfile.TarInfo, bytes | None]],
    name: str,
    *,
    link: str = "",
    data: bytes | None = None,
    mode: int = 0o644,
) -> None:
    info = tarfile.TarInfo(f"python/{name}")
    info.mtime = 1_781_049_600
    if link:
        info.type, info.linkname, info.mode = tarfile.SYMTYPE, link, 0o777
    else:
        info.size, info.mode = len(data or b""), mode
    members[info.name] = (info, data)
