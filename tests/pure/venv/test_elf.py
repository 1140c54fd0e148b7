"""What shared libraries say to the loader."""

import platform
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.venv.elf import MACHINES, Dynamic, read_dynamic

from tests.shared_library import library


def read(raw: bytes) -> Dynamic | None:
    return read_dynamic(lambda offset, length: raw[offset : offset + length])


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
