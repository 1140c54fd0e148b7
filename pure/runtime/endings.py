"""States how unpacking, compiling and packing a runtime can end."""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from pure.disk import DiskFull
from pure.python.catalogue import Runtime
from pure.runtime.fetching import FetchError
from pure.runtime.pruning import UnsafeMember


class CorruptArchive(msgspec.Struct, frozen=True, kw_only=True):
    """Not a ``.tar.gz``, or one that is cut short or damaged."""

    archive: str
    detail: str


class OtherArchive(msgspec.Struct, frozen=True, kw_only=True):
    """Something else than a ``.tar.gz``, which its first bytes tell: ``kind`` completes "it is …"."""

    archive: str
    kind: str


class NoRuntimeInArchive(msgspec.Struct, frozen=True, kw_only=True):
    """An archive without ``python/bin/python3``."""

    archive: str
    # The first of its entries, where that lies in another folder.
    instead: str = ""


OTHER_KINDS: Final[Mapping[bytes, str]] = {
    b"\x28\xb5\x2f\xfd": "compressed by zstd",
    b"\xfd7zXZ\x00": "compressed by xz",
    b"BZh": "compressed by bzip2",
    b"PK\x03\x04": "a zip archive",
    b"<": "a page of HTML or XML",
}
"""What the first bytes of a file say that is no ``.tar.gz``."""


class UnsafeArchive(msgspec.Struct, frozen=True, kw_only=True):
    """An archive with an entry that would leave the folder it is unpacked into."""

    archive: str
    member: UnsafeMember


class OversizedArchive(msgspec.Struct, frozen=True, kw_only=True):
    """An archive that holds more than any Python does: ``most`` is what one may have."""

    archive: str
    what: Literal["bytes", "entries", "folders in each other", "bytes in a header"]
    most: int


class UnpackFailed(msgspec.Struct, frozen=True, kw_only=True):
    """The archive could not be read, or the folder not written."""

    archive: str
    path: str
    detail: str


class DamagedBuildpack(msgspec.Struct, frozen=True, kw_only=True):
    """The runtime that the buildpack carries isn't whole."""

    path: str
    detail: str


UnpackError: TypeAlias = (
    CorruptArchive
    | OtherArchive
    | NoRuntimeInArchive
    | OversizedArchive
    | UnsafeArchive
    | DamagedBuildpack
    | DiskFull
    | UnpackFailed
)


class Unpacked(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in the target now."""

    target: str
    files: int
    size: int
    """The bytes of the files."""
    left_out: tuple[tuple[str, int], ...]
    """The reasons for leaving files out, and how many each concerns."""
    pip_wheel: str | None
    """Where the archive's wheel of pip was laid, if it has one."""


class CompileSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the bytecode, in numbers of files."""

    compiled: int
    current: int
    """They were right already."""
    invalid: int
    """Their sources don't compile."""
    removed: int
    """Their sources are gone."""
    left_out: int
    """They are to have none."""
    seconds: float


class CompilerFailed(msgspec.Struct, frozen=True, kw_only=True):
    """The interpreter that should compile did not start, or ended otherwise than it should; ``output`` is its last."""

    python: str
    ending: str
    output: str


class CompileNotWritable(msgspec.Struct, frozen=True, kw_only=True):
    """A bytecode file could not be written, or a source not read."""

    path: str
    detail: str


CompileError: TypeAlias = CompilerFailed | DiskFull | CompileNotWritable


class Packed(msgspec.Struct, frozen=True, kw_only=True):
    """An archive made from an installation, and the entry that a catalogue needs for it."""

    archive: str
    entry: Runtime
    size: int
    files: int


class InterpreterUnusable(msgspec.Struct, frozen=True, kw_only=True):
    """What should be packed does not run, or does not answer as CPython does."""

    python: str
    detail: str


class InterpreterUnsupported(msgspec.Struct, frozen=True, kw_only=True):
    """A Python that cannot be packed: too old, another implementation, free-threaded, another system."""

    python: str
    reason: str


class PipWheelMissing(msgspec.Struct, frozen=True, kw_only=True):
    """The installation has no wheel of pip for ``ensurepip``; ``searched`` are the folders where it could be."""

    python: str
    searched: tuple[str, ...]


class LibraryMissing(msgspec.Struct, frozen=True, kw_only=True):
    """A shared library that the interpreter, or one of its modules, needs was not found."""

    library: str
    needed_by: str


class PatchingFailed(msgspec.Struct, frozen=True, kw_only=True):
    """``patchelf`` is missing, or could not change where a file looks for its libraries."""

    path: str
    detail: str


class PackFailed(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the installation could not be read, or the archive not written."""

    path: str
    detail: str


PackError: TypeAlias = (
    InterpreterUnusable
    | InterpreterUnsupported
    | PipWheelMissing
    | LibraryMissing
    | PatchingFailed
    | DiskFull
    | PackFailed
)
ArchiveError: TypeAlias = FetchError | UnpackError | CompileError | PackError
