"""Unpacks what layers and archives are compressed by, as their first bytes say it."""

import gzip
import importlib
import io
from types import ModuleType
from typing import BinaryIO, Final, cast

_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
# The standard library's from Python 3.14 on, and the same for those before.
_READERS: Final = ("compression.zstd", "backports.zstd")


class Unsupported(Exception):  # noqa: N818  (an expected failure)
    """Something is compressed in a way that nothing here reads; the message is the way's name."""


class Damaged(Exception):  # noqa: N818  (an expected failure)
    """Something isn't compressed as its first bytes say; the message is one clause."""


class _Zstd(io.RawIOBase):
    """A stream in zstd, whose library has an error of its own."""

    def __init__(self, library: ModuleType, stream: BinaryIO) -> None:
        super().__init__()
        self._error, self._stream = library.ZstdError, library.ZstdFile(stream)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            found: bytes = self._stream.read(size)
        except self._error as error:
            raise Damaged(str(error)) from None
        return found


class _Peeked(io.RawIOBase):
    """A stream whose first bytes were looked at already."""

    def __init__(self, begin: bytes, stream: BinaryIO) -> None:
        super().__init__()
        self._begin, self._stream = begin, stream

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self._begin and size != 0:
            part = self._begin if size < 0 else self._begin[:size]
            self._begin = self._begin[len(part) :]
            return part + (self._stream.read() if size < 0 else b"")
        return self._stream.read(size)


def is_compressed(begin: bytes) -> bool:
    """Whether something that begins so is compressed."""
    return begin.startswith((_GZIP, _ZSTD))


def decompressed(stream: BinaryIO) -> BinaryIO:
    """What a stream has, plain.

    :raises Unsupported: nothing here can read it
    """
    begin = stream.read(4)
    whole = cast("BinaryIO", _Peeked(begin, stream))
    if begin.startswith(_GZIP):
        return cast("BinaryIO", gzip.GzipFile(fileobj=whole))
    if begin.startswith(_ZSTD):
        for name in _READERS:
            try:
                return cast("BinaryIO", _Zstd(importlib.import_module(name), whole))
            except ModuleNotFoundError:
                continue
        raise Unsupported("zstd")
    return whole
