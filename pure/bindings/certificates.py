"""Says which of a text's certificates are whole, and which of them aren't (``pure.bindings.pem``)."""

import base64

import msgspec

from pure.bindings.pem import is_whole, parts, written


class Certificates(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a text: the whole ones, each written the same way, and the numbers of the others, from one."""

    whole: tuple[bytes, ...] = ()
    damaged: tuple[int, ...] = ()


def certificates_in(text: bytes) -> Certificates:
    """The certificates in a text in PEM format."""
    whole: list[bytes] = []
    damaged: list[int] = []
    for number, plain in enumerate(parts(text), start=1):
        if is_whole(_decoded(plain)):
            whole.append(written(plain))
        else:
            damaged.append(number)
    return Certificates(whole=tuple(dict.fromkeys(whole)), damaged=tuple(damaged))


def _decoded(plain: bytes) -> bytes:
    try:
        der = base64.b64decode(plain, validate=True)
    except ValueError:
        return b""
    # Padding within, say, which readers take differently.
    return der if base64.b64encode(der) == plain else b""
