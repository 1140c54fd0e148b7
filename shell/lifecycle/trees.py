"""Keeps the folders of cached layers from build to build, so that restoring them writes nothing.

Only a short cut: what a buildpack finds is what unpacking the layer's tar would give. A kept folder is used only if the
tar of what is in it has the right digest, and its files are dated as freshly unpacked ones would be.
"""

import os
import stat
import time
from collections.abc import Mapping
from pathlib import Path

from shell.lifecycle.disk import remove
from shell.lifecycle.tarball import layer_digest


def take(folder: Path, *, digest: str, root: str, target: Path) -> bool:
    """Move the kept folder of a layer to ``target`` if it is as the layer's tar is, else leave ``target`` free."""
    try:
        (folder / digest).rename(target)
    except OSError:
        return False
    if _renew(target) and layer_digest(str(target), root) == digest:
        return True
    remove(target)
    return False


def keep(folder: Path, layers: Mapping[str, Path]) -> None:
    """Take the folders of ``layers`` (by digest) out of a finished build; all that was kept before is forgotten."""
    remove(folder)
    folder.mkdir(parents=True)
    for digest, layer in layers.items():
        try:
            layer.rename(folder / digest)
        except OSError:
            # A folder that its owner may not change, or another disk: then the tar is unpacked next time.
            continue


def _renew(tree: Path) -> bool:
    """Date everything now; false if there is something that would not come out of a tar as it is."""
    now = time.time_ns()
    for path, folders, files in os.walk(tree):
        for name in (*folders, *files):
            place = os.path.join(path, name)
            info = os.lstat(place)
            kind = stat.S_IFMT(info.st_mode)
            # Links to one file become several; what is neither file, folder nor symbolic link is lost.
            if kind not in (stat.S_IFDIR, stat.S_IFLNK) and (kind != stat.S_IFREG or info.st_nlink > 1):
                return False
            os.utime(place, ns=(now, now), follow_symlinks=False)
    os.utime(tree, ns=(now, now), follow_symlinks=False)
    return tree.is_dir() and not tree.is_symlink()
