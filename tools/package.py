"""Packages the buildpack: a folder per target that a platform takes as it is, the same as archive and as buildpackage.

The folder holds the launchers, our code, the wheels of vendor.lock and an interpreter that runs them, so that the build
image needs no Python. An application that wants that version needs no download: it gets a copy of the same tree, as it
was in the archive. It may carry further runtimes, as archives, and for builds without a network every tool's wheels.
Two runs over the same input give the same bytes, file times included.
"""

import argparse
import gzip
import os
import shutil
import stat
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Final

import msgspec
import tomli
import tomli_w
from pure.build.tool_steps import WHEELS
from pure.manager.table import PIP_TOOL
from pure.python.catalogue import Catalogue, Runtime, encode_catalogue, version_of
from pure.python.reasons import DEFAULT_MINOR
from pure.runtime.carried import NOTE, CarriedFile, CarriedTree, encode_tree
from shell.world import CARRIED_TOOLS

from tools import bytecode, wheels
from tools.buildpackage import FILE_TIME, Image, add_folder, write_buildpackage, write_index
from tools.bytecode import files
from tools.carried import (
    SUPPORTED,
    Carried,
    PackageError,
    carried_archive,
    download,
    host_arch,
    own_runtime,
    sha256_of,
    unpack,
)

ROOT: Final = Path(__file__).resolve().parent.parent

SIZE_LIMIT: Final = 40_000_000
"""The most that the archive of a buildpack may take, in bytes, where it carries what it runs on and nothing else."""

RUNTIME: Final = "runtime"
ARCHIVES: Final = "runtimes"
CARRIED: Final = "data/carried.json"
BUILDPACK_SCHEME: Final = "buildpack:"
"""How a carried entry's URL begins: what follows is a path in the buildpack's own folder, wherever that is."""

# The console script, what it reads images by, and the local lifecycle; a platform brings its own.
DEVELOPERS_ONLY: Final = (
    "pure/lifecycle",
    "pure/machine",
    "pure/review",
    "shell/command",
    "shell/images",
    "shell/lifecycle",
)


class Packaged(msgspec.Struct, frozen=True, kw_only=True):
    """What was made: the folder, the archive of it with its size in bytes, the buildpackage.

    ``entry`` is the runtime that runs it, ``more`` are the others.
    """

    folder: Path
    archive: Path
    size: int
    image: Image
    entry: Runtime
    more: tuple[Runtime, ...] = ()
    offline: bool = False


def package(
    *,
    target: str,
    carried: Carried,
    output: Path,
    source: Path = ROOT,
    more: tuple[Carried, ...] = (),
    offline: bool = False,
    python: Path | None = None,
) -> Packaged:
    """Make the folder, its archive and its buildpackage for ``target`` (``linux/amd64``) with a runtime.

    ``output`` gets ``linux-amd64``, ``lamina-linux-amd64.tar.gz`` and ``lamina-linux-amd64.cnb``; what was there before
    is replaced in the end. ``more`` are further runtimes for applications; ``offline`` adds the wheels of all tools.
    ``python`` is asked first whether it can write the bytecode, where the runtime itself doesn't run here.
    """
    entry = carried.entry
    for each in (carried, *more):
        if f"{each.entry.os}/{each.entry.arch}" != target:
            raise PackageError(f"{each.archive} is for {each.entry.os}/{each.entry.arch}, not for {target}.")
    name = target.replace("/", "-")
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{name}.", dir=output) as temporary:
        folder = Path(temporary, name)
        folder.mkdir()
        unpack(carried.archive, folder / RUNTIME)
        _carry(carried, more, folder)
        # Before what takes long: there may be none.
        compiler = bytecode.interpreter(folder, entry, Path(temporary, "python"), python)
        place = _descriptor(source, folder, entry)
        _code(source, folder)
        wheels.vendor(folder / "vendor", entry)
        if offline:
            tools = wheels.tools(source, folder / WHEELS, (each.entry for each in (carried, *more)))
            (folder / CARRIED_TOOLS).write_bytes(msgspec.json.format(msgspec.json.encode(tools), indent=1) + b"\n")
        else:
            wheels.download(source / PIP_TOOL.pin_file, folder / WHEELS, "The pinned pip")
        _normalise(folder)
        bytecode.write(compiler, folder, installed_at=f"/cnb/buildpacks/{place}")
        if entry.arch == host_arch():
            bytecode.check(folder)
        _normalise(folder)
        packed = Path(temporary, f"lamina-{name}.tar.gz")
        _pack(folder, packed)
        image = write_buildpackage(folder, Path(temporary, f"lamina-{name}.cnb"), project(source))
        for path in (folder, packed, image.file):
            _replace(path, output / path.name)
    return Packaged(
        folder=output / name,
        archive=output / packed.name,
        size=(output / packed.name).stat().st_size,
        image=msgspec.structs.replace(image, file=output / image.file.name),
        entry=entry,
        more=tuple(each.entry for each in more),
        offline=offline,
    )


