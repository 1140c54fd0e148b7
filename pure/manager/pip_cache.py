"""Decides what of pip's cache of downloads is worth its way through a platform's cache: pages and metadata.

A wheel or a source archive that an index gives again takes as long to be restored as to be fetched. Where an index has
no metadata beside its wheels (PEP 658), pip reads the wheels themselves to resolve anything, and they stay.
"""

from collections.abc import Mapping
from typing import Final

FOLDER: Final = "http-v2"
"""Where pip keeps what it has downloaded, from its cache's root: a file of headers, and another with ``BODY``."""
BODY: Final = ".body"
BEGINNING: Final = 4096
"""So many bytes of each file are enough."""

_ARCHIVES: Final = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
# A page may be compressed on its way, too.
_PAGES: Final = (b"application/vnd.pypi.simple", b"text/html")


def artefacts(headers: Mapping[str, bytes], bodies: Mapping[str, bytes], *, resolves: bool) -> tuple[str, ...]:
    """Which downloads are artefacts that need not be kept, by the beginnings of their headers and bodies.

    ``resolves`` says that the next build asks again what the requirements come to.
    """
    found = [name for name, body in bodies.items() if body.startswith(_ARCHIVES) and not _page(headers.get(name, b""))]
    metadata = any(body.startswith(b"Metadata-Version:") for body in bodies.values())
    return () if resolves and not metadata else tuple(sorted(found))


def _page(header: bytes) -> bool:
    return any(each in header for each in _PAGES)
