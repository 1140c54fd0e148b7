"""Says in words what is wrong with bindings; what they hold is never quoted."""

from typing import Final, assert_never

from pure.bindings.folder import (
    MOST_BYTES,
    PLATFORM_VARIABLE,
    ROOT_VARIABLE,
    BadEntry,
    BindingError,
    BindingsUnlisted,
    BindingType,
    EntryMissing,
    EntryUnreadable,
    SeveralBindings,
    TooManyEntries,
)
from pure.message import Message
from pure.wording import size

_SHAPE: Final = (
    f"Bindings lie in ${ROOT_VARIABLE}, else in ${PLATFORM_VARIABLE}/bindings: a folder for each,",
    "with a file named type in it, and its entries. The build has to be allowed to read them.",
)
_FORM: Final[dict[BindingType, str]] = {
    "ca-certificates": "Its entries are files with certificates in PEM format, of any names.",
    "dependency-mapping": "Its entries are named by the sha256 of an archive, and hold the address to fetch it from.",
    "netrc": "It has one entry, named .netrc.",
    "pip": "It has one entry, named pip.conf.",
    "poetry": "Its entries are auth.toml, config.toml, or both, as Poetry's configuration folder has them.",
    "pypi": "Its entries are url (the address of a simple index), and username and password if it asks for them.",
    "uv": "It has one entry, named uv.toml.",
}


def describe_binding(error: BindingError) -> Message:
    """The message for what is wrong with bindings."""
    match error:
        case BindingsUnlisted(path=path, variable=variable, detail=detail):
            return Message(
                happened="The folder of bindings can't be read",
                found=(f"{path}: {detail}",),
                means=(
                    f"${variable} names it."
                    if variable
                    else f"It lies in the platform's folder (${PLATFORM_VARIABLE}).",
                ),
                do=_SHAPE,
            )
        case EntryUnreadable(binding=binding, entry=entry, detail=detail, large=True):
            return Message(
                happened=f"The binding {binding} is too large",
                found=(f"{entry}: {detail}",),
                means=(f"Of all bindings together {size(MOST_BYTES)} are read at most",),
                do=("Bind what this build needs alone.",),
            )
        case EntryUnreadable(binding=binding, entry=entry, detail=detail):
            return Message(
                happened=f"The binding {binding} can't be read",
                found=(f"{entry}: {detail}",),
                do=("Let the user that the build runs as read its files.",),
            )
        case TooManyEntries(binding=binding, most=most):
            return Message(
                happened=f"The binding {binding} has too many entries" if binding else "There are too many bindings",
                found=(f"at most {most:,} are read",),
                do=("Put several certificates into one file.",) if binding else ("Bind what this build needs alone.",),
            )
        case SeveralBindings(kind=kind, names=names):
            return Message(
                happened=f"{len(names)} bindings have the type {kind}, and there may be one",
                found=names,
                means=("Nothing says which of them counts.",),
                do=("Bind one of them, or give the others another type.",),
            )
        case EntryMissing(binding=binding, kind=kind, needed=needed, found=found):
            return Message(
                happened=f"The binding {binding} (type {kind}) has {_lacks(needed)}",
                found=(f"it has: {', '.join(found[:10])}" if found else "it has no entries",),
                do=(_FORM[kind],),
            )
        case BadEntry(binding=binding, kind=kind, entry=entry, because=because):
            return Message(
                happened=f"The binding {binding} (type {kind}) can't be used",
                found=(f"{entry}: it {because}",),
                do=(_FORM[kind],),
            )
        case _:
            assert_never(error)


def _lacks(needed: tuple[str, ...]) -> str:
    return f"neither {' nor '.join(needed)}" if len(needed) > 1 else f"no {needed[0]}"
