"""Defines what installed distributions say of themselves: what bills of materials and nobody else want to know."""

import msgspec

from pure.hashes import Hash
from pure.sbom.bill import Licence, Part


class Described(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A distribution, in its own words."""

    key: str
    """Its normalised name."""
    name: str
    """The same, as it spells it."""
    licence: Licence = Licence()
    homepage: str = ""
    needs: tuple[str, ...] = ()
    """The other distributions of the environment that it requires there, by their normalised names."""
    wished: tuple[str, ...] = ()
    """More of them, which it requires for extras that the project's own declaration asks for."""
    record: str = ""
    """The sha256 of its RECORD."""
    file: Hash | None = None
    """The digest of the wheel that it is of, where a lock states it and no installer does."""
    parts: tuple[Part, ...] = ()
    """What it has inside, by the bills of materials that it brings."""
    unread: tuple[str, ...] = ()
    """Those of its bills that nobody could read."""
    beyond: tuple[str, ...] = ()
    """Those of its bills that name more than anybody merges."""
