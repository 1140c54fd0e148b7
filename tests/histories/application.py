"""An application as its author sees it: what it wants, which package manager it is for, and the files that say so.

Its files are written as the managers write them, and Lamina reads these; the tools of this world read the value. A lock
is what its tool would have made of the index at the moment in which it was made.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from tests.histories.index import Index, Release, sha

Manager: TypeAlias = Literal["pip", "uv", "poetry", "pipenv", "pdm", "pylock", "uv-pip", "project"]
MANAGERS: Final[tuple[Manager, ...]] = ("pip", "uv", "poetry", "pipenv", "pdm", "pylock", "uv-pip", "project")
# Those that install from requirements files.
BY_REQUIREMENTS: Final[tuple[Manager, ...]] = ("pip", "uv-pip")
Source: TypeAlias = Literal["index", "folder", "editable", "commit", "branch", "checkout", "archive"]
# What can stand in a lock, or in declarations that a lock is made from; a branch is locked at its commit.
LOCKABLE: Final[frozenset[Source]] = frozenset({"index", "folder", "commit"})
LOCAL: Final = "local"
REMOTE: Final = "remote"
ARCHIVED: Final = "archived"
# Who has which source: the name that stands for it.
SOURCES: Final[Mapping[Source, str]] = {
    "folder": LOCAL,
    "editable": LOCAL,
    "commit": REMOTE,
    "branch": REMOTE,
    "checkout": REMOTE,
    "archive": ARCHIVED,
}
GROUP: Final = "more"
EXTRA: Final = "fancy"
NO_BINARY: Final[Mapping[Manager, str]] = {
    "pip": "PIP_NO_BINARY",
    "project": "PIP_NO_BINARY",
    "uv-pip": "PIP_NO_BINARY",
    "uv": "UV_NO_BINARY_PACKAGE",
    "pylock": "UV_NO_BINARY_PACKAGE",
    "poetry": "POETRY_INSTALLER_NO_BINARY",
    "pipenv": "PIP_NO_BINARY",
    "pdm": "PDM_NO_BINARY",
}
# Values that must be nowhere in an image. They stand in variables, in URLs of files and in what tools write.
PASSWORD: Final = "s3cr3t-p4ssw0rd"
TOKEN: Final = "t0k3n-of-an-archive"
BOUND_PASSWORD: Final = "b0und-s3cret"  # and a number, which says how often it was changed
SECRETS: Final = (PASSWORD, TOKEN, BOUND_PASSWORD)
VARIABLES: Final[Mapping[str, str]] = {
    "ARCHIVE_TOKEN": TOKEN,
    "ARCHIVE_PASSWORD": PASSWORD,
    "PIP_INDEX_URL": f"https://somebody:{PASSWORD}@index.example/simple/",
    "UV_INDEX_PRIVATE_PASSWORD": PASSWORD,
    "UV_INDEX_PRIVATE_USERNAME": "somebody",
    "PATH": "/usr/bin:/bin",
}
REPOSITORY: Final = "https://git.example/remote.git"
FILES: Final = "https://files.example"


class Want(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One requirement; ``version`` is ``None`` for the newest one."""

    name: str
    version: str | None = None
    source: Source = "index"

    def __str__(self) -> str:
        return f"{self.name}{f'=={self.version}' if self.version else ''}{f' ({self.source})' if self.direct else ''}"

    @property
    def direct(self) -> bool:
        return self.source != "index"


class Outside(msgspec.Struct, frozen=True, kw_only=True):
    """What an application is installed from: the index, and the repository's newest commit."""

    index: Index = Index()
    head: int = 0

    @property
    def commit(self) -> str:
        return commit(self.head)


