"""Reads what a shared library says to the loader: for which machine it is, and which other libraries it needs.

Any bytes give a value. The caller reads: ``read(offset, length)`` gives at most so many bytes from there, so a large
library costs a few small reads.
"""

from collections.abc import Callable, Iterator
from typing import Final, Literal, TypeAlias

import msgspec

Read: TypeAlias = Callable[[int, int], bytes]
Order: TypeAlias = Literal["little", "big"]

# System V ABI, "Object files", "Program header", "Dynamic section"; the 64-bit forms.
_HEADER: Final = 64
_PROGRAM_HEADER: Final = 56
_MOST_HEADERS: Final = 128
_LOAD: Final = 1
_DYNAMIC: Final = 2
_ENTRY: Final = 16
_MOST_DYNAMIC: Final = 65_536
_NEEDED: Final = 1
_STRINGS: Final = 5
_RUNPATHS: Final = (15, 29)
_MOST_NEEDED: Final = 200
_LONGEST_NAME: Final = 256
_LONGEST_PATHS: Final = 4096

MACHINES: Final = {"amd64": 62, "arm64": 183, "ppc64le": 21, "s390x": 22, "riscv64": 243}
"""The machines' numbers, by the names of architectures in targets."""


class Dynamic(msgspec.Struct, frozen=True, kw_only=True):
    """What a library says to the loader."""

    machine: int
    needed: tuple[str, ...]
    # Where it looks for them before all other places, with ``$ORIGIN`` for its own folder.
    runpath: tuple[str, ...] = ()


def read_dynamic(read: Read) -> Dynamic | None:
    """What a library says; ``None`` for whatever is no 64-bit ELF file with a dynamic section."""
    header = read(0, _HEADER)
    if len(header) < _HEADER or header[:5] != b"\x7fELF\x02" or header[5] not in (1, 2):
        return None
    order: Order = "little" if header[5] == 1 else "big"
    number = _number(header, 56, 2, order)
    if _number(header, 54, 2, order) != _PROGRAM_HEADER or number > _MOST_HEADERS:
        return None
    table = read(_number(header, 32, 8, order), number * _PROGRAM_HEADER)
    loads: list[tuple[int, int, int]] = []
    place: tuple[int, int] | None = None
    for at in range(0, len(table) - _PROGRAM_HEADER + 1, _PROGRAM_HEADER):
        kind = _number(table, at, 4, order)
        offset, address, length = (_number(table, at + field, 8, order) for field in (8, 16, 32))
        if kind == _LOAD:
            loads.append((address, offset, length))
        elif kind == _DYNAMIC:
            place = offset, min(length, _MOST_DYNAMIC)
    if place is None:
        return None
    entries = list(_entries(read(*place), order))
    strings = next((_offset(value, loads) for tag, value in entries if tag == _STRINGS), None)
    if strings is None:
        return None

    def texts(*tags: int, most: int, longest: int) -> Iterator[str]:
        wanted = [value for tag, value in entries if tag in tags][:most]
        return (read(strings + value, longest).partition(b"\0")[0].decode("utf-8", "replace") for value in wanted)

    needed = texts(_NEEDED, most=_MOST_NEEDED, longest=_LONGEST_NAME)
    paths = (path for text in texts(*_RUNPATHS, most=2, longest=_LONGEST_PATHS) for path in text.split(":"))
    return Dynamic(
        machine=_number(header, 18, 2, order),
        needed=tuple(name for name in needed if name),
        runpath=tuple(path for path in paths if path),
    )


def _entries(section: bytes, order: Order) -> Iterator[tuple[int, int]]:
    for at in range(0, len(section) - _ENTRY + 1, _ENTRY):
        tag = _number(section, at, 8, order)
        if not tag:
            return
        yield tag, _number(section, at + 8, 8, order)


def _offset(address: int, loads: list[tuple[int, int, int]]) -> int | None:
    """Where in the file lies what is loaded at an address."""
    return next(
        (offset + address - start for start, offset, length in loads if start <= address < start + length), None
    )


def _number(raw: bytes, at: int, length: int, order: Order) -> int:
    return int.from_bytes(raw[at : at + length], order)
