"""Writes deterministic layer tars and reads them back.

A layer is a function of names, kinds, modes, link targets and contents alone: absolute names in walk order, one time
stamp, one owner. The bytes are those that the reference lifecycle writes, so that both give the same digests. A tar
that this module wrote, and only such a one, is read back by ``extract``.
"""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

CHUNK = 1 << 20
_EPOCH = 315532801  # 1980-01-01T00:00:01Z
_OWNER = 1000
_LIMIT = 8 << 30  # sizes from here on do not fit the header's octal field


class TarError(Exception):
    """A tar does not hold what it should; the message is one clause."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A member of a layer: its absolute name in the image and where it is on disk, ``None`` for a plain folder."""

    name: str
    source: str | None = None


class Digest(Protocol):
    """A hash that is fed piece by piece."""

    def update(self, data: bytes | bytearray | memoryview, /) -> None:
        """Feed a piece."""


class _Writer:
    """Gathers small pieces, so that hashing and writing happen in large ones."""

    def __init__(self, digest: Digest, file: BinaryIO | None) -> None:
        self._digest, self._file = digest, file
        self._pending = bytearray()
        self._chunk = bytearray(CHUNK)

    def write(self, data: bytes) -> None:
        self._pending += data
        if len(self._pending) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        self._digest.update(self._pending)
        if self._file is not None:
            self._file.write(self._pending)
        self._pending = bytearray()

    def copy(self, fd: int, size: int, name: str) -> None:
        """Exactly ``size`` bytes from a file, padded to a block."""
        left = size
        if size <= 65536:
            while left:
                data = os.read(fd, left)
                if not data:
                    raise OSError(0, "the file became shorter while it was read", name)
                self._pending += data
                left -= len(data)
        else:
            self.flush()
            view = memoryview(self._chunk)
            while left:
                count = os.readv(fd, [view[: min(left, CHUNK)]])
                if not count:
                    raise OSError(0, "the file became shorter while it was read", name)
                part = view[:count]
                self._digest.update(part)
                if self._file is not None:
                    self._file.write(part)
                left -= count
        self.write(b"\0" * (-size % 512))


def write_tar(entries: Iterable[Entry], file: BinaryIO | None) -> str:
    """Write a tar of ``entries`` (only hash it if ``file`` is ``None``); its digest as ``sha256:<hex>``.

    Sockets, devices and named pipes are left out.
    """
    digest = hashlib.sha256()
    writer = _Writer(digest, file)
    for entry in entries:
        _add(writer, entry)
    writer.write(b"\0" * 1024)
    writer.flush()
    return f"sha256:{digest.hexdigest()}"


