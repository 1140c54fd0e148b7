"""Knows the words of this buildpack's own sentences: a secret that is one of them would blank those all over a log."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_PURE: Final = Path(__file__).resolve().parent.parent / "pure"
_PLAIN: Final = re.compile(r"[a-z]+|[A-Z][a-z]+")


def own_words(secrets: Iterable[str]) -> frozenset[str]:
    """Those of ``secrets`` that are words which our sentences use; our sources are read only if one may be."""
    plain = {secret for secret in secrets if _PLAIN.fullmatch(secret)}
    if not plain:
        return frozenset()
    found: set[str] = set()
    for path in _PURE.rglob("*.py"):
        text = path.read_text("utf-8").lower()
        found |= {each for each in plain - found if each.lower() in text and re.search(rf"\b{each.lower()}\b", text)}
    return frozenset(found)
