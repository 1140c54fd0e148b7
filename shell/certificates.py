"""Reads the certificates that a build is told to trust where only some tools look for them: in folders.

OpenSSL, and uv, trust those in the folders of ``SSL_CERT_DIR`` beside those of a file; others read one file alone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from pure.manager.environment import trusted_file

# Where distributions keep their trusted certificates; an interpreter built elsewhere does not know its host's place.
SYSTEM_AUTHORITIES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
_CERTIFICATE: Final = re.compile(rb"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")
_MOST_BYTES: Final = 4_000_000
_MOST_FILES: Final = 2_000
# All files together: the certificates of every authority there is take less than one megabyte.
_MOST_OF_ALL: Final = 16_000_000


def certificates_of_folders(settings: Mapping[str, str]) -> bytes:
    """The file of certificates that everyone should read: what the one says that all read, and what folders add to it.

    Empty where ``SSL_CERT_DIR`` adds nothing, or where that file cannot be read, which is told by whoever reads it.
    """
    folders = [Path(folder) for folder in settings.get("SSL_CERT_DIR", "").split(":") if folder]
    if not folders:
        return b""
    named = trusted_file(settings)
    read = (_read(Path(place)) for place in ((named,) if named else SYSTEM_AUTHORITIES))
    base = next((text for text in read if text is not None), None)
    if base is None and named:
        return b""
    known = dict.fromkeys(_CERTIFICATE.findall(base or b""))
    more = dict.fromkeys(found for text in _texts(folders) for found in _CERTIFICATE.findall(text))
    if more.keys() <= known.keys():
        return b""
    return b"".join(found + b"\n" for found in known | more)


def _texts(folders: Iterable[Path]) -> Iterator[bytes]:
    """The files of folders, as many in their order as may be read in all."""
    left = _MOST_OF_ALL
    for folder in folders:
        try:
            names = sorted(folder.iterdir())[:_MOST_FILES]
        except OSError:
            continue  # OpenSSL passes over it, too
        for text in map(_read, names):
            left -= len(text or b"")
            if left < 0:
                return
            if text is not None:
                yield text


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() and path.stat().st_size <= _MOST_BYTES else None
    except OSError:
        return None
