"""A disk in memory: folders as dictionaries, and every change of it one tick at which a build can be ended.

What is atomic on a real disk is one tick here (a rename, an unlink, a mkdir); what isn't is several: a program that
writes a file leaves half of it if it is killed meanwhile, and a tree is removed file by file.
"""

import errno
import hashlib
import json
from collections.abc import Iterator
from typing import TypeAlias

import msgspec


class Script(bytes):
    """The bytes of a file that may be executed; its mode is part of a layer's digest."""


class Link(str):
    """A symbolic link, as the text that it holds."""

    __slots__ = ()


class Folder(dict[str, "Node"]):
    """A folder's entries by name."""


Node: TypeAlias = bytes | Script | Link | Folder


class Killed(Exception):  # noqa: N818  (it ends a build, and is no error of anybody's)
    """The machine went away. Nothing of the build runs any more."""


class Faults(msgspec.Struct):
    """When the disk ends a build: at which tick it is killed, from which tick on nothing can be written."""

    ticks: int = 0
    killed_at: int | None = None
    full_at: int | None = None
    # A program that ends by itself in the middle of its work, see ``Disk.stopping``.
    stopped_at: int | None = None


class ProgramStopped(Exception):  # noqa: N818  (it ends a program)
    """A program failed in the middle of its work."""


