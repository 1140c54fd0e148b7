"""Defines a bill of materials: components, what each of them needs, and whence it is known.

A bill is a value without a time and without a random number: equal contents are equal bills, and equal bytes in each
format (``pure.sbom.cyclonedx``, ``pure.sbom.spdx``).
"""

import hashlib
from typing import Literal, TypeAlias

import msgspec

from pure.hashes import Hash

Kind: TypeAlias = Literal[
    "application", "data", "file", "firmware", "framework", "library", "operating-system", "platform"
]
"""What a component is, in CycloneDX' words."""

Hashed: TypeAlias = Literal["", "catalogue", "installer", "lock", "pin", "RECORD"]
"""Who states a component's digests. They are those of its artefact, but for ``RECORD``: then of that file."""


class Licence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What somebody says of his own licence: one of the two, or nothing."""

    expression: str = ""
    """In the words of SPDX."""
    name: str = ""
    """In other words."""


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a distribution has inside, by a bill that it brings itself."""

    kind: Kind = "library"
    name: str
    version: str = ""
    purl: str = ""
    cpe: str = ""
    licence: Licence = Licence()
    hashes: tuple[Hash, ...] = ()
    needs: tuple[int, ...] = ()
    """Other parts of the distribution, by their places among them."""


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is in an image, or that an image was built by."""

    key: str
    """No other in the bill has it."""
    kind: Kind = "library"
    name: str
    version: str = ""
    """Empty where it isn't known."""
    purl: str = ""
    cpe: str = ""
    licence: Licence = Licence()
    homepage: str = ""
    hashes: tuple[Hash, ...] = ()
    hashed: Hashed = ""
    parts: tuple["Component", ...] = ()
    """What it has inside."""
    notes: tuple[tuple[str, str], ...] = ()
    """What else is known, by a word for it."""


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill of materials."""

    name: str
    about: Component
    """What has the components."""
    components: tuple[Component, ...]
    needs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Which components need which, by their keys; also ``about``, and parts."""

    @property
    def all(self) -> tuple[Component, ...]:
        """The components and their parts, but not what the bill is about."""
        return tuple(found for each in self.components for found in (each, *each.parts))


def digest_of(bill: Bill) -> str:
    """A digest of all that a bill says: writing it takes longer than this by far."""
    return hashlib.sha256(msgspec.json.encode(bill)).hexdigest()


def identifier(writer: str, digest: str) -> str:
    """A UUID of what is written of a bill with this digest, and by what (RFC 9562, version 8)."""
    digest = hashlib.sha256(f"{writer} {digest}".encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def shown(digest: Hashed) -> str:
    """Of what a component's digests are, and who states them, for whoever reads a bill."""
    match digest:
        case "":
            return ""
        case "RECORD":
            return "of the installed distribution's RECORD, since nobody states its artefact's"
        case "catalogue":
            return "of the archive, as the catalogue states it"
        case "installer":
            return "of the artefact, as the installer reports it"
        case "lock":
            return "of the artefact, as the lock states it"
        case "pin":
            return "of the artefact, as the buildpack pins it"
