"""Writes Markdown of which strangers wrote much: their words stay words, on one line."""

from typing import Final

# Of what GitHub and GitLab read in Markdown, whatever could be more than text.
_MARKED: Final = {ord(char): f"&#{ord(char)};" for char in "&<>|`*_~[]\\!:$"} | {
    # A comment breaks what would be looked up: names of people, and numbers of other requests.
    ord(char): f"{char}<!-- -->"
    for char in "@#"
}


def escaped(text: str) -> str:
    """Text that stays text."""
    return " ".join(text.split()).translate(_MARKED)


def code(text: str) -> str:
    """The same, set as code."""
    return f"<code>{escaped(text)}</code>"
