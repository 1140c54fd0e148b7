"""Decides what a reference to an image is: a place on this machine, an image of an engine, or one of a registry.

What lies on this machine comes first, then the engines' prefixes, then registries, which have to be named: a word alone
is nobody's image, so that a misspelt folder is never looked for on the network.
"""

import itertools
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Literal, TypeAlias

import msgspec

from pure.image.errors import FolderWithoutImage, ReferenceMalformed, ReferenceUnknown
from pure.outcome import Failure, Outcome, Success

Engine: TypeAlias = Literal["docker", "podman"]

ENGINES: Final[tuple[Engine, ...]] = ("docker", "podman")


class AtPath(StrEnum):
    """What lies at a path."""

    NOTHING = "nothing"
    FILE = "file"
    LAYOUT = "layout"
    """A folder with an OCI image layout."""
    BUILT = "built"
    """A folder of an application that was built on this machine."""
    FOLDER = "folder"
    """Any other folder."""


class LayoutReference(msgspec.Struct, frozen=True, kw_only=True):
    """An OCI layout folder, or an image of several in it, by its name."""

    path: str
    name: str = ""


class ArchiveReference(msgspec.Struct, frozen=True, kw_only=True):
    """An archive that an engine or skopeo wrote, or an image of several in it, by its name."""

    path: str
    name: str = ""


class ApplicationReference(msgspec.Struct, frozen=True, kw_only=True):
    """The image that was built of an application's folder on this machine."""

    path: str


class EngineReference(msgspec.Struct, frozen=True, kw_only=True):
    """An image that a container engine of this machine has."""

    engine: Engine
    name: str


class RegistryReference(msgspec.Struct, frozen=True, kw_only=True):
    """An image in a registry, by its tag or by its digest."""

    host: str
    repository: str
    version: str
    """A tag, or a digest."""

    @property
    def loopback(self) -> bool:
        """Whether the registry is on this machine: engines speak plain HTTP with these alone."""
        name = self.host.rsplit(":", 1)[0] if not self.host.endswith("]") else self.host
        return name in ("localhost", "[::1]") or name.startswith("127.")


Reference: TypeAlias = LayoutReference | ArchiveReference | ApplicationReference | EngineReference | RegistryReference

_PART: Final = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_REPOSITORY: Final = re.compile(rf"{_PART}(?:/{_PART})*")
_HOST: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?")
_TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_LONGEST: Final = 1_000
_COLONS: Final = 4


def places(text: str) -> tuple[str, ...]:
    """The paths that a reference may be: all of it, or what stands before the name of an image in it."""
    shorter = (text[:at] for at in range(len(text) - 1, 0, -1) if text[at] == ":")
    return (text, *itertools.islice(shorter, _COLONS))


def decide_reference(
    text: str, found: Mapping[str, AtPath], *, cache: str
) -> Outcome[Reference, ReferenceUnknown | ReferenceMalformed | FolderWithoutImage]:
    """What a reference is; ``found`` says what lies at its ``places``, ``cache`` where its build would lie."""
    if not text:
        return Failure(ReferenceMalformed(reference=text, reason="it is empty"))
    whole, *shorter = places(text)
    match found.get(whole, AtPath.NOTHING):
        case AtPath.LAYOUT:
            return Success(LayoutReference(path=whole))
        case AtPath.FILE:
            return Success(ArchiveReference(path=whole))
        case AtPath.BUILT:
            return Success(ApplicationReference(path=whole))
        case AtPath.FOLDER:
            return Failure(FolderWithoutImage(path=whole, cache=cache))
        case AtPath.NOTHING:
            pass
    for engine in ENGINES:
        if text.startswith(f"{engine}:"):
            return _of_engine(engine, text)
    for path in shorter:
        name = text[len(path) + 1 :]
        match found.get(path, AtPath.NOTHING):
            case AtPath.LAYOUT:
                return Success(LayoutReference(path=path, name=name))
            case AtPath.FILE:
                return Success(ArchiveReference(path=path, name=name))
            case _:
                pass
    return _of_registry(text)


def _of_engine(engine: Engine, text: str) -> Outcome[Reference, ReferenceMalformed]:
    name = text.removeprefix(f"{engine}:")
    # It is handed to a program as an argument: what begins with a dash would be an option.
    if not re.match(r"[A-Za-z0-9\[]", name) or not name.isprintable() or " " in name:
        return Failure(ReferenceMalformed(reference=text, reason=f"after {engine}: stands no name of an image"))
    return Success(EngineReference(engine=engine, name=name))


def _of_registry(text: str) -> Outcome[Reference, ReferenceUnknown | ReferenceMalformed]:
    host, slash, rest = text.partition("/")
    named = host == "localhost" or "." in host.strip(".") or ":" in host
    if not slash or not named or not _HOST.fullmatch(host) or len(text) > _LONGEST:
        return Failure(ReferenceUnknown(reference=text))
    rest, at, digest = rest.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        return Failure(ReferenceMalformed(reference=text, reason="after @ stands no sha256: digest"))
    repository, colon, tag = rest.partition(":")
    if colon and not _TAG.fullmatch(tag):
        return Failure(ReferenceMalformed(reference=text, reason="after the last : stands no tag"))
    if not _REPOSITORY.fullmatch(repository):
        reason = f"{repository!r} can't be the name of a repository: small letters, digits, and - _ . / between them"
        return Failure(ReferenceMalformed(reference=text, reason=reason))
    return Success(RegistryReference(host=host, repository=repository, version=digest or tag or "latest"))
