"""Finds what installed distributions demand of each other and don't get, as ``pip check`` does."""

from collections.abc import Mapping
from typing import Final

from pure.names import normalise_name
from pure.project.locks.markers import marker_environment
from pure.venv.headers import applies, headers, requirement
from pure.venv.lacks import Contradiction

_FIELDS: Final = ("name", "version", "requires-dist")


def contradictions(metadata: Mapping[str, bytes], *, python: str, arch: str) -> tuple[Contradiction, ...]:
    """All of them, by name. ``metadata`` holds files of ``dist-info`` folders, whichever, by path."""
    each_own = [headers(raw, _FIELDS) for path, raw in sorted(metadata.items()) if path.endswith("/METADATA")]
    known = {normalise_name(own["name"][0]): own["version"][0] for own in each_own if own["name"] and own["version"]}
    environment = marker_environment(python, arch)
    found: list[Contradiction] = []
    for own in each_own:
        if own["name"] and own["version"]:
            name = normalise_name(own["name"][0])
            for text in own["requires-dist"]:
                found += _contradicted(name, known, text, environment)
    return tuple(sorted(set(found), key=lambda each: (each.distribution, each.demand)))


def _contradicted(
    name: str, known: Mapping[str, str], text: str, environment: Mapping[str, str]
) -> list[Contradiction]:
    from packaging.version import InvalidVersion

    required = requirement(text)
    if required is None or not applies(required, environment):
        return []
    other = normalise_name(required.name)
    version = known.get(other, "")
    try:
        if version and required.specifier.contains(version, prereleases=True):
            return []
    except (InvalidVersion, ValueError, RecursionError):
        # Nothing follows from what nobody can read.
        return []
    demand = f"{other}{','.join(sorted(map(str, required.specifier)))}"
    return [Contradiction(distribution=name, version=known[name], demand=demand, name=other, found=version)]