class Disk:
    """A tree of folders, files and links below ``/``."""

    def __init__(self, root: Folder | None = None, faults: Faults | None = None) -> None:
        self.root = Folder() if root is None else root
        self.faults = Faults() if faults is None else faults

    def snapshot(self) -> "Disk":
        """The same contents, to be changed independently."""
        return Disk(copied(self.root))

    # Reading

    def node(self, path: str) -> Node | None:
        """What is at a path; links are not followed."""
        here: Node | None = self.root
        for part in path.split("/"):
            if not part:
                continue
            if not isinstance(here, Folder):
                return None
            here = here.get(part)
        return here

    def folder(self, path: str) -> Folder:
        """The folder at a path, an empty one where there is none."""
        found = self.node(path)
        return found if isinstance(found, Folder) else Folder()

    def read(self, path: str) -> bytes | None:
        """The contents of a file."""
        found = self.node(path)
        return found if isinstance(found, bytes) else None

    def is_folder(self, path: str) -> bool:
        return isinstance(self.node(path), Folder)

    # Changing: each of these is one tick

    def write(self, path: str, data: bytes | Link) -> None:
        """Put a file or link there, wholly or not at all; its folders are made."""
        folder, name = self._parent(path)
        if isinstance(folder.get(name), Folder):
            raise IsADirectoryError(errno.EISDIR, "Is a directory", path)
        self._tick(writes=True)
        folder[name] = data

    def write_slowly(self, path: str, data: bytes | Link) -> None:
        """Write as programs do: what is killed meanwhile leaves half a file."""
        if isinstance(data, bytes) and len(data) > 1:
            self.write(path, type(data)(data[: len(data) // 2]))
        self.write(path, data)

    def write_atomically(self, path: str, data: bytes, *, beside: str = "") -> None:
        """Write as ``shell.layer_store`` does: beside it first, or there, and what is killed meanwhile leaves that."""
        where, _, name = path.rpartition("/")
        beside = f"{beside or where}/.{name}.{self.faults.ticks}"
        self.write(beside, data)
        self.rename(beside, path)

    def make_folder(self, path: str) -> None:
        folder, name = self._parent(path)
        self._tick(writes=True)
        folder.setdefault(name, Folder())

    def remove(self, path: str) -> bool:
        """Remove a file or link; false where there is none."""
        where, _, name = path.rpartition("/")
        folder = self.node(where)
        if not isinstance(folder, Folder) or isinstance(folder.get(name), Folder) or name not in folder:
            return False
        self._tick()
        del folder[name]
        return True

    def remove_folder(self, path: str) -> bool:
        """Remove an empty folder; false where it isn't one."""
        where, _, name = path.rpartition("/")
        folder = self.node(where)
        found = folder.get(name) if isinstance(folder, Folder) else None
        if not isinstance(found, Folder) or found:
            return False
        self._tick()
        del folder[name]  # type: ignore[union-attr]
        return True

    def remove_tree(self, path: str) -> None:
        """Remove whatever is there, entry by entry."""
        where, _, name = path.rpartition("/")
        parent = self.node(where)
        if not isinstance(parent, Folder) or name not in parent:
            return
        found = parent[name]
        if isinstance(found, Folder):
            for inner in list(found):
                self.remove_tree(f"{path}/{inner}")
        self._tick()
        del parent[name]

    def rename(self, old: str, new: str) -> None:
        """Move something to a path where nothing is, or another file."""
        where, _, name = old.rpartition("/")
        folder, target = self._parent(new)
        if isinstance(folder.get(target), Folder):
            raise IsADirectoryError(errno.EISDIR, "Is a directory", new)
        if name not in self.folder(where):
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", old)
        self._tick()
        folder[target] = self.folder(where).pop(name)

    def _parent(self, path: str) -> tuple[Folder, str]:
        *parts, name = (part for part in path.split("/") if part)
        here = self.root
        for part in parts:
            below = here.get(part)
            if below is None:
                self._tick(writes=True)
                below = here[part] = Folder()
            if not isinstance(below, Folder):
                raise NotADirectoryError(errno.ENOTDIR, "Not a directory", path)
            here = below
        return here, name

    def _tick(self, *, writes: bool = False) -> None:
        faults = self.faults
        now = faults.ticks
        faults.ticks += 1
        if now == faults.killed_at:
            raise Killed
        if now == faults.stopped_at:
            raise ProgramStopped
        if writes and faults.full_at is not None and now >= faults.full_at:
            raise OSError(errno.ENOSPC, "No space left on device")


def copied(folder: Folder) -> Folder:
    """The same contents, to be changed independently."""
    return Folder((name, copied(each) if isinstance(each, Folder) else each) for name, each in folder.items())


def walk(folder: Folder, prefix: str = "") -> Iterator[tuple[str, Node]]:
    """Everything below a folder, folders included, by its path from there, sorted."""
    for name in sorted(folder):
        found = folder[name]
        yield prefix + name, found
        if isinstance(found, Folder):
            yield from walk(found, f"{prefix}{name}/")


def packed(folder: Folder) -> bytes:
    """A tree as one file; equal trees give equal bytes."""
    rows = []
    for path, node in walk(folder):
        text = node.decode("latin-1") if isinstance(node, bytes) else "" if isinstance(node, Folder) else str(node)
        rows.append([path, type(node).__name__, text])
    return json.dumps(rows).encode()


def unpacked(data: bytes) -> Folder:
    """The tree that was packed; ``ValueError`` if it is none."""
    disk = Disk()
    for path, kind, text in json.loads(data):
        match kind:
            case "Folder":
                disk.make_folder(path)
            case "Link":
                disk.write(path, Link(text))
            case "Script":
                disk.write(path, Script(text.encode("latin-1")))
            case _:
                disk.write(path, text.encode("latin-1"))
    return disk.root


def files(folder: Folder) -> dict[str, bytes]:
    """The files below a folder by their paths from there."""
    return {path: node for path, node in walk(folder) if isinstance(node, bytes)}


def size(folder: Folder) -> int:
    """The bytes of all files below."""
    return sum(len(node) for _, node in walk(folder) if isinstance(node, bytes))


def digest(folder: Folder) -> str:
    """What a lifecycle calls the layer: the sha256 of paths, kinds, modes and contents, whatever their order."""
    content = hashlib.sha256()
    for path, node in walk(folder):
        content.update(f"{path}\0{type(node).__name__}\0".encode())
        if isinstance(node, bytes):
            content.update(len(node).to_bytes(8, "big") + node)
        elif isinstance(node, Link):
            content.update(node.encode() + b"\0")
    return f"sha256:{content.hexdigest()}"
