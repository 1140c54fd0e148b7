"""Writes layers: the only module that does.

The order of its writes keeps interrupted builds harmless: a layer's ``<layer>.toml`` is removed before the layer is
made anew and written when all of it is finished, so that a half-written layer is never taken for a finished one.
What is changed in place has a record of its own (``pure.build.workplace``).
"""

import contextlib
import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w
from pure.layers.decision import LayerDecision, RestoredLayer
from pure.layers.environment import LayerEnvironment
from pure.layers.metadata import STRUCTS
from pure.layers.names import HEAVY_PATTERN, HeavyLayerName, LayerName

if TYPE_CHECKING:
    from pure.report.sboms import BillFile


class LayerStore:
    """The folder ``CNB_LAYERS_DIR`` of this buildpack."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def restored(self) -> dict[LayerName, RestoredLayer]:
        """What the platform restored of our layers."""
        found: dict[LayerName, RestoredLayer] = {}
        heavy = sorted(path.stem for path in self.root.glob(f"{HEAVY_PATTERN}.toml"))
        names: tuple[LayerName, ...] = (*STRUCTS, *map(HeavyLayerName, heavy))
        for name in names:
            with contextlib.suppress(FileNotFoundError, IsADirectoryError):
                toml = self._toml(name).read_bytes()
                found[name] = RestoredLayer(toml=toml, contents=(self.root / name).is_dir())
        return found

    def sweep(self) -> None:
        """Remove what a build left half-written that was killed while it wrote into this folder."""
        for path in self.root.glob(".*"):
            remove_tree(path)

    def beside(self, path: Path) -> Path | None:
        """Where a layer's file lies until it is whole, so that a kill leaves nothing of it in that layer.

        ``None`` for a file elsewhere.
        """
        return self.root if path.is_relative_to(self.root) else None

    def write(self, path: Path, data: bytes, *, mode: int = 0o644) -> None:
        """Write a file as ``write_atomically`` does; what a kill leaves of a layer's file isn't in that layer."""
        write_atomically(path, data, mode=mode, beside=self.beside(path))

    def begin(self, name: str) -> None:
        """Start a layer over, with an empty directory."""
        self.drop(name)
        (self.root / name).mkdir(mode=0o755)

    def drop(self, name: str) -> None:
        """Remove a layer, its metadata first."""
        self._toml(name).unlink(missing_ok=True)
        remove_tree(self.root / name)

    def finish(self, decision: LayerDecision) -> None:
        """Write the environment files of a layer and then its metadata and types."""
        document = decision.document
        if not decision.away:
            self._write_environment(self.root / decision.name, decision.environment)
        self._write_toml(decision.name, document)

    def write_launch(self, document: Mapping[str, Any]) -> None:
        """Write ``launch.toml``."""
        self._write_toml("launch", document)

    def write_build(self, document: Mapping[str, Any]) -> None:
        """Write ``build.toml``; none where it says nothing."""
        if document:
            self._write_toml("build", document)
        else:
            self._toml("build").unlink(missing_ok=True)

    def write_sboms(self, files: "Iterable[BillFile]") -> None:
        """Write bills of materials that aren't there, and remove those of layers that there aren't any more."""
        wanted = {each.name: each for each in files}
        for path in self.root.glob("*.sbom.*.json"):
            if path.name not in wanted:
                path.unlink()
        for name, each in wanted.items():
            if not _begins(self.root / name, each.head):
                write_atomically(self.root / name, each.encoded())

    def _toml(self, name: str) -> Path:
        return self.root / f"{name}.toml"

    def _write_toml(self, name: str, document: Mapping[str, Any]) -> None:
        write_atomically(self._toml(name), tomli_w.dumps(document).encode())

    def _write_environment(self, layer: Path, environment: LayerEnvironment) -> None:
        for folder, files in (
            ("env", environment.both),
            ("env.build", environment.build),
            ("env.launch", environment.launch),
        ):
            path = layer / folder
            wanted = dict(files)
            present = {entry.name for entry in path.iterdir()} if path.is_dir() else set()
            for name in sorted(present - wanted.keys()):
                (path / name).unlink()
            if not wanted:
                if path.is_dir():
                    path.rmdir()
                continue
            path.mkdir(mode=0o755, exist_ok=True)
            for name, value in files:
                target = path / name
                if not target.is_file() or target.read_bytes() != value.encode():
                    self.write(target, value.encode())


def _begins(path: Path, head: bytes) -> bool:
    """Whether there is a file that begins so."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(head)) == head


def write_atomically(path: Path, data: bytes, *, mode: int = 0o644, beside: Path | None = None) -> None:
    """Write a file so that it is there wholly or not at all; with this mode whatever the umask.

    Until it is whole it lies in its own folder, or in that one of the same filesystem.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=beside or path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            os.fchmod(file.fileno(), mode)
        Path(temporary).rename(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise


def remove_files(root: Path, files: Iterable[str], directories: Iterable[str]) -> None:
    """Remove files below ``root`` that may be missing, then those of the directories that are empty."""
    for name in files:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            (root / name).unlink()
    for name in directories:
        with contextlib.suppress(OSError):
            (root / name).rmdir()


def move_tree(source: Path, target: Path) -> None:
    """Move a file, a link or a folder with all below it to a place where nothing lies.

    What can't be renamed is copied, with modes, links and times, and removed then: what goes to another filesystem, and
    folders that lie in a lower layer of an overlay (rename(2), EXDEV).
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        if source.is_dir() and not source.is_symlink():
            shutil.copytree(source, target, symlinks=True)
        else:
            shutil.copy2(source, target, follow_symlinks=False)
        remove_tree(source)


def remove_tree(path: Path) -> None:
    """Remove a file, a link or a folder with all below it, read-only folders included."""
    if path.is_symlink() or path.is_file():
        path.unlink()
        return
    if not path.exists():
        return
    for folder, _, _ in os.walk(path):
        mode = Path(folder).stat().st_mode
        if mode & 0o700 != 0o700:
            Path(folder).chmod(stat.S_IMODE(mode) | 0o700)
    shutil.rmtree(path)
