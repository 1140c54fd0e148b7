"""Names, as data, the reasons for which installers fail that can be recognised in what they write."""

from typing import TypeAlias

import msgspec

from pure.project.ignoring import LeavesOut
from pure.project.requirements.itself import AskedBy


class NoSuchVersion(msgspec.Struct, frozen=True, kw_only=True):
    """The index has the distribution, and no version that was asked for; ``known`` are those it has, oldest first."""

    requirement: str
    known: tuple[str, ...]


class InvalidMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """A version exists, and newer pips don't read its metadata."""

    name: str
    version: str
    below: str
    """The first pip that refuses it."""
    better: str = ""
    """The newest version of the same series, if there is one."""


class NameUnknown(msgspec.Struct, frozen=True, kw_only=True):
    """No index has a distribution of this name."""

    name: str
    standard: bool = False
    """It is a module of Python itself."""
    distribution: str = ""
    """The one that has a module of this name."""
    similar: str = ""
    """One whose name is nearly the same."""
    certain: bool = True
    """The index said so; else it may just not have answered."""


class NotBrought(msgspec.Struct, frozen=True, kw_only=True):
    """No index is asked, and nothing in the ``places`` that are satisfies a requirement here."""

    requirement: str
    places: tuple[str, ...]


class OtherPython(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution exists, and not for the image's Python; ``python`` is empty where the tool doesn't say it."""

    name: str
    requires: tuple[str, ...]
    python: str = ""


class OtherPlatform(msgspec.Struct, frozen=True, kw_only=True):
    """Only wheels for other systems, machines or Pythons exist, and no source to build from."""

    name: str


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """Requirements contradict each other; ``parties`` are who asks for what."""

    parties: tuple[str, ...]


class HashMismatch(msgspec.Struct, frozen=True, kw_only=True):
    """An artefact isn't the one whose digest was noted."""

    name: str


class HashMissing(msgspec.Struct, frozen=True, kw_only=True):
    """Some requirements have hashes and this one has none."""

    name: str


class IndexRefused(msgspec.Struct, frozen=True, kw_only=True):
    """The index wants credentials, or other ones."""

    host: str
    status: int
    elsewhere: str = ""
    """A name that it was asked for, and that another index has too."""


class IndexUnreachable(msgspec.Struct, frozen=True, kw_only=True):
    """The index doesn't answer; ``status`` is that of an answer that isn't one (5xx), 0 without any."""

    host: str
    status: int = 0


class CertificateUntrusted(msgspec.Struct, frozen=True, kw_only=True):
    """The index's certificate isn't one that is trusted here."""

    host: str


class CertificatesMissing(msgspec.Struct, frozen=True, kw_only=True):
    """The file of trusted certificates that a setting names isn't there."""

    path: str


class RepositoryRefused(msgspec.Struct, frozen=True, kw_only=True):
    """A repository wants credentials; ``ssh`` if it was asked for by SSH."""

    place: str
    ssh: bool
    asked: AskedBy | None = None


class RepositoryNotFound(msgspec.Struct, frozen=True, kw_only=True):
    """A repository, or a revision of it, doesn't exist for who asks."""

    place: str
    revision: str = ""
    asked: AskedBy | None = None


class RepositoryUnreachable(msgspec.Struct, frozen=True, kw_only=True):
    """The code host doesn't answer."""

    place: str
    asked: AskedBy | None = None


class GitMissing(msgspec.Struct, frozen=True, kw_only=True):
    """A requirement is a repository, and the build image has no git."""


class Needed(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution is built from source, and something of the system is missing for that."""

    distribution: str
    missing: str
    packages: tuple[str, ...]
    """Debian's that bring it."""
    known: bool
    """Not so for a header or library that nobody has described yet."""


class BuildFailed(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution's build program doesn't run on the image's Python; ``because`` is its last word."""

    distribution: str
    because: str


class FileMissingInBuild(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution's build reads a file that isn't there: a readme, a licence, what a ``setup.py`` opens."""

    distribution: str
    path: str
    left_out: tuple[LeavesOut, ...] = ()
    """By what, if it is one of the application's."""


class PackageUnknown(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution's build system can't tell which files belong to its package; ``found`` are those that it found."""

    distribution: str
    found: tuple[str, ...] = ()


class VersionInGit(msgspec.Struct, frozen=True, kw_only=True):
    """A project's version comes from git, whose data isn't in the build; ``variable`` gives it instead."""

    variable: str


class OutOfMemory(msgspec.Struct, frozen=True, kw_only=True):
    """Something was killed, or got no memory; ``distribution`` is what was being built, if any."""

    distribution: str = ""


class LocalFileMissing(msgspec.Struct, frozen=True, kw_only=True):
    """A requirement is a path of some machine, and isn't in the build."""

    path: str
    asked: AskedBy | None = None


class NotARequirement(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the requirements file isn't one; ``conda`` if it is one of conda's."""

    text: str
    line: str
    conda: bool


class LockStale(msgspec.Struct, frozen=True, kw_only=True):
    """The lock isn't that of what the project declares now."""


class LockMissing(msgspec.Struct, frozen=True, kw_only=True):
    """There is no lock."""


class LockNotParsed(msgspec.Struct, frozen=True, kw_only=True):
    """The lock cannot be parsed; ``detail`` says where."""

    detail: str


class LockNewer(msgspec.Struct, frozen=True, kw_only=True):
    """The lock was made by a newer release of the tool, whose format this one doesn't read."""


class PluginsMissing(msgspec.Struct, frozen=True, kw_only=True):
    """The project requires plugins of Poetry's, which it could not install."""

    plugins: tuple[str, ...]


class LockedButGone(msgspec.Struct, frozen=True, kw_only=True):
    """The lock names an artefact that the index doesn't offer for this environment, or not any more."""

    name: str


class LockForOtherPython(msgspec.Struct, frozen=True, kw_only=True):
    """The project or its lock is for other versions of Python than the image's (empty where the tool doesn't say)."""

    requires: str
    python: str


NameReason: TypeAlias = (
    NoSuchVersion | InvalidMetadata | NameUnknown | NotBrought | OtherPython | OtherPlatform | LockedButGone
)
ContentReason: TypeAlias = Conflict | HashMismatch | HashMissing | LocalFileMissing | NotARequirement
IndexReason: TypeAlias = IndexRefused | IndexUnreachable | CertificateUntrusted | CertificatesMissing
RepositoryReason: TypeAlias = RepositoryRefused | RepositoryNotFound | RepositoryUnreachable | GitMissing
SystemReason: TypeAlias = Needed | BuildFailed | FileMissingInBuild | PackageUnknown | VersionInGit | OutOfMemory
LockReason: TypeAlias = LockStale | LockMissing | LockNewer | LockNotParsed | LockForOtherPython | PluginsMissing
Recognised: TypeAlias = NameReason | ContentReason | IndexReason | RepositoryReason | SystemReason | LockReason
