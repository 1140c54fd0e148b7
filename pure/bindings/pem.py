"""Finds the certificates in a text, and tells whole ones from such as were cut off or changed on their way.

OpenSSL refuses a file of certificates as a whole for one that it can't read, and whoever reads it trusts nothing then.
The program for images has this text in it (``pure.layers.programs``), so that it imports nothing.
"""

BEGIN = b"-----BEGIN CERTIFICATE-----"
END = b"-----END CERTIFICATE-----"
SEQUENCE, LONG, CONSTRUCTED, LINE = 0x30, 0x80, 0x20, 64

# Where distributions keep their trusted certificates; an interpreter built elsewhere does not know its host's place.
SYSTEM_AUTHORITIES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def parts(text: bytes) -> list[bytes]:
    """The base64 of each certificate in a text in PEM format, in its order; empty of one that has no end.

    Such a one goes to where the next begins.
    """
    cut = (part.partition(END) for part in text.split(BEGIN)[1:])
    return [b"".join(body.split()) if end else b"" for body, end, _ in cut]


def written(plain: bytes) -> bytes:
    """A certificate in PEM format, as all are written here."""
    return b"\n".join((BEGIN, *(plain[at : at + LINE] for at in range(0, len(plain), LINE)), END))


def is_whole(der: bytes) -> bool:
    """Whether it is a sequence in DER, in which every element ends where it says."""
    if len(der) <= 2 or der[0] != SEQUENCE:
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
        if length >= LONG:
            size = length - LONG
            length = int.from_bytes(der[at : at + size], "big")
            at += size
        if at + length > ends[-1]:
            return False
        if tag & CONSTRUCTED:
            ends.append(at + length)
        else:
            at += length
    return True
