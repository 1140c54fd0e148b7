"""Which certificates in a text are whole; the program for images tells them apart in the same way."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.bindings.certificates import certificates_in
from pure.bindings.pem import BEGIN, END, SYSTEM_AUTHORITIES
from shell.at_launch.certificates import certificates

from tests.bound import pem, pem_names

A, B = (pem(name).encode() for name in "ab")


def block(der: bytes) -> bytes:
    return BEGIN + b"\n" + base64.b64encode(der) + b"\n" + END + b"\n"


def element(tag: int, content: bytes) -> bytes:
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag,)) + (length if len(content) < 128 else bytes((0x80 + len(length),)) + length) + content


@pytest.mark.parametrize(
    ("text", "names", "damaged"),
    [
        (b"", [], ()),
        (b"# mine\n" + A + b"# other\n" + B + A, ["a", "b"], ()),
        (A.replace(b"\n", b"\r\n"), ["a"], ()),
        # Cut off: of two that a copy joined, too.
        (A + B[:30], ["a"], (2,)),
        (A[:30] + B, ["b"], (1,)),
        (BEGIN + b"\n" + END, [], (1,)),
        # Another letter, another length, more after it, padding within, no sequence, of unknown length.
        (A.replace(b"\n-----END", b"!\n-----END"), [], (1,)),
        (block(b"\x30\x04\x0c\x01a"), [], (1,)),
        (block(b"\x30\x03\x0c\x01ab"), [], (1,)),
        (block(b"\x30\x03\x0c\x02a"), [], (1,)),
        (block(b"\x30\x03\x0c\x00a"), [], (1,)),
        (block(b"\x30\x05\x30\x03\x0c\x02a"), [], (1,)),
        (block(b"\x30\x02\x0c\x00\x30\x02\x0c\x00"), [], (1,)),
        (block(b"\x30\x05\x30\x03\x0c\x01b"), ["\x0c\x01b"], ()),
        (A.replace(b"\n-----END", b"MAQEAmFi\n-----END"), [], (1,)),
        (block(b"\x31\x03\x0c\x01a") + B, ["b"], (1,)),
        (block(b"\x30\x80"), [], (1,)),
        (block(b"\x30"), [], (1,)),
        (block(b"\x30\x00"), [], (1,)),
        (block(b"\x30\x82\x01"), [], (1,)),
    ],
)
def test_which_are_whole(text: bytes, names: list[str], damaged: tuple[int, ...]) -> None:
    found = certificates_in(text)
    assert (pem_names(b"\n".join(found.whole)), found.damaged) == (names, damaged)


@pytest.mark.parametrize("size", [1, 127, 128, 255, 256, 70_000])
def test_of_any_length(size: int) -> None:
    raw = element(0x30, element(0x0C, b"x" * size))
    (found,) = certificates_in(block(raw)).whole
    assert base64.b64decode(b"".join(found.splitlines()[1:-1]), validate=True) == raw
    assert max(map(len, found.splitlines()[1:-1])) <= 64
    for changed in (raw[:-1], raw + b"x"):
        assert certificates_in(block(changed)).damaged == (1,)


pieces = st.sampled_from([BEGIN, END, b"\n", b"MAQEAmFi", b"MAQEAmFi\n", A, B, b"=", b"\xff", b" "]) | st.binary(
    max_size=4
)


@given(st.lists(pieces, max_size=12).map(b"".join))
def test_an_image_takes_the_same_and_any_bytes_will_do(text: bytes) -> None:
    found = certificates_in(text)
    assert tuple(dict.fromkeys(certificates(text, "x"))) == found.whole
    assert certificates_in(b"\n".join(found.whole)).whole == found.whole


def test_of_any_depth() -> None:
    raw = element(0x0C, b"x")
    for _ in range(3_000):
        raw = element(0x30, raw)
    assert len(certificates_in(block(raw)).whole) == 1


def test_all_that_systems_trust_are_whole() -> None:
    text = next(path for path in map(Path, SYSTEM_AUTHORITIES) if path.is_file()).read_bytes()
    found = certificates_in(text)
    assert (len(found.whole), found.damaged) == (text.count(BEGIN), ())