def project(source: Path) -> Mapping[str, Any]:
    """What ``pyproject.toml`` says of the project."""
    stated: Mapping[str, Any] = tomli.loads((source / "pyproject.toml").read_text())["project"]
    return stated


def _carry(carried: Carried, more: tuple[Carried, ...], folder: Path) -> None:
    """Note what the runtime is to applications, and give the folder the form that platforms keep: without links."""
    runtime = folder / RUNTIME
    links = {path: path.readlink() for path in sorted(runtime.rglob("*")) if path.is_symlink()}
    # The launchers start it by this name.
    python = runtime / "bin" / "python3"
    started = python.resolve()
    kept = [
        CarriedFile(
            path=path.relative_to(runtime).as_posix(),
            at=(python if path == started else path).relative_to(runtime).as_posix(),
            executable=bool(path.stat().st_mode & stat.S_IXUSR),
            sha256=sha256_of(path),
        )
        for path in files(runtime)
        if path not in links
    ]
    for path in links:
        path.unlink()
    started.rename(python)
    tree = CarriedTree(
        files=tuple(kept), links=tuple((path.relative_to(runtime).as_posix(), str(to)) for path, to in links.items())
    )
    (runtime / NOTE).write_bytes(encode_tree(tree))
    here = msgspec.structs.replace(carried.entry, url=f"{BUILDPACK_SCHEME}{RUNTIME}")
    (folder / CARRIED).parent.mkdir(exist_ok=True)
    entries = (here, *(_archived(each, folder) for each in more))
    (folder / CARRIED).write_bytes(encode_catalogue(Catalogue(runtimes=entries)))


def _archived(carried: Carried, folder: Path) -> Runtime:
    """A further runtime, which stays as it was made: builds unpack and check it like one that they fetch."""
    entry = carried.entry
    place = f"{ARCHIVES}/cpython-{entry.version}-{entry.os}-{entry.arch}.tar.gz"
    (folder / place).parent.mkdir(exist_ok=True)
    shutil.copyfile(carried.archive, folder / place)
    return msgspec.structs.replace(entry, url=f"{BUILDPACK_SCHEME}{place}")


def _descriptor(source: Path, folder: Path, entry: Runtime) -> str:
    """Write buildpack.toml with the one target that the folder is for; where platforms put it below ``buildpacks``."""
    descriptor = tomli.loads((source / "buildpack.toml").read_text())
    target: dict[str, object] = {"os": entry.os, "arch": entry.arch}
    if entry.distro is not None:
        # The interpreter that runs the buildpack was made there, and needs the C library of there.
        target["distros"] = [{"name": entry.distro.name, "version": entry.distro.version}]
    descriptor["targets"] = [target]
    homepage = project(source).get("urls", {}).get("Homepage")
    if homepage is not None:
        descriptor["buildpack"]["homepage"] = homepage
    (folder / "buildpack.toml").write_text(tomli_w.dumps(descriptor))
    buildpack = descriptor["buildpack"]
    return f"{buildpack['id'].replace('/', '_')}/{buildpack['version']}"


def _code(source: Path, folder: Path) -> None:
    for name in ("bin", "pure", "shell", "data"):
        for path in files(source / name):
            relative = path.relative_to(source)
            wanted = name in ("bin", "data") or path.suffix == ".py"
            if not wanted or relative.as_posix() == CARRIED or _developers_only(relative):
                continue
            place = folder / relative
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
    for path in (folder / "bin").iterdir():
        path.chmod(0o755)
    shutil.copyfile(source / "LICENSE", folder / "LICENSE")


def _developers_only(path: PurePosixPath | Path) -> bool:
    return any(str(each) in DEVELOPERS_ONLY for each in (path, *path.parents))


def _normalise(folder: Path) -> None:
    """Give every file and folder one of the two modes that platforms keep, and one time."""
    for path in sorted((folder, *folder.rglob("*")), reverse=True):
        if path.is_symlink():
            raise PackageError(f"{path} is a symbolic link.")
        executable = path.is_dir() or (path.stat().st_mode & stat.S_IXUSR and path.parent.name == "bin")
        path.chmod(0o755 if executable else 0o644)
        os.utime(path, (FILE_TIME, FILE_TIME))


