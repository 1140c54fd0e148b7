"""Joins the certificates that a build is told to trust where not every tool looks for them: in folders, and bindings.

OpenSSL, and uv, trust those in the folders of ``SSL_CERT_DIR`` beside those of a file; others read one file alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from pure.bindings.certificates import certificates_in
from pure.bindings.pem import SYSTEM_AUTHORITIES
from pure.manager.environment import trusted_files

VENDORED: Final = "pip/_vendor/certifi/cacert.pem"
"""Where pip has those that it trusts by itself."""
_MOST_BYTES: Final = 4_000_000
_MOST_FILES: Final = 2_000
# All files together: the certificates of every authority there is take less than one megabyte.
_MOST_OF_ALL: Final = 16_000_000


def joined_certificates(
    settings: Mapping[str, str], bound: Iterable[bytes] = (), *, carried_pip: str | None = None
) -> bytes:
    """The file of certificates that everyone should read: what files say that tools read, and what is found elsewhere.

    Where no file is named and the system has none, those stand in for it that the pip trusts that the buildpack
    carries: without what is bound, tools would trust theirs. Empty where neither ``SSL_CERT_DIR`` nor what is ``bound``
    adds anything, or where such a file cannot be read, which is told by whoever reads it.
    """
    folders = [Path(folder) for folder in settings.get("SSL_CERT_DIR", "").split(":") if folder]
    bound = tuple(bound)
    if not folders and not bound:
        return b""
    named = trusted_files(settings)
    # Folders add to the file that all tools are told of, what is bound to each that any is told of.
    read = [_read(Path(place)) for place in (named if bound else named[:1])]
    if None in read:
        return b""
    known = dict.fromkeys(found for text in read for found in certificates_in(text or b"").whole)
    if not read:
        known = dict.fromkeys(_usual(carried_pip))
    more = dict.fromkeys(found for text in _texts(folders) for found in certificates_in(text).whole)
    if not bound and more.keys() <= known.keys():
        return b""
    return b"".join(found + b"\n" for found in known | more | dict.fromkeys(bound))


def _usual(carried_pip: str | None) -> tuple[bytes, ...]:
    """Those that are trusted where nobody names any."""
    for path in map(Path, SYSTEM_AUTHORITIES):
        if found := certificates_in(_read(path) or b"").whole:
            return found
    return certificates_in(_vendored(carried_pip)).whole if carried_pip else ()


def _vendored(wheel: str) -> bytes:
    # No build where the system has certificates needs it.
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(wheel) as archive:
            return archive.read(VENDORED)
    except (OSError, BadZipFile, KeyError):
        return b""


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
