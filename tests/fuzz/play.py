"""Hands inputs to readers, and tells of the first that is answered with an exception."""

import time
import traceback

import msgspec

from tests.fuzz.inputs import made
from tests.fuzz.readers import READERS

OTHERS = tuple(raw for row in READERS.values() for raw in row.made_for)


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A reader that raised, at what, and where."""

    reader: str
    number: int
    raw: bytes
    raised: str


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """So many inputs were read; ``slowest`` is the longest time that one took, in seconds, and which."""

    inputs: int
    slowest: tuple[float, str, int]
    fault: Fault | None = None


def play(start: int, end: int) -> Played:
    """Hand each reader its share of the inputs of these numbers, one after the other."""
    names = list(READERS)
    slowest = (0.0, "", 0)
    for number in range(start, end):
        name = names[number % len(names)]
        row = READERS[name]
        raw = made(number, row.made_for, OTHERS)
        began = time.perf_counter()
        try:
            row.read(raw)
        except Exception:  # noqa: BLE001  (whatever it is, it is a fault)
            fault = Fault(reader=name, number=number, raw=raw, raised=traceback.format_exc())
            return Played(inputs=number - start, slowest=slowest, fault=fault)
        slowest = max(slowest, (time.perf_counter() - began, name, number))
    return Played(inputs=end - start, slowest=slowest)
