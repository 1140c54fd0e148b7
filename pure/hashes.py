"""States the digest of an artefact."""

import msgspec


class Hash(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A digest of an artefact: the algorithm's name in hashlib, and the digest in lower-case hexadecimal."""

    algorithm: str
    digest: str

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.digest}"
