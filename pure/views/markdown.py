"""Writes Markdown of which strangers wrote much: their words stay words, on one line."""

import re
from typing import Final

# Of what GitHub and GitLab read in Markdown, whatever could be more than text.
_MARKED: Final = {ord(char): f"&#{ord(char)};" for char in "&<>|`*_~[]\\!$"} | {
    # A comment breaks what would be looked up: names of people, and numbers of other requests.
    ord(char): f"{char}<!-- -->"
    for char in "@#"
}


# Addresses and names of emoji have more behind it; before a blank it ends a clause.
_COLON: Final = re.compile(":(?! )")


def escaped(text: str) -> str:
    """Text that stays text."""
    return _COLON.sub("&#58;", " ".join(text.split()).translate(_MARKED))


def code(text: str) -> str:
    """The same, set as code."""
    return f"<code>{escaped(text)}</code>"
