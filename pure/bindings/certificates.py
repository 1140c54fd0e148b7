"""Finds the certificates in a text, and tells whole ones from such as were cut off or changed on their way.

OpenSSL refuses a file of certificates as a whole for one that it can't read, and whoever reads it trusts nothing then.
``shell/at_launch/certificates.py`` looks for the same where an image runs.
"""

import base64
import re
from typing import Final

import msgspec

BEGIN: Final = b"-----BEGIN CERTIFICATE-----"
_END: Final = b"-----END CERTIFICATE-----"
_SEQUENCE: Final = 0x30
_LONG: Final = 0x80
_CONSTRUCTED: Final = 0x20
_LINE: Final = re.compile(rb".{1,64}")


class Certificates(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a text: the whole ones, each written the same way, and the numbers of the others, from one."""

    whole: tuple[bytes, ...] = ()
    damaged: tuple[int, ...] = ()


def certificates_in(text: bytes) -> Certificates:
    """The certificates in a text in PEM format; one without an end ends where the next begins."""
    whole: list[bytes] = []
    damaged: list[int] = []
    for number, part in enumerate(text.split(BEGIN)[1:], start=1):
        body, end, _ = part.partition(_END)
        plain = b"".join(body.split())
        if end and _is_whole(plain):
            whole.append(b"\n".join((BEGIN, *_LINE.findall(plain), _END)))
        else:
            damaged.append(number)
    return Certificates(whole=tuple(dict.fromkeys(whole)), damaged=tuple(damaged))


def _is_whole(text: bytes) -> bool:
    """Whether it is base64 of a sequence in DER, in which every element ends where it says."""
    try:
        der = base64.b64decode(text, validate=True)
    except ValueError:
        return False
    # Padding within, say, which readers take differently.
    if len(der) <= 2 or der[0] != _SEQUENCE or base64.b64encode(der) != text:
        return False
    at, ends = 0, [len(der)]
    while ends:
        if at == ends[-1]:
            ends.pop()
            continue
        # Of another element there is no tag and length, or it would be the second that isn't within one.
        if at + 2 > ends[-1] or (at and len(ends) == 1):
            return False
        tag, length = der[at], der[at + 1]
        at += 2
        if length >= _LONG:
            size = length - _LONG
            length = int.from_bytes(der[at : at + size], "big")
            at += size
        if at + length > ends[-1]:
            return False
        if tag & _CONSTRUCTED:
            ends.append(at + length)
        else:
            at += length
    return True
