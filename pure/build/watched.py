"""Names the effects by which it is seen what a program does to a folder's files, and what they bring back."""

import hashlib
from collections.abc import Mapping

import msgspec


class LookAtFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Look at everything below ``root``. Brings back ``FilesSeen``; links are not followed.

    With ``forget`` the times of last access are set back first, so that whatever is read from then on, by whatever
    code, is known by a later look.
    """

    root: str
    forget: bool = False


class HashFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Look at what these paths below ``root`` hold. Brings back ``FilesHashed``."""

    root: str
    files: tuple[str, ...]


class PackFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Pack these paths below ``root`` into one file."""

    root: str
    files: tuple[str, ...]
    archive: str


class UnpackFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Put what was packed where it was, below ``root``: in place of files that lie there."""

    root: str
    archive: str


class FileSeen(msgspec.Struct, frozen=True):
    """A file, link or folder, without its contents."""

    kind: str  # its mode, and ``/`` for a folder; for a link ``->`` and where it leads
    version: tuple[int, ...] = ()  # differs if it was written to, or replaced
    accessed: int = 0  # when it was read last


class FilesSeen(msgspec.Struct, frozen=True, kw_only=True):
    """All that lies in a folder, by path."""

    root: str
    files: Mapping[str, FileSeen]
    notes: bool = False  # the system notes that a file is read, and did so when it was tried


class FilesHashed(msgspec.Struct, frozen=True, kw_only=True):
    """What each path holds: its kind and a digest of its contents; nothing where it isn't there."""

    root: str
    held: Mapping[str, str]


def held_by(kind: str, sha256: str) -> str:
    """What a path holds, in one word; ``sha256`` is empty for what has no contents of its own."""
    return f"{kind} {sha256}" if sha256 else kind


def names_digest(files: Mapping[str, FileSeen]) -> str:
    """A digest over the names of all that lies in a folder: paths, kinds, modes, and where links lead.

    What the version control keeps for itself has other names after every commit, and is left out: whoever reads it
    isn't spared anything (``pure.build.collected``).
    """
    digest = hashlib.sha256()
    for path in sorted(files):
        if not is_history(path):
            digest.update(f"{path}\0{files[path].kind}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def is_history(path: str) -> bool:
    """Whether a path is the version control's, or below that."""
    return ".git" in path.split("/")