def commit(number: int) -> str:
    return sha(f"commit {number}")[:40]


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """What a resolver chose for a name. ``revision`` is the index's, the folder's, or the number of a commit."""

    name: str
    version: str
    source: Source = "index"
    release: Release | None = None
    revision: int = 0
    requested: bool = False
    groups: frozenset[str] = frozenset()  # "", the group, the extra: where a lock has it

    def digest(self, kind: str) -> str:
        """The digest of the wheel or sdist."""
        return sha(f"{self.name} {self.version} {self.revision} {kind}")


class UnresolvableError(Exception):
    """No release fits."""


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """All that an author decides. ``locked`` is the lock, ``locked_from`` what it was made from."""

    manager: Manager
    wants: tuple[Want, ...] = ()
    more: tuple[Want, ...] = ()  # of a dependency group
    fancy: tuple[Want, ...] = ()  # of an extra
    hashed: bool = False  # requirements with hashes, where the manager installs from such files
    local_revision: int = 0
    pinned_head: int = 0  # the commit that is asked for where one is
    locked: tuple[Chosen, ...] = ()
    locked_from: str = ""

    @property
    def declared(self) -> str:
        """A digest of what a lock is made from."""
        return sha(f"{self.wants}{self.more}{self.fancy}")

    @property
    def has_lock(self) -> bool:
        if self.manager in BY_REQUIREMENTS:
            return self.hashed
        return self.manager != "project"

    def with_lock(self, outside: Outside) -> "Application":
        """The application after its author made the lock anew."""
        if not self.has_lock:
            return msgspec.structs.replace(self, locked=(), locked_from="")
        parts = {"": self.wants, GROUP: self.more, EXTRA: self.fancy}
        everything = resolve((*self.wants, *self.more, *self.fancy), self, outside)
        found: dict[str, Chosen] = {}
        for group, wants in parts.items():
            for name in resolve(wants, self, outside, only=everything):
                known = found.get(name, everything[name])
                found[name] = msgspec.structs.replace(known, groups=known.groups | {group})
        locked = tuple(found[name] for name in sorted(found))
        return msgspec.structs.replace(self, locked=locked, locked_from=self.declared)


def resolve(
    wants: Iterable[Want],
    application: Application,
    outside: Outside,
    *,
    only: Mapping[str, Chosen] | None = None,
    pins: Mapping[str, str] | None = None,
) -> dict[str, Chosen]:
    """What a resolver chooses, by name. ``only`` has the versions where they are decided, ``pins`` are constraints."""
    wanted = tuple(wants)
    versions = {each.name: each.version for each in wanted if each.version}
    found: dict[str, Chosen] = {}
    waiting = [(want.name, want, True) for want in wanted]
    waiting.sort(key=lambda each: each[0])
    while waiting:
        name, want, requested = waiting.pop(0)
        if name in found:
            if requested and not found[name].requested:
                found[name] = msgspec.structs.replace(found[name], requested=True)
            continue
        chosen = _choose(name, want, application, outside, versions | dict(pins or {}), only)
        found[name] = msgspec.structs.replace(chosen, requested=requested)
        for dependency in chosen.release.requires if chosen.release else ():
            waiting.append((dependency, Want(name=dependency), False))
    return dict(sorted(found.items()))


def _choose(
    name: str,
    want: Want,
    application: Application,
    outside: Outside,
    versions: Mapping[str, str],
    only: Mapping[str, Chosen] | None,
) -> Chosen:
    if only is not None:
        return only[name]
    match want.source:
        case "folder" | "editable":
            return Chosen(name=name, version="1.0", source=want.source, revision=application.local_revision)
        case "commit":
            return Chosen(name=name, version="1.0", source=want.source, revision=application.pinned_head)
        case "branch" | "checkout":
            return Chosen(name=name, version="1.0", source=want.source, revision=outside.head)
        case "archive":
            return Chosen(name=name, version="1.0", source=want.source)
        case "index":
            pass
    release = outside.index.release(name, versions.get(name))
    if release is None:
        raise UnresolvableError(f"{name} {versions.get(name)}")
    return Chosen(
        name=name, version=release.version, release=release, revision=outside.index.revision(release), source="index"
    )
