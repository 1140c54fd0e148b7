"""Makes visible what a line can hold and nobody can see: strangers wrote much of what a log quotes."""

from typing import Final

# Spaces of all widths hide nothing; the separators of lines and paragraphs, and tabulators' relatives, do.
_SPACES: Final = frozenset("\t\u00a0\u1680\u202f\u205f\u3000") | {chr(code) for code in range(0x2000, 0x200B)}


def visible(text: str) -> str:
    """``text`` with every character that cannot be seen as ``<U+001B>``, so that it can't be more than a line of text.

    Those are control characters (which terminals obey), ends of lines, marks that turn the direction of writing, marks
    without width, and halves of characters.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in _SPACES else code_point(char) for char in text)


def whole(text: str) -> str:
    """``text`` with every half of a character, as stands for a byte that isn't UTF-8, made visible."""
    if text.isascii():
        return text
    return "".join(code_point(char) if "\ud800" <= char <= "\udfff" else char for char in text)


def visible_document(text: str) -> str:
    """A JSON document whose strings hold nothing that cannot be seen: JSON has a way of its own to write that."""
    if text.isascii():
        return text
    return "".join(
        char if char.isprintable() or char in _SPACES or char == "\n" else "".join(_units(char)) for char in text
    )


def code_point(char: str) -> str:
    """A character by its number."""
    return f"<U+{ord(char):04X}>"


def _units(char: str) -> list[str]:
    raw = char.encode("utf-16-be", "surrogatepass")
    return [f"\\u{raw[at : at + 2].hex()}" for at in range(0, len(raw), 2)]
