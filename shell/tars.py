"""Bounds what is read of a tar: its writers are strangers, zeros pack well, and tarfile keeps headers in memory."""

import io
import tarfile
import zlib
from typing import IO, Final, Literal, TypeAlias

MOST_IN_HEADER: Final = 65_536

Measure: TypeAlias = Literal["bytes", "entries", "folders in each other", "bytes in a header"]

# What reading a damaged one ends with: of numbers that no file has tarfile gives two to its stream as they are.
UNREADABLE: Final = (tarfile.TarError, EOFError, zlib.error, ValueError, OverflowError)

_EXTENDED: Final = (*tarfile.GNU_TYPES[:2], tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)


class Oversized(Exception):  # noqa: N818  (control flow of whoever reads a tar)
    """There is more in a tar than in any that is meant well."""

    def __init__(self, what: Measure, most: int) -> None:
        super().__init__(what)
        self.what = what
        self.most = most


class Counted(io.RawIOBase):
    """A stream that ends the reading where there is more in it than ``most`` bytes."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        super().__init__()
        self._stream = stream
        self._most = self._left = most

    def read(self, size: int = -1) -> bytes:
        """Read on.

        :raises Oversized: that was too much
        """
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise Oversized("bytes", self._most)
        return data

    @property
    def count(self) -> int:
        """How many bytes were read."""
        return self._most - self._left


class Entry(tarfile.TarInfo):
    """An entry whose extended headers are read only if they are short: tarfile keeps them in memory."""

    def _proc_member(self, tar: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in _EXTENDED and self.size > MOST_IN_HEADER:
            raise Oversized("bytes in a header", MOST_IN_HEADER)
        return super()._proc_member(tar)  # type: ignore[misc,no-any-return]
