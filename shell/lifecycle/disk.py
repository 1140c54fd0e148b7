"""Copies and removes trees, and reads a tree as the processes inside a namespace see it."""

import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pure.lifecycle.environment import EnvDir, LayerEnv

_MAX_LINKS = 40
# What walks through trees, here and in the standard library, calls itself for each folder.
_DEEPEST = 200


def remove(path: Path) -> None:
    """Remove a file or tree, also one with folders that deny access to their owner; nothing there is fine."""
    try:
        if not stat.S_ISDIR(os.lstat(path).st_mode):
            path.unlink()
            return
    except FileNotFoundError:
        return
    try:
        shutil.rmtree(path)
    except PermissionError:
        for folder, names, _ in os.walk(path):
            for name in names:
                below = Path(folder, name)
                if not below.is_symlink():
                    below.chmod(0o700)
        path.chmod(0o700)
        shutil.rmtree(path)


def copy_tree(
    source: Path, target: Path, *, leave_out: Path, wanted: Callable[[str], bool] | None = None, below: str = ""
) -> None:
    """Copy a folder with modes, times and links as they are; ``leave_out`` (absolute) and special files stay behind.

    So does what isn't ``wanted``, by its path from the first folder: files, links, and folders left without any.
    """
    if below.count("/") == _DEEPEST:
        raise OSError(errno.ENAMETOOLONG, f"folders lie more than {_DEEPEST} deep in each other", str(source))
    target.mkdir()
    with os.scandir(source) as scan:
        entries = list(scan)
    for entry in entries:
        there, path = target / entry.name, f"{below}{entry.name}"
        kept = wanted is None or wanted(path)
        if entry.is_dir(follow_symlinks=False):
            if not os.path.samefile(entry.path, leave_out):
                copy_tree(Path(entry.path), there, leave_out=leave_out, wanted=wanted, below=f"{path}/")
                if not kept and not any(there.iterdir()):
                    there.rmdir()
        elif not kept:
            continue
        elif entry.is_symlink():
            there.symlink_to(os.readlink(entry.path))
        elif entry.is_file(follow_symlinks=False):
            shutil.copyfile(entry.path, there)
            shutil.copystat(entry.path, there)
    shutil.copystat(source, target)


def readable(folder: Path) -> None:
    """Give what we wrote ourselves the modes that it has in every image, whatever our caller's umask is."""
    folder.chmod(0o755)
    for path, folders, files in os.walk(folder):
        for name in folders:
            Path(path, name).chmod(0o755)
        for name in files:
            Path(path, name).chmod(0o644)


class View:
    """Paths inside a namespace and where they are on the machine."""

    def __init__(self, folders: Mapping[str, str]) -> None:
        """Take the machine's folders by their absolute paths inside."""
        self._folders = sorted(folders.items(), reverse=True)

    def locate(self, path: str) -> Path:
        """The machine's path for an absolute path inside, links at its end followed as they would be inside."""
        for _ in range(_MAX_LINKS):
            here = self._translate(path)
            try:
                link = os.readlink(here)
            except OSError:
                return here
            path = os.path.normpath(os.path.join(os.path.dirname(path), link))
        return self._translate(path)

    def _translate(self, path: str) -> Path:
        for inside, outside in self._folders:
            if path == inside or path.startswith(inside + "/"):
                return Path(outside + path[len(inside) :])
        return Path(path)

    def is_dir(self, path: str) -> bool:
        """Whether there is a folder."""
        return self.locate(path).is_dir()

    def env_dir(self, path: str) -> EnvDir:
        """The files of an environment directory; folders in it and links to folders are skipped."""
        files: list[tuple[str, str]] = []
        for name in self._names(path):
            here = self.locate(f"{path}/{name}")
            if here.is_file():
                files.append((name, os.fsdecode(here.read_bytes())))
        return EnvDir(files=tuple(files))

    def layer_env(self, path: str) -> LayerEnv:
        """What the layer at ``path`` says about the environment."""
        processes = tuple(
            name for name in self._names(f"{path}/env.launch") if self.is_dir(f"{path}/env.launch/{name}")
        )
        return LayerEnv(
            path=path,
            roots=frozenset(root for root in ("bin", "lib", "include", "pkgconfig") if self.is_dir(f"{path}/{root}")),
            env=self.env_dir(f"{path}/env"),
            build=self.env_dir(f"{path}/env.build"),
            launch=self.env_dir(f"{path}/env.launch"),
            process=tuple((name, self.env_dir(f"{path}/env.launch/{name}")) for name in processes),
        )

    def exec_d(self, path: str, process: str) -> Iterator[str]:
        """The exec.d programs of the layer at ``path`` in their order."""
        folders = [f"{path}/exec.d"] + ([f"{path}/exec.d/{process}"] if process else [])
        for folder in folders:
            for name in self._names(folder):
                if not self.is_dir(f"{folder}/{name}"):
                    yield f"{folder}/{name}"

    def _names(self, path: str) -> list[str]:
        try:
            return sorted(os.listdir(self.locate(path)), key=os.fsencode)
        except (FileNotFoundError, NotADirectoryError):
            return []
