"""Reads from a log of pip's which package index had what, and which gave no answer.

Where pip is told of several indexes it takes the newest version of all of them, and passes over one that refuses to
answer without a word: what is installed then may be somebody else's distribution of the same name.
"""

import re
from collections.abc import Collection, Iterable
from typing import Final
from urllib.parse import urlsplit

import msgspec

from pure.names import normalise_name

# pip writes each after the time.
_LINE: Final = re.compile(
    r"(?:(?P<fetched>Fetched page)|(?P<found>Found link) [^ ]+ \(from|(?P<failed>Could not fetch URL))"
    r" (?P<page>[A-Za-z][A-Za-z0-9+.-]*+://[^ )]++)(?P<why>.{0,300})"
)
_STATUS: Final = re.compile(r"(?P<refused>[45]\d\d) (?:Client|Server) Error|too many (?P<broken>5\d\d) error responses")
_USER: Final = re.compile(r"(?<=://)[^/@]*+@")
# What an index answers that doesn't have a name; some (S3, and so PyTorch's) forbid what they don't have.
_ABSENT: Final = frozenset({404, 410})
_FORBIDDEN: Final = 403


class IndexPassedOver(msgspec.Struct, frozen=True, kw_only=True):
    """An index gave no answer, and what it was asked for comes from another one."""

    host: str
    status: int
    """0 without any answer."""
    names: tuple[str, ...]


class OnSeveralIndexes(msgspec.Struct, frozen=True, kw_only=True):
    """Several indexes have distributions of these names."""

    hosts: tuple[str, ...]
    names: tuple[str, ...]


def read_indexes(
    log: Iterable[str], installed: Collection[str] | None = None
) -> tuple[IndexPassedOver | OnSeveralIndexes, ...]:
    """What a log says of the names (normalised) that were ``installed``, or of all that it has."""
    failed: dict[str, dict[str, int]] = {}
    having: dict[str, dict[str, None]] = {}
    answering: set[str] = set()
    for line in log:
        match = _LINE.search(line)
        if match is None:
            continue
        # The same index may be named twice, with and without credentials.
        index, _, name = _USER.sub("", match["page"]).rstrip("/:").rpartition("/")
        name = normalise_name(name)
        if match["fetched"]:
            answering.add(index)
        elif installed is not None and name not in installed:
            continue
        elif match["found"]:
            having.setdefault(name, {})[index] = None
        else:
            failed.setdefault(index, {})[name] = _status(match["why"])
    passed = (_passed_over(index, said, having, answers=index in answering) for index, said in failed.items())
    return (*(each for each in passed if each), *_shared(having))


def _status(why: str) -> int:
    found = _STATUS.search(why)
    return int(found["refused"] or found["broken"]) if found else 0


def _passed_over(index: str, said: dict[str, int], having: Collection[str], *, answers: bool) -> IndexPassedOver | None:
    harmless = _ABSENT | {_FORBIDDEN} if answers else _ABSENT
    names = tuple(sorted(name for name, status in said.items() if status not in harmless and name in having))
    return IndexPassedOver(host=_host(index), status=max(said[name] for name in names), names=names) if names else None


def _shared(having: dict[str, dict[str, None]]) -> Iterable[OnSeveralIndexes]:
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, places in having.items():
        if len(places) > 1:
            groups.setdefault(tuple(sorted(places)), []).append(name)
    for indexes, names in groups.items():
        yield OnSeveralIndexes(hosts=tuple(map(_host, indexes)), names=tuple(sorted(names)))


def _host(index: str) -> str:
    try:
        return urlsplit(index).hostname or index
    except ValueError:
        return ""
