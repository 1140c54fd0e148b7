"""Writes shared libraries that need others, as small as they can be."""


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
