"""Says what a build needs to know of a lock, whatever its kind."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias, TypeVar

import msgspec

from pure.names import normalise_name
from pure.outcome import Failure, Outcome, Success
from pure.project.document import FileUnreadable

_Kind = TypeVar("_Kind")


class LockFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a lock says."""

    # All that it locks, whatever group they belong to.
    names: tuple[str, ...] = ()
    # Installed from a folder or a file of this machine, whose contents the lock doesn't fix.
    local: tuple[str, ...] = ()
    # Each with its path, as the lock has it.
    paths: tuple[tuple[str, str], ...] = ()
    # From a place that may change, such as a branch, or without a hash.
    moving: tuple[str, ...] = ()
    # Those of the former that may come from whichever index has them.
    anywhere: tuple[str, ...] = ()
    # What else can make a difference, in words.
    unfixed: tuple[str, ...] = ()
    # For each of the other names (normalised), a digest of what its entries allow.
    artefacts: tuple[tuple[str, str], ...] = ()
    # Those that it knows; ``None`` where it doesn't say.
    groups: tuple[str, ...] | None = None
    extras: tuple[str, ...] | None = None
    # What it calls those that are always installed.
    default_groups: tuple[str, ...] = ()
    # What comes from an index and is fixed in one version, as ``name==version``; where a tool resolved requirements.
    pinned: tuple[str, ...] = ()


LockOutcome: TypeAlias = Outcome[LockFacts, FileUnreadable]


def shaped(found: object, kind: type[_Kind], file: str, *, place: str = "") -> Outcome[_Kind, FileUnreadable]:
    """What stands at ``place`` of a document as a value of this kind, or an error that names the key that isn't so."""
    try:
        return Success(msgspec.convert(found, kind))
    except msgspec.ValidationError as error:
        return Failure(FileUnreadable(file=file, because=_wrong(str(error), place)))


_EXPECTED: Final = re.compile(r"Expected `(?P<wanted>[a-z]+)(?: \| null)?`, got `(?P<got>[a-z]+)`")
_MISSING: Final = re.compile(r"Object missing required field `(?P<field>[^`]+)`")
_WORDS: Final[Mapping[str, str]] = {
    "array": "an array", "object": "a table", "str": "a string", "int": "a number", "float": "a number",
    "bool": "true or false", "null": "null",
}  # fmt: skip


def _wrong(said: str, base: str) -> str:
    """msgspec's words, which hold no value of the document, as the end of a sentence."""
    path = said.partition(" - at `$")[2]
    place = f"{base}{path[:120].removesuffix('`')}".lstrip(".")[:120]
    # A key may hold anything.
    place = "".join(letter if letter.isprintable() else "?" for letter in place)
    missing, expected = _MISSING.match(said), _EXPECTED.match(said)
    if missing:
        return f"has no {missing['field']} in {place}"
    if expected:
        got, wanted = (_WORDS.get(expected[which], "something else") for which in ("got", "wanted"))
        return f"has {got} as {place}, where {wanted} belongs"
    return f"is not as its tool writes it, at {place}"


# A commit of git or Mercurial by its full identifier: anything shorter may be a branch, or become ambiguous.
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.IGNORECASE)


def is_commit(text: str | None) -> bool:
    """Whether this names one commit for good."""
    return text is not None and _COMMIT.fullmatch(text) is not None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a lock."""

    name: str
    # Those that it allows.
    hashes: tuple[str, ...] = ()
    # Where it comes from, if that isn't an index.
    origin: tuple[str, ...] = ()
    # Whether it belongs to the names so called in ``LockFacts``.
    local: bool = False
    moving: bool = False
    anywhere: bool = False
    # Where it lies, if it is installed from a folder or a file, whatever else is asked for.
    path: str = ""


def lock_facts(
    entries: Iterable[Entry],
    *,
    groups: tuple[str, ...] | None = None,
    extras: tuple[str, ...] | None = None,
    default_groups: tuple[str, ...] = (),
) -> LockFacts:
    """What the entries of a lock say together."""
    found = tuple(entries)
    local = [each.name for each in found if each.local]
    moving = [each.name for each in found if each.moving]
    return LockFacts(
        names=_in_order(each.name for each in found),
        local=_in_order(local),
        paths=tuple(sorted({(each.name[:100], each.path[:200]) for each in found if each.path})),
        moving=_in_order(moving),
        anywhere=_in_order(each.name for each in found if each.anywhere),
        artefacts=_artefacts(found, but=(*local, *moving)),
        groups=groups,
        extras=extras,
        default_groups=default_groups,
    )


def _artefacts(entries: Iterable[Entry], *, but: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """A digest for each name of what its entries allow, whatever their order; none for those that nothing fixes.

    Which index serves a file takes no part, since its hash leaves no choice.
    """
    left_out = frozenset(map(normalise_name, but))
    found: dict[str, set[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for each in entries:
        found.setdefault(normalise_name(each.name), set()).add((tuple(sorted(set(each.hashes))), each.origin))
    return tuple(
        (name, hashlib.sha256(msgspec.json.encode(sorted(found[name]))).hexdigest()[:_LENGTH])
        for name in sorted(found.keys() - left_out)
    )


_LENGTH: Final = 16
_USER: Final = re.compile(r"(?<=//)[^/?#]*@")
# What says which part of a repository is meant. Anything else in a query may be a token.
_PARTS: Final = ("subdirectory", "rev", "tag", "branch")


def origin(url: str, *more: str) -> tuple[str, ...]:
    """Where a distribution comes from, without what only says who asks for it."""
    address, _, fragment = url.partition("#")
    place, _, query = address.partition("?")
    parts = (each for each in query.split("&") if each.partition("=")[0] in _PARTS)
    return (_USER.sub("", place), *sorted(parts), fragment, *more)


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    """The names sorted, each once, and fit to be shown."""
    return tuple(sorted({name[:100] for name in names}))
