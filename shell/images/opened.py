"""Holds an opened image: what it tells of itself, and a way to look into its layers."""

import hashlib
import re
import tarfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import BinaryIO, Final, TypeAlias, cast

import msgspec
from pure.image.contents import LayerFiles
from pure.image.errors import LayerUnreadable
from pure.image.manifest import Image, LayerOfImage
from pure.outcome import Failure, Outcome, Success

from shell.disk import said
from shell.images.compression import Damaged, Unsupported, decompressed
from shell.tars import UNREADABLE, Counted, Entry, Oversized

Streams: TypeAlias = Mapping[str, Callable[[], AbstractContextManager[BinaryIO]]]
"""Of each layer, by its diffID, what opens the bytes that lie there, compressed or not."""

# Nothing of a layer is written anywhere: these bound time and memory.
MOST_UNPACKED: Final = 100_000_000_000
MOST_ENTRIES: Final = 5_000_000
MOST_OF_FILE: Final = 64_000_000
MOST_OF_FILES: Final = 512_000_000

_CHUNK: Final = 1 << 20


class Refused(Exception):  # noqa: N818  (carries an expected failure out of a stream)
    """What a layer comes from doesn't hand it over; the message is one clause."""


class OpenedImage:
    """An image that can be looked into, until it is closed.

    ``reference`` is what it was opened by, in its user's words; ``local`` says that its layers lie on this machine, so
    that looking into them costs no network.
    """

    def __init__(self, image: Image, *, reference: str, streams: Streams, local: bool) -> None:
        self.image = image
        self.reference = reference
        self.local = local
        self._streams = streams
        self._held = ExitStack()

    def __enter__(self) -> "OpenedImage":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def holding(self, held: ExitStack) -> None:
        """Keep what the layers are read from until the end."""
        self._held.push(held)

    def close(self) -> None:
        """Let go of connections and temporary files."""
        self._held.close()

    def look(self, layer: LayerOfImage, wanted: re.Pattern[str] | None = None) -> Outcome[LayerFiles, LayerUnreadable]:
        """Read through a layer: how large it is, and its regular files whose whole paths match ``wanted``.

        Paths are relative to the root of the image. ``image`` knows the layer's size afterwards.
        """
        shown = layer.name or layer.diff_id[:19]
        try:
            with self._streams[layer.diff_id]() as stream:
                found = _read(stream, layer.diff_id, wanted)
        except Oversized as error:
            return self._unreadable(shown, f"it has more than {error.most:,} {error.what}")
        except Unsupported as error:
            return self._unreadable(shown, f"it is compressed by {error}, which this Python can't read")
        except (Refused, Damaged, *UNREADABLE) as error:
            return self._unreadable(shown, str(error) or type(error).__name__)
        except RecursionError:
            # tarfile follows a header to the next by calling itself.
            return self._unreadable(shown, "too many headers follow each other")
        except OSError as error:
            return self._unreadable(shown, said(error) if error.errno else str(error))
        self._measured(layer.diff_id, found.nbytes)
        return Success(found)

    def _unreadable(self, layer: str, reason: str) -> Failure[LayerUnreadable]:
        return Failure(LayerUnreadable(reference=self.reference, layer=layer, reason=reason))

    def _measured(self, diff_id: str, nbytes: int) -> None:
        replace = msgspec.structs.replace
        layers = tuple(replace(each, nbytes=nbytes) if each.diff_id == diff_id else each for each in self.image.layers)
        self.image = replace(self.image, layers=layers)


class _Digested:
    """A stream whose bytes are digested as they are read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.digest.update(data)
        return data


def _read(stream: BinaryIO, diff_id: str, wanted: re.Pattern[str] | None) -> LayerFiles:
    plain = _Digested(decompressed(stream))
    counted = Counted(cast("BinaryIO", plain), MOST_UNPACKED)
    files = _files(counted, wanted) if wanted is not None else {}
    while counted.read(_CHUNK):
        pass
    if f"sha256:{plain.digest.hexdigest()}" != diff_id:
        raise Refused("its contents are not those of its digest")
    return LayerFiles(nbytes=counted.count, files=files)


def _files(stream: Counted, wanted: re.Pattern[str]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = number = 0
    with tarfile.open(fileobj=stream, mode="r|", bufsize=_CHUNK, tarinfo=Entry) as tar:
        while (entry := tar.next()) is not None:
            # It keeps every entry that it has read.
            tar.members.clear()  # type: ignore[attr-defined]
            number += 1
            if number > MOST_ENTRIES:
                raise Oversized("entries", MOST_ENTRIES)
            path = entry.name.removeprefix("./").lstrip("/")
            if not entry.isreg() or not wanted.fullmatch(path):
                continue
            total += entry.size
            if entry.size > MOST_OF_FILE or total > MOST_OF_FILES:
                raise Oversized("bytes", MOST_OF_FILE if entry.size > MOST_OF_FILE else MOST_OF_FILES)
            source = tar.extractfile(entry)
            assert source is not None, "only regular files get here"
            files[path] = source.read()
    return files
