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
    extras = {name: {"", *map(normalise_name, (wanted or {}).get(name, ()))} for name in demands}
    # An extra of its own may stand for several others ("all").
    themselves = {name: [each for each in found if each.asked.name == name] for name, found in demands.items()}
    demands = {name: tuple(each for each in found if each.asked.name != name) for name, found in demands.items()}
    waiting = list(demands)
    while waiting:
        name = waiting.pop()
        for one in themselves[name]:
            if one.extras & extras[name] and (more := one.brings - extras[name]):
                extras[name] |= more
                waiting.append(name)
        for each in _holding(demands[name], extras[name], None if needs is None else needs.get(name, ())):
            if more := each.brings - extras[each.asked.name]:
                extras[each.asked.name] |= more
                waiting.append(each.asked.name)
    return {
        name: tuple(
            each.asked for each in _holding(found, extras[name], None if needs is None else needs.get(name, ()))
        )
        for name, found in demands.items()
    }


def _holding(demands: Sequence[_Demand], extras: set[str], needs: Sequence[str] | None) -> Iterator[_Demand]:
    held = {each.asked.name for each in demands if each.extras & extras}
    for each in demands:
        # What is needed and follows from no extra that is known, follows from one that the application asks for.
        unknown = needs is not None and each.asked.name in needs and each.asked.name not in held
        if (each.extras & extras or unknown) and (needs is None or each.asked.name in needs):
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
