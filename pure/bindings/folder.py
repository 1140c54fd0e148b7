"""Holds what a folder of bindings has (https://servicebinding.io), and says which of its entries are read.

Of a type that means nothing to a build, such as a database's, nothing but the type is read.
"""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, get_args

import msgspec

from pure.outcome import Failure, Outcome, Success

ROOT_VARIABLE: Final = "SERVICE_BINDING_ROOT"
PLATFORM_VARIABLE: Final = "CNB_PLATFORM_DIR"
FOLDER: Final = "bindings"
"""Where bindings lie below the platform's folder, unless the other variable says otherwise."""

TYPE: Final = "type"
OLDER_TYPE: Final = "metadata/kind"
"""Where the extension of Cloud Native Buildpacks had it that came before; entries lie in ``OLDER_ENTRIES`` then."""
OLDER_ENTRIES: Final = "secret"

MOST_BYTES: Final = 8_000_000
"""Of all entries together: the certificates of every authority there is take less than one megabyte."""

_LONGEST_TYPE: Final = 200

BindingType: TypeAlias = Literal["ca-certificates", "dependency-mapping", "netrc", "pip", "poetry", "pypi", "uv"]


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What a binding of a type has to have."""

    # The entries that are read; empty for all.
    entries: tuple[str, ...] = ()
    # Of these, one at least.
    needed: tuple[str, ...] = ()
    # Whether there may be more than one.
    several: bool = False


EXPECTED: Final[Mapping[BindingType, Expected]] = {
    "ca-certificates": Expected(several=True),
    "dependency-mapping": Expected(several=True),
    "netrc": Expected(entries=(".netrc", "netrc"), needed=(".netrc", "netrc")),
    "pip": Expected(entries=("pip.conf",), needed=("pip.conf",)),
    "poetry": Expected(entries=("auth.toml", "config.toml"), needed=("auth.toml", "config.toml")),
    "pypi": Expected(entries=("url", "uri", "username", "password"), needed=("url", "uri")),
    "uv": Expected(entries=("uv.toml",), needed=("uv.toml",)),
}


class Binding(msgspec.Struct, frozen=True, kw_only=True):
    """One folder of bindings, as it was read."""

    # The folder's name, which the platform chooses.
    name: str
    # As it is written, without blanks around it; ``None`` where nothing says it.
    kind: str | None
    # The folder in which the entries lie.
    path: str = ""
    # The names of all entries, and what those hold that are read.
    names: tuple[str, ...] = ()
    entries: Mapping[str, bytes] = {}


class BindingsUnlisted(msgspec.Struct, frozen=True, kw_only=True):
    """The folder of all bindings can't be listed; ``variable`` names it, if one does."""

    path: str
    variable: str
    # The system's word.
    detail: str


class EntryUnreadable(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a binding couldn't be read; ``detail`` says why."""

    binding: str
    entry: str
    detail: str
    # It has more bytes than may be read, of all entries together.
    large: bool = False


class TooManyEntries(msgspec.Struct, frozen=True, kw_only=True):
    """There are more bindings, or more entries of one, than are read."""

    # Empty where there are too many bindings.
    binding: str
    most: int


class SeveralBindings(msgspec.Struct, frozen=True, kw_only=True):
    """There are several bindings of a type that only one may have."""

    kind: BindingType
    names: tuple[str, ...]


class EntryMissing(msgspec.Struct, frozen=True, kw_only=True):
    """A binding has none of the entries that its type needs; ``found`` are the names of those that it has."""

    binding: str
    kind: BindingType
    needed: tuple[str, ...]
    found: tuple[str, ...]


class BadEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a binding says nothing that can be used; ``because`` completes "it …" and quotes nothing of it."""

    binding: str
    kind: BindingType
    entry: str
    because: str


BindingError: TypeAlias = (
    BadEntry | BindingsUnlisted | EntryMissing | EntryUnreadable | SeveralBindings | TooManyEntries
)


def root_of(variables: Mapping[str, str]) -> tuple[str, str]:
    """The folder of all bindings, and the variable that names it; both empty where there is none."""
    if root := variables.get(ROOT_VARIABLE, "").strip():
        return root, ROOT_VARIABLE
    platform = variables.get(PLATFORM_VARIABLE, "").strip()
    return (f"{platform}/{FOLDER}", "") if platform else ("", "")


def kind_of(raw: bytes) -> str:
    """The type that a file states; any bytes give a text, which may be empty, and is short."""
    return raw[:_LONGEST_TYPE].decode("utf-8", "replace").strip()


def known(kind: str | None) -> BindingType | None:
    """The type of that name, whatever its case; ``None`` for one that a build has no use for."""
    plain = (kind or "").strip().lower()
    return next((each for each in get_args(BindingType) if each == plain), None)


def read_entries(kind: BindingType, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of a binding's entries that are read."""
    wanted = EXPECTED[kind].entries
    return tuple(name for name in names if (name in wanted if wanted else not name.startswith(".") and name != TYPE))


def complete(bindings: tuple[Binding, ...]) -> Outcome[tuple[Binding, ...], BindingError]:
    """The bindings, if those of known types have what they need, and no more than one has a type that one may have."""
    for kind, expected in EXPECTED.items():
        found = tuple(each for each in bindings if known(each.kind) == kind)
        if len(found) > 1 and not expected.several:
            return Failure(SeveralBindings(kind=kind, names=tuple(each.name for each in found)))
        for each in found:
            if expected.needed and not set(expected.needed) & each.entries.keys():
                return Failure(EntryMissing(binding=each.name, kind=kind, needed=expected.needed, found=each.names))
    return Success(bindings)
