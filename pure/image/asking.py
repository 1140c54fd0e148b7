"""Decides which demands of an image's distributions hold there: those of its Python, and of extras somebody asks for.

Who needs whom the bill of materials knows, which was made where the application's own extras were known; of those the
metadata alone say nothing.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from pure.names import normalise_name
from pure.project.locks.markers import marker_environment
from pure.venv.headers import applies, requirement

_EXTRA: Final = re.compile(r"\bextra\b[^\"']{1,20}[\"']([^\"']{1,100})[\"']")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution's demand of another: ``words`` are its own (``werkzeug>=3.1; python_version>='3.9'``)."""

    name: str
    words: str


class _Demand(msgspec.Struct, frozen=True):
    asked: Asked
    # Those with which it holds; "" stands for none.
    extras: frozenset[str]
    # Those of the other one, of which it asks.
    brings: frozenset[str]


def asking(
    lines: Mapping[str, Sequence[str]],
    *,
    python: str,
    arch: str,
    needs: Mapping[str, Sequence[str]] | None,
    wanted: Mapping[str, Collection[str]] | None = None,
) -> dict[str, tuple[Asked, ...]]:
    """What each distribution asks of the others; ``needs`` are those of the bill of materials, if there is one.

    ``wanted`` are extras that the application asks for itself, by the distribution's name, as far as that is known.
    """
    environment = marker_environment(python, arch)
    demands = {name: tuple(_demands(texts, lines, environment)) for name, texts in lines.items()}
    needed = None if needs is None else {name: frozenset(needs.get(name, ())) for name in demands}
    extras = _extras(demands, needed, wanted or {})
    return {name: tuple(each.asked for each in _holding(name, demands, extras, needed)) for name in demands}


def _extras(
    demands: Mapping[str, Sequence[_Demand]],
    needed: Mapping[str, Collection[str]] | None,
    wanted: Mapping[str, Collection[str]],
) -> dict[str, set[str]]:
    """Which extras of each are asked for, by the application and by each other; each one is looked at once."""
    with_extra: dict[tuple[str, str], list[_Demand]] = {}
    for name, found in demands.items():
        for each in found:
            # An extra of its own may stand for several others ("all").
            if needed is None or each.asked.name in needed[name] or each.asked.name == name:
                for extra in each.extras:
                    with_extra.setdefault((name, extra), []).append(each)
    extras: dict[str, set[str]] = {name: set() for name in demands}

    def spread(waiting: list[tuple[str, str]]) -> None:
        while waiting:
            name, extra = waiting.pop()
            if extra not in extras[name]:
                extras[name].add(extra)
                for each in with_extra.get((name, extra), ()):
                    waiting.extend((each.asked.name, brought) for brought in each.brings)

    spread([(name, extra) for name in demands for extra in ("", *map(normalise_name, wanted.get(name, ())))])
    # With what follows from these at last: the more extras are known, the less is left to be guessed.
    spread(
        [
            (each.asked.name, brought)
            for name in demands
            for each in _holding(name, demands, extras, needed)
            for brought in each.brings
        ]
    )
    return extras


def _holding(
    name: str,
    demands: Mapping[str, Sequence[_Demand]],
    extras: Mapping[str, Collection[str]],
    needed: Mapping[str, Collection[str]] | None,
) -> Iterator[_Demand]:
    """Those of one distribution's demands of others that hold, with the extras that are known."""
    others = [each for each in demands[name] if each.asked.name != name]
    held = {each.asked.name for each in others if not each.extras.isdisjoint(extras[name])}
    for each in others:
        holds = not each.extras.isdisjoint(extras[name])
        if needed is None:
            if holds:
                yield each
        # What is needed and follows from no extra that is known, follows from one that the application asks for.
        elif each.asked.name in needed[name] and (holds or each.asked.name not in held):
            yield each


def _demands(texts: Sequence[str], known: Mapping[str, object], environment: Mapping[str, str]) -> Iterator[_Demand]:
    for text in texts:
        one = requirement(text)
        name = normalise_name(one.name) if one is not None else ""
        if one is None or name not in known:
            continue
        mentioned = {normalise_name(each) for each in _EXTRA.findall(str(one.marker or ""))}
        extras = frozenset(
            each for each in {"", *mentioned} if applies(one, {**environment, "extra": each}) is not False
        )
        if extras:
            brings = frozenset(map(normalise_name, one.extras))
            yield _Demand(asked=Asked(name=name, words=text), extras=extras, brings=brings)