def _pack(folder: Path, archive: Path) -> None:
    with (
        archive.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        add_folder(tar, folder, "")


def _replace(path: Path, place: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
    path.replace(place)


def _report(packaged: Packaged, target: str) -> None:
    """Say what was made; ``PackageError`` if it is larger than a buildpack should be."""
    unpacked = sum(path.stat().st_size for path in files(packaged.folder))
    runtime = sum(path.stat().st_size for path in files(packaged.folder / RUNTIME))
    print(f"{_shown(packaged.folder)}  {target}, CPython {packaged.entry.version}, {_megabytes(unpacked)}")
    print(f"  of that the interpreter {_megabytes(runtime)}, without bytecode")
    for part, what in ((ARCHIVES, "further runtimes"), (WHEELS, "wheels of tools")):
        inside = sum(path.stat().st_size for path in files(packaged.folder / part))
        print(f"  {what} {_megabytes(inside)}" if inside else f"  no {what}")
    for file in (packaged.archive, packaged.image.file):
        print(f"{_shown(file)}  {_megabytes(file.stat().st_size)}, sha256 {sha256_of(file)}")
    if packaged.size > SIZE_LIMIT and not (packaged.more or packaged.offline):
        raise PackageError(f"{packaged.archive.name} is larger than {_megabytes(SIZE_LIMIT)}.")


def _shown(path: Path) -> str:
    return os.path.relpath(path)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _outcome(replaced: list[str], targets: list[str], output: Path) -> str:
    """What an error leaves behind."""
    if not replaced:
        return "Nothing was packaged."
    missing = [each for each in targets if each not in replaced]
    rest = f"; {', '.join(missing)} wasn't packaged" if missing else ""
    return f"{', '.join(replaced)} in {_shown(output)} was replaced{rest}."


def _downloaded(target: str, version: str) -> Carried:
    try:
        return download(target, version)
    except PackageError as error:
        own = target == f"linux/{host_arch()}"
        raise PackageError(
            f"{error}\nWithout that address, name a mirror that has it (BP_PYTHON_MIRROR), or an archive"
            f"{', or pack the Python that runs this' if own else ''}:\n"
            f"  make package PACKAGE_ARGS='--target {target} --runtime ARCHIVE'   "
            "(of python-build-standalone, or of `lamina runtime pack`)"
            + (f"\n  make package PACKAGE_ARGS='--target {target} --runtime self'" if own else "")
        ) from error


def wanted(target: str, given: Sequence[Carried], versions: Sequence[str]) -> tuple[Carried, tuple[Carried, ...]]:
    """The runtime that runs the buildpack for a target, and those that it carries besides.

    ``versions`` that no archive at hand has are downloaded. Lamina's default version runs it, or else the newest.
    """
    chosen = [each for each in given if f"{each.entry.os}/{each.entry.arch}" == target]
    missing = [each for each in versions if not any(_is(entry.entry.version, each) for entry in chosen)]
    chosen += [_downloaded(target, each) for each in missing or ([] if chosen else [DEFAULT_MINOR])]
    found = {each.entry.version: each for each in chosen}
    if len(found) < len(chosen):
        raise PackageError(f"Two archives are of one version: {', '.join(each.entry.version for each in chosen)}.")
    ordered = sorted(chosen, key=lambda each: (each.entry.minor == DEFAULT_MINOR, version_of(each.entry.version)))
    return ordered[-1], tuple(reversed(ordered[:-1]))


def _is(version: str, asked: str) -> bool:
    return version == asked or version.startswith(f"{asked}.")


def main(arguments: list[str] | None = None) -> int:
    """Package for each target; 1 with the reason if one cannot be made."""
    parser = argparse.ArgumentParser(prog="make package PACKAGE_ARGS=…", description=__doc__.splitlines()[0])
    parser.add_argument("--runtime", metavar="ARCHIVE", action="append", help="of `lamina runtime pack`, or `self`")
    parser.add_argument("--python", metavar="VERSION", action="append", help="a Python that it carries (3.13, 3.13.1)")
    parser.add_argument("--offline", action="store_true", help="add the wheels of all package managers' tools")
    parser.add_argument("--target", choices=SUPPORTED, action="append", help="default: all, or those of --runtime")
    parser.add_argument("--compile-with", metavar="PYTHON", type=Path, help="where the runtime doesn't run here")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="default: dist")
    options = parser.parse_args(arguments)
    given: list[Carried] = []
    replaced: list[str] = []
    targets: list[str] = options.target or list(SUPPORTED)
    images: list[Image] = []
    try:
        for archive in options.runtime or ():
            given.append(own_runtime() if archive == "self" else carried_archive(Path(archive)))
        if given and not options.target:
            targets = [each for each in SUPPORTED if any(f"{one.entry.os}/{one.entry.arch}" == each for one in given)]
        for each in given:
            if f"{each.entry.os}/{each.entry.arch}" not in targets:
                raise PackageError(f"{each.archive} is for {each.entry.os}/{each.entry.arch}, which isn't packaged.")
        # The one of before has other images in it.
        index = options.output / "lamina.cnb"
        index.unlink(missing_ok=True)
        for target in targets:
            first, more = wanted(target, given, options.python or ())
            packaged = package(
                target=target,
                carried=first,
                more=more,
                output=options.output,
                offline=options.offline,
                python=options.compile_with,
            )
            replaced.append(target)
            _report(packaged, target)
            images.append(packaged.image)
        if len(images) > 1:
            write_index(images, index, project(ROOT))
            print(f"{_shown(index)}  for {' and '.join(targets)}, {_megabytes(index.stat().st_size)}")
    except PackageError as error:
        print(f"{_outcome(replaced, targets, options.output)} {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
