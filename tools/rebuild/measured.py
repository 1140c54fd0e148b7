"""What one build moved, whatever the layers are called: read from the layers directory, the cache and the image."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

import msgspec
import tomli


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in one layer: the sum of its files' sizes, and how many files and links there are."""

    bytes: int = 0
    files: int = 0

    def __add__(self, other: "Part") -> "Part":
        return Part(bytes=self.bytes + other.bytes, files=self.files + other.files)


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One build. Layers are named as the image names them, ``lamina/python:venv``.

    ``restored``: what a lifecycle put back from the cache. ``tarred``: what lay in the layers directory at export, in
    layers that go into the image or the cache. ``new``: the compressed sizes of blobs that the previous image hasn't
    got. ``uploaded``: those that the registry never had; where there is no registry, that no image before had.
    """

    seconds: float
    phases: Mapping[str, float]
    restored: Mapping[str, Part]
    tarred: Mapping[str, Part]
    new: Mapping[str, int]
    uploaded: Mapping[str, int]

    def figures(self) -> dict[str, float]:
        """What tables show and ratios are made of."""
        restored, tarred = total(self.restored), total(self.tarred)
        return {
            "seconds": self.seconds,
            "restored_bytes": restored.bytes,
            "restored_files": restored.files,
            "tarred_bytes": tarred.bytes,
            "tarred_files": tarred.files,
            "new_bytes": sum(self.new.values()),
            "uploaded_bytes": sum(self.uploaded.values()),
        }


def total(parts: Mapping[str, Part]) -> Part:
    """All layers together."""
    return sum(parts.values(), Part())


def restored(layers: Path) -> dict[str, Part]:
    """What is in the layers directory before a buildpack runs."""
    return {name: _part(folder) for name, folder in _folders(layers)}


def tarred(layers: Path) -> dict[str, Part]:
    """What a lifecycle makes a tar of: layers with contents that the image or the cache takes."""
    return {
        name: _part(folder) for name, folder in _folders(layers) if _is_kept(folder.with_name(f"{folder.name}.toml"))
    }


def _folders(layers: Path) -> list[tuple[str, Path]]:
    return [
        (f"{folder.parent.name.replace('_', '/', 1)}:{folder.name}", folder)
        for folder in sorted(layers.glob("*/*"))
        if folder.is_dir() and not folder.is_symlink() and folder.with_name(f"{folder.name}.toml").is_file()
    ]


def _is_kept(file: Path) -> bool:
    types = tomli.loads(file.read_text()).get("types", {})
    return bool(types.get("launch") or types.get("cache"))


def _part(folder: Path) -> Part:
    size = count = 0
    for path, folders, files in os.walk(folder):
        for name in (*folders, *files):
            info = os.lstat(os.path.join(path, name))  # noqa: PTH118  (tens of thousands of files)
            if stat.S_ISDIR(info.st_mode):
                continue
            count += 1
            size += info.st_size if stat.S_ISREG(info.st_mode) else 0
    return Part(bytes=size, files=count)
