"""Keeps layer tars by digest beside one metadata file that says which of them count.

A store is consistent at any moment: tars appear under their digest by rename, then the metadata is replaced by rename,
then tars that it does not name are removed. Whatever a killed build leaves is either unnamed or complete.
"""

import os
import re
import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import BinaryIO

from shell.lifecycle.disk import remove

#: Where a store keeps layers as folders.
TREES = "trees"

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")


class Store:
    """A folder with tars and a metadata file."""

    def __init__(self, folder: Path, metadata: str) -> None:
        """Use ``folder``, which is created if need be; ``metadata`` is the metadata file's name."""
        self.folder = folder
        self._metadata = folder / metadata

    def read(self) -> bytes | None:
        """The metadata, ``None`` if nothing was ever committed."""
        try:
            return self._metadata.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def path(self, diff_id: str) -> Path:
        """Where the tar of that digest is, or would be."""
        return self.folder / f"{diff_id}.tar"

    def has(self, diff_id: str) -> bool:
        """Whether the tar of that digest is there."""
        return bool(_DIGEST.match(diff_id)) and self.path(diff_id).is_file()

    def write(self, fill: Callable[[BinaryIO], str]) -> str:
        """Add a tar that ``fill`` writes; ``fill`` returns its digest."""
        staging = self.folder / "staging"
        staging.mkdir(parents=True, exist_ok=True)
        new = staging / "new.tar"
        with new.open("wb", buffering=0) as stream:
            diff_id = fill(stream)
        if self.has(diff_id):
            new.unlink()
        else:
            new.rename(self.path(diff_id))
        return diff_id

    def adopt(self, other: "Store", diff_id: str) -> None:
        """Take over a tar from another store: as a second name for the same file where the disk allows."""
        if self.has(diff_id):
            return
        staging = self.folder / "staging"
        staging.mkdir(parents=True, exist_ok=True)
        new = staging / "adopted.tar"
        remove(new)
        try:
            os.link(other.path(diff_id), new)
        except OSError:
            shutil.copyfile(other.path(diff_id), new)
        new.rename(self.path(diff_id))

    def discard(self, diff_id: str) -> None:
        """Drop a tar that is not what its name says."""
        remove(self.path(diff_id))

    def commit(self, metadata: bytes, keep: Collection[str]) -> None:
        """Make ``metadata`` count and remove the tars that are not in ``keep``."""
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self._metadata.with_name(self._metadata.name + ".new")
        new.write_bytes(metadata)
        new.rename(self._metadata)
        names = {f"{diff_id}.tar" for diff_id in keep}
        for file in self.folder.glob("sha256:*.tar"):
            if file.name not in names:
                file.unlink()
        remove(self.folder / "staging")
