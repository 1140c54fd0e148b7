"""Reads the headers of a distribution's metadata (PyPA specification "Core metadata"), as far as somebody asks."""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from packaging.requirements import Requirement

_LONGEST: Final = 2000
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


def headers(raw: bytes, wanted: Collection[str]) -> dict[str, list[str]]:
    """The values of the ``wanted`` fields, by their names in lower case; any bytes give some, or none."""
    fields: dict[str, list[str]] = {name: [] for name in wanted}
    for line in _LINE_END.split(raw.decode("utf-8", "replace")):
        if not line:
            # The headers end here. A line of blanks alone goes on with the field above, as an indented one does: those
            # of licences' texts are written so, which have form feeds in them, too.
            break
        key, _, value = line.partition(":")
        if key.lower() in fields:
            fields[key.lower()].append(value.strip())
    return fields


@lru_cache(maxsize=8192)
def requirement(text: str) -> "Requirement | None":
    """What a distribution requires, in the words of PEP 508; ``None`` where nobody can read it."""
    from packaging.requirements import InvalidRequirement, Requirement

    if len(text) > _LONGEST:
        return None
    try:
        return Requirement(text)
    except (InvalidRequirement, ValueError, RecursionError):
        return None


def applies(required: "Requirement", environment: Mapping[str, str]) -> bool | None:
    """Whether a requirement holds in an environment; ``None`` where its marker can't be evaluated."""
    if required.marker is None:
        return True
    try:
        return required.marker.evaluate(dict(environment))
    # KeyError: a variable that only locks know.
    except (KeyError, ValueError, RecursionError):
        return None
