"""Makes inputs out of others: the same number gives the same one."""

import random
from collections.abc import Callable, Sequence
from typing import Final

# What parsers trip over: ends, quotes, nesting, numbers, characters that are none, what means something to somebody.
TOKENS: Final = (
    b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xed\xa0\x80", b"\r", b"\r\n", b"\n\n", b"\\\n", b"\t", b" ",
    b'"', b"'", b'"""', b"[", b"]", b"[[", b"{", b"}", b"(", b")", b"=", b"==", b":", b",", b";", b"#", b"@", b"://",
    b"${A}", b"$PORT", b"%41", b"..", b"/", b"-r x", b"--hash=sha256:", b"null", b"true", b"NaN", b"1e999", b"-0",
    b"9" * 400, b"0x7fffffffffffffffffff", b"1979-05-27T07:32:00Z", b"\\u0000", b"\\ud800", b"[" * 300,
    b"{\"a\":" * 300, b"a" * 3000, b">=3.11,<4", b"3.13.*", b"!=", b"extra == ", b"in extras", b"sha256:",
    b"name", b"version", b"\x1e",
)  # fmt: skip


def _inserted(chance: random.Random, raw: bytes, _others: Sequence[bytes]) -> bytes:
    place = chance.randint(0, len(raw))
    return raw[:place] + chance.choice(TOKENS) + raw[place:]


def _flipped(chance: random.Random, raw: bytes, _others: Sequence[bytes]) -> bytes:
    if not raw:
        return raw
    place = chance.randrange(len(raw))
    return raw[:place] + bytes([raw[place] ^ (1 << chance.randrange(8))]) + raw[place + 1 :]


def _cut(chance: random.Random, raw: bytes, _others: Sequence[bytes]) -> bytes:
    start, end = sorted((chance.randint(0, len(raw)), chance.randint(0, len(raw))))
    return raw[:start] + raw[end:]


def _doubled(chance: random.Random, raw: bytes, _others: Sequence[bytes]) -> bytes:
    start, end = sorted((chance.randint(0, len(raw)), chance.randint(0, len(raw))))
    return raw[:end] + raw[start:end] * chance.choice((1, 2, 20)) + raw[end:]


def _ended(chance: random.Random, raw: bytes, _others: Sequence[bytes]) -> bytes:
    return raw[: chance.randint(0, len(raw))]


def _spliced(chance: random.Random, raw: bytes, others: Sequence[bytes]) -> bytes:
    other = chance.choice(others)
    return raw[: chance.randint(0, len(raw))] + other[chance.randint(0, len(other)) :]


def _replaced(chance: random.Random, raw: bytes, _others: Sequence[bytes]) -> bytes:
    """A word, a number or a string by something else."""
    if not raw:
        return raw
    place = chance.randrange(len(raw))
    end = min(len(raw), place + chance.randint(1, 12))
    return raw[:place] + chance.choice(TOKENS) + raw[end:]


_CHANGES: Final[tuple[Callable[[random.Random, bytes, Sequence[bytes]], bytes], ...]] = (
    _inserted, _inserted, _flipped, _cut, _doubled, _ended, _spliced, _replaced, _replaced,
)  # fmt: skip
_LONGEST: Final = 20_000


def made(number: int, made_for: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    """The input of this number: one that a reader is made for, changed a few times."""
    chance = random.Random(number)
    raw = chance.choice(made_for)
    for _ in range(chance.choice((1, 1, 2, 3, 5, 9))):
        raw = chance.choice(_CHANGES)(chance, raw, others)[:_LONGEST]
    return raw