def _add(writer: _Writer, entry: Entry) -> None:
    name = os.fsencode(entry.name)
    if entry.source is None:
        writer.write(_header(name, 0o755, b"5"))
        return
    info = os.lstat(entry.source)
    mode = stat.S_IMODE(info.st_mode)
    if stat.S_ISDIR(info.st_mode):
        writer.write(_header(name, mode, b"5"))
    elif stat.S_ISLNK(info.st_mode):
        writer.write(_header(name, 0o777, b"2", link=os.fsencode(os.readlink(entry.source))))
    elif stat.S_ISREG(info.st_mode):
        fd = os.open(entry.source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            writer.write(_header(name, mode, b"0", size=info.st_size))
            writer.copy(fd, info.st_size, entry.source)
        finally:
            os.close(fd)


def _header(name: bytes, mode: int, kind: bytes, *, link: bytes = b"", size: int = 0) -> bytes:
    long_name = len(name) > 100 or not name.isascii()
    long_link = len(link) > 100 or not link.isascii()
    prefix, short = _split(name) if long_name else (b"", name)
    if (short and not long_link and size < _LIMIT) or not (long_name or long_link or size >= _LIMIT):
        return _block(short, mode, kind, link=link, size=size, prefix=prefix)
    extended: list[tuple[bytes, bytes]] = []
    if long_link:
        extended.append((b"linkpath", link))
    if long_name:
        extended.append((b"path", name))
    if size >= _LIMIT:
        extended.append((b"size", b"%d" % size))
    records = b"".join(_record(key, value) for key, value in extended)
    folder, _, file = name.rpartition(b"/")
    title = _ascii(folder + b"/PaxHeaders.0/" + file)[:100].rstrip(b"/")
    return b"".join(
        (
            _block(title, 0, b"x", size=len(records), owner=0, time=0, devices=b"\0" * 16),
            records,
            b"\0" * (-len(records) % 512),
            _block(_ascii(name)[:100], mode, kind, link=_ascii(link)[:100], size=size if size < _LIMIT else 0),
        )
    )


def _split(name: bytes) -> tuple[bytes, bytes]:
    """A long name as the header's two fields hold it; two empty ones if they cannot."""
    cut = name.rfind(b"/", 0, 156) if name.isascii() else -1
    if cut <= 0 or not 0 < len(name) - cut - 1 <= 100:
        return b"", b""
    return name[:cut], name[cut + 1 :]


def _ascii(name: bytes) -> bytes:
    return bytes(byte for byte in name if byte < 0x80)


def _block(
    name: bytes,
    mode: int,
    kind: bytes,
    *,
    link: bytes = b"",
    size: int = 0,
    prefix: bytes = b"",
    owner: int = _OWNER,
    time: int = _EPOCH,
    devices: bytes = b"0000000\x000000000\0",
) -> bytes:
    start = b"%b%07o\0%07o\0%07o\0%011o\0%011o\0" % (name.ljust(100, b"\0"), mode, owner, owner, size, time)
    end = b"%b%bustar\x0000%b%b%b%b" % (
        kind,
        link.ljust(100, b"\0"),
        b"\0" * 64,
        devices,
        prefix.ljust(155, b"\0"),
        b"\0" * 12,
    )
    return b"%b%06o\0 %b" % (start, sum(start) + sum(end) + 8 * 32, end)


def _record(key: bytes, value: bytes) -> bytes:
    body = b" %b=%b\n" % (key, value)
    length = len(body) + 1
    while length != len(body) + len(str(length)):
        length = len(body) + len(str(length))
    return b"%d%b" % (length, body)


def parents(path: str) -> Iterator[Entry]:
    """The folders above an absolute path, without the root."""
    parts = path.split("/")
    for index in range(2, len(parts)):
        yield Entry(name="/".join(parts[:index]))


def walk(source: str, name: str) -> Iterator[Entry]:
    """A file or folder and everything in it, in lexical order of bytes within each folder."""
    yield Entry(name=name, source=source)
    if not stat.S_ISDIR(os.lstat(source).st_mode):
        return
    with os.scandir(source) as scan:
        children = sorted(scan, key=lambda child: os.fsencode(child.name))
    for child in children:
        if child.is_dir(follow_symlinks=False):
            yield from walk(child.path, f"{name}/{child.name}")
        elif child.is_file(follow_symlinks=False) or child.is_symlink():
            yield Entry(name=f"{name}/{child.name}", source=child.path)


def layer_entries(source: str, root: str) -> Iterator[Entry]:
    """The members of a layer: the folders above ``root``, then what is on disk at ``source``."""
    yield from parents(root)
    yield from walk(source, root)


def layer_digest(source: str, root: str) -> str:
    """The digest that the tar of a layer has."""
    return write_tar(layer_entries(source, root), None)


def file_digest(tar: Path) -> str:
    """The digest that a tar on disk has."""
    with tar.open("rb") as stream:
        return f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"


def extract(tar: Path, *, digest: str | None, prefix: str, target: Path) -> None:
    """Unpack the members below ``prefix`` of a tar into ``target``, which must not exist, in one pass over its bytes.

    Members above ``prefix`` are its parent folders and are skipped. Modes are restored, owners and times are not.

    :raises TarError: its bytes do not have the ``digest``, or it is not such a tar. ``target`` may exist then, and must
        be discarded.
    """
    checksum = hashlib.sha256()
    with tar.open("rb", buffering=0) as stream:
        _Extraction(_Reader(stream, checksum), prefix, os.fspath(target)).run()
    if digest is not None and f"sha256:{checksum.hexdigest()}" != digest:
        raise TarError(f"its contents are not those of {digest}")


class _Reader:
    def __init__(self, stream: BinaryIO, digest: Digest) -> None:
        self._stream, self._digest = stream, digest
        self._buffer = memoryview(bytearray(CHUNK))
        self._start = self._end = 0

    def _fill(self) -> bool:
        count = self._stream.readinto(self._buffer)  # type: ignore[attr-defined]
        self._start, self._end = 0, count
        self._digest.update(self._buffer[:count])
        return bool(count)

    def read(self, size: int) -> bytes:
        parts: list[bytes] = []
        for part in self.parts(size):
            parts.append(bytes(part))
        return b"".join(parts)

    def parts(self, size: int) -> Iterator[memoryview]:
        """The next ``size`` bytes in pieces that are valid until the next one is asked for."""
        while size:
            if self._start == self._end and not self._fill():
                raise TarError("it ends too early")
            count = min(size, self._end - self._start)
            part = self._buffer[self._start : self._start + count]
            self._start += count
            size -= count
            yield part

    def drain(self) -> None:
        while self._fill():
            pass


class _Extraction:
    def __init__(self, reader: _Reader, prefix: str, target: str) -> None:
        self._reader, self._prefix, self._target = reader, os.fsencode(prefix), os.fsencode(target)
        self._folders: dict[bytes, int] = {}

    def run(self) -> None:
        while True:
            header = self._reader.read(512)
            if header == b"\0" * 512:
                break
            self._member(header)
        self._reader.drain()
        for path in reversed(self._folders):
            os.chmod(path, self._folders[path])

    def _member(self, header: bytes) -> None:
        extended: dict[bytes, bytes] = {}
        if header[156:157] == b"x":
            size = _number(header[124:136])
            if size > CHUNK:
                raise TarError("an extended header is too long")
            extended = _records(self._reader.read(size + -size % 512)[:size])
            header = self._reader.read(512)
        _check(header)
        size = _number(extended[b"size"], base=10) if b"size" in extended else _number(header[124:136])
        mode = _number(header[100:108]) & 0o7777
        kind = header[156:157]
        name = extended.get(b"path") or _name(header)
        path = self._place(name)
        if path is None:
            if kind != b"5":
                raise TarError("it holds a file outside of its layer")
        elif kind == b"5":
            os.mkdir(path, 0o700)
            self._folders[path] = mode
        elif kind == b"2":
            os.symlink(extended.get(b"linkpath") or header[157:257].rstrip(b"\0"), path)
        elif kind == b"0":
            self._file(path, mode, size)
        else:
            raise TarError(f"it holds a member of unknown kind {kind!r}")

    def _place(self, name: bytes) -> bytes | None:
        if name == self._prefix:
            return self._target
        if not name.startswith(self._prefix + b"/"):
            if self._prefix.startswith(name + b"/"):
                return None
            raise TarError("it holds a file outside of its layer")
        relative = name[len(self._prefix) + 1 :]
        path = self._target + b"/" + relative
        # Only into folders that this tar itself made: never through a link, never upwards.
        if os.path.dirname(path) not in self._folders or os.path.basename(path) in (b"", b".", b".."):
            raise TarError("it holds a file outside of its folders")
        return path

    def _file(self, path: bytes, mode: int, size: int) -> None:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            for part in self._reader.parts(size):
                view = part
                while view:
                    view = view[os.write(fd, view) :]
            os.fchmod(fd, mode)
        finally:
            os.close(fd)
        for _ in self._reader.parts(-size % 512):
            pass


def _check(header: bytes) -> None:
    if header[257:263] != b"ustar\0":
        raise TarError("it is not a tar")
    if sum(header[:148]) + sum(header[156:]) + 8 * 32 != _number(header[148:156]):
        raise TarError("the checksum of a header is wrong")


def _name(header: bytes) -> bytes:
    name, prefix = header[:100].rstrip(b"\0"), header[345:500].rstrip(b"\0")
    return prefix + b"/" + name if prefix else name


def _number(field: bytes, *, base: int = 8) -> int:
    try:
        return int(field.rstrip(b"\0 ") or b"0", base)
    except ValueError:
        raise TarError("a number in a header is damaged") from None


def _records(data: bytes) -> dict[bytes, bytes]:
    result: dict[bytes, bytes] = {}
    while data:
        length = _number(data.partition(b" ")[0], base=10)
        record = data[:length]
        head, equals, value = record.partition(b"=")
        if length < 5 or len(record) != length or not equals:
            raise TarError("an extended header is damaged")
        result[head.partition(b" ")[2]] = value[:-1]
        data = data[length:]
    return result
