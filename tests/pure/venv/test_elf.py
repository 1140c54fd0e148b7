"""What shared libraries say to the loader."""

import platform
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.venv.elf import MACHINES, Dynamic, read_dynamic


def read(raw: bytes) -> Dynamic | None:
    return read_dynamic(lambda offset, length: raw[offset : offset + length])


def library(needed: list[str], *, machine: int = 62, order: str = "little") -> bytes:
    """A file with a header, one segment of everything, and a dynamic section, as linkers write them."""

    def number(value: int, length: int) -> bytes:
        return value.to_bytes(length, order)  # type: ignore[arg-type]

    strings = b"\0" + b"".join(name.encode() + b"\0" for name in needed)
    start = 64 + 2 * 56
    address = 0x1000
    offsets, at = [], 1
    for name in needed:
        offsets.append(at)
        at += len(name.encode()) + 1
    entries = [*((1, offset) for offset in offsets), (5, address + start), (10, len(strings)), (0, 0)]
    dynamic = b"".join(number(tag, 8) + number(value, 8) for tag, value in entries)
    place = start + len(strings)

    def program(kind: int, offset: int, length: int) -> bytes:
        where = (offset, address + offset, address + offset, length, length, 8)
        return number(kind, 4) + number(4, 4) + b"".join(number(each, 8) for each in where)

    head = b"\x7fELF\x02" + (b"\x01" if order == "little" else b"\x02") + b"\x01" + bytes(9)
    head += number(3, 2) + number(machine, 2) + number(1, 4) + number(0, 8) + number(64, 8) + number(0, 8)
    head += number(0, 4) + b"".join(number(each, 2) for each in (64, 56, 2, 0, 0, 0))
    table = program(1, 0, place + len(dynamic)) + program(2, place, len(dynamic))
    return head + table + strings + dynamic


NAMES = st.text(alphabet="abcdefg.-+0123456789", min_size=1, max_size=20)


@given(st.lists(NAMES, max_size=20), st.sampled_from(["little", "big"]), st.sampled_from(sorted(MACHINES.values())))
def test_what_was_written_is_read(needed: list[str], order: str, machine: int) -> None:
    raw = library(needed, order=order, machine=machine)
    assert read(raw) == Dynamic(machine=machine, needed=tuple(needed))


@given(st.data())
def test_damaged_libraries_give_an_answer(data: st.DataObject) -> None:
    raw = bytearray(library(["libc.so.6", "libGL.so.1"]))
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=8)):
        raw[at] = data.draw(st.integers(0, 255))
    found = read(bytes(raw[: data.draw(st.integers(0, len(raw)))]))
    assert found is None or len(found.needed) <= 200


@pytest.mark.parametrize("raw", [b"", b"\x7fELF", b"#!/bin/sh\n" * 20, b"\x7fELF\x01\x01" + bytes(100), bytes(300)])
def test_other_files_say_nothing(raw: bytes) -> None:
    assert read(raw) is None


def test_a_real_extension_module_needs_the_c_library() -> None:
    (path,) = Path(msgspec.__file__).parent.glob("_core*.so")
    found = read(path.read_bytes())
    assert found is not None
    assert "libc.so.6" in found.needed
    arch = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    assert found.machine == MACHINES[arch]


def test_a_library_costs_a_few_small_reads() -> None:
    reads: list[int] = []
    raw = library(["libc.so.6", "libm.so.6"]) + bytes(5_000_000)

    def slice_of(offset: int, length: int) -> bytes:
        reads.append(len(raw[offset : offset + length]))
        return raw[offset : offset + length]

    assert read_dynamic(slice_of) is not None
    assert len(reads) < 8
    assert sum(reads) < 5_000
