"""Copies the runtime that the packaged buildpack runs on, for an application, whole or not at all."""

import hashlib
import os
import shutil
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from pure.disk import DiskFull
from pure.outcome import Failure, Outcome, Success
from pure.runtime.carried import NOTE, CarriedFile, CarriedTree, decode_tree
from pure.runtime.endings import DamagedBuildpack, UnpackError, UnpackFailed
from pure.runtime.relocation import MOST_BYTES, is_relocated, relocated

from shell.archive import TOP, put_in_place, sibling
from shell.disk import NO_ROOM, said

_CACHE: Final = "__pycache__"
_MODES: Final = {True: 0o755, False: 0o644}


class _Changed(Exception):  # noqa: N818  (control flow within this module)
    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


def carried_at(url: str) -> Path | None:
    """The carried runtime that a ``file:`` URL names; ``None`` where it names an archive."""
    folder = Path(unquote(urlsplit(url).path))
    return folder if (folder / NOTE).is_file() else None


def copy_runtime(folder: Path, target: Path, *, bytecode: bool = False) -> Outcome[tuple[int, int], UnpackError]:
    """Copy and verify the runtime in ``folder``, so that ``target`` is as if unpacked there; how many files and bytes.

    With ``bytecode``, that by which it runs the buildpack comes along: it fits, and names its sources' first place.
    ``target`` is replaced in the end, by renaming; after a failure it is as it was.
    """
    try:
        tree = decode_tree((folder / NOTE).read_bytes(), origin=str(folder / NOTE))
        if isinstance(tree, Failure):
            return tree
        with sibling(target) as temporary:
            nbytes = _copy(tree.unwrap(), folder, temporary / TOP, str(target))
            if bytecode:
                _copy_bytecode(folder, temporary / TOP)
            put_in_place(temporary, target)
        return Success((len(tree.unwrap().files) + len(tree.unwrap().links), nbytes))
    except _Changed as changed:
        return Failure(DamagedBuildpack(path=str(changed.path), detail="it isn't the file that was packaged"))
    except OSError as error:
        path = error.filename if isinstance(error.filename, str) else str(target)
        if error.errno in NO_ROOM:
            return Failure(DiskFull(task="unpack", path=str(target), detail=said(error)))
        if Path(path).is_relative_to(folder):
            return Failure(DamagedBuildpack(path=path, detail=said(error)))
        return Failure(UnpackFailed(archive=str(folder), path=path, detail=said(error)))


def _copy(tree: CarriedTree, folder: Path, root: Path, home: str) -> int:
    root.mkdir()
    places = {each.path for each in tree.files} | {path for path, _ in tree.links}
    for parent in sorted({str(PurePosixPath(path).parent) for path in places}):
        (root / parent).mkdir(parents=True, exist_ok=True)
    nbytes = sum(_file(each, folder / each.at, root / each.path, home) for each in tree.files)
    for path, to in tree.links:
        (root / path).symlink_to(to)
    return nbytes


def _copy_bytecode(folder: Path, root: Path) -> None:
    """Copy the bytecode of all sources but those that say where they lie: theirs would say the place in ``folder``."""
    for here, below, _ in os.walk(folder):
        place = root / Path(here).relative_to(folder)
        if _CACHE in below and place.is_dir():
            library = PurePosixPath(Path(here).relative_to(folder))

            def says_its_place(_: str, names: list[str], library: PurePosixPath = library) -> list[str]:
                return [name for name in names if is_relocated(library / f"{name.partition('.')[0]}.py")]

            shutil.copytree(Path(here, _CACHE), place / _CACHE, copy_function=shutil.copyfile, ignore=says_its_place)
        below[:] = [name for name in below if name != _CACHE]


def _file(each: CarriedFile, source: Path, place: Path, home: str) -> int:
    data = source.read_bytes()
    if hashlib.sha256(data).hexdigest() != each.sha256:
        raise _Changed(source)
    if is_relocated(PurePosixPath(each.path)) and len(data) <= MOST_BYTES:
        data = relocated(data, folder=home)
    place.write_bytes(data)
    place.chmod(_MODES[each.executable])
    return len(data)
