"""Says what of a stranger's text may stand in a bill: one line, of a length that somebody reads."""

import re
from typing import Final

_LONGEST: Final = 300
_WORD: Final = r"[A-Za-z0-9._~:/@!$&'()*+,;=%-]*"
_URL: Final = re.compile(
    rf"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{{1,5}})?(?:/{_WORD})?(?:\?{_WORD}(?:\?{_WORD})?)?(?:#{_WORD})?"
)
_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CPE_PART: Final = re.compile(r"[A-Za-z0-9._-]+|\*")


def line(value: object) -> str:
    """A text without what nobody sees; empty where it is no text, or too long for a name."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return ""
    return " ".join("".join(each if each.isprintable() else " " for each in value).split())


def url(value: object) -> str:
    """An address of the web; empty where it is none."""
    text = value.strip() if isinstance(value, str) and len(value) <= _LONGEST else ""
    return text if _URL.fullmatch(text) and not _PERCENT.search(text) else ""


def cpe(value: object) -> str:
    """A name of the Common Platform Enumeration 2.3, in its plain form; empty where it is none."""
    parts = value.split(":") if isinstance(value, str) and len(value) <= _LONGEST else []
    plain = len(parts) == 13 and parts[:2] == ["cpe", "2.3"] and parts[2] in ("a", "h", "o")
    if not plain or parts[8] not in ("*", "-"):
        return ""
    return ":".join(parts) if all(_CPE_PART.fullmatch(part) for part in parts[3:]) else ""
