"""Compares the names of distributions as PEP 503 says."""

import re
from typing import Final

_SEPARATORS: Final = re.compile(r"[-_.]+")


def normalise_name(name: str) -> str:
    """A distribution's name as PEP 503 compares it: lower case, runs of ``-``, ``_`` and ``.`` as one ``-``."""
    return _SEPARATORS.sub("-", name).lower()
