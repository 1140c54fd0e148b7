"""Reads what requirements come to that pip is not asked about: those that fix every artefact by its digest.

Such a file is closed: pip installs nothing that it doesn't name. So which of its distributions an environment has
already can be told without a resolver, which would fetch every artefact to look at its digest.
"""

import hashlib
from collections.abc import Mapping

import msgspec

from pure.names import normalise_name
from pure.project.locks.markers import holds, marker_environment
from pure.project.requirements.collection import RequirementsSet
from pure.venv.requirements_fingerprint import settings_that_count
from pure.venv.resolved import Distribution, Index, ResolvedSet, resolved_set

_UNKNOWN = Index(file="")


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution that requirements fix."""

    name: str  # normalised
    version: str
    # A digest over its line, and behind a dash one over all settings that say which artefact is taken and how it is
    # built.
    digest: str


def encode_pins(pins: tuple[Pin, ...]) -> str:
    """What distributions are pinned by, in one line; ``decode_pins`` of it gives it back."""
    return " ".join(f"{pin.name}={pin.digest}" for pin in pins)


def decode_pins(text: str) -> dict[str, str]:
    """The digests by name; any text gives a value."""
    return {name: digest for name, _, digest in (each.partition("=") for each in text.split()) if digest}


def pins_of(
    requirements: RequirementsSet, *, python: str, arch: str, settings: Mapping[str, str]
) -> tuple[Pin, ...] | None:
    """What is fixed, for CPython ``python``; ``None`` where a line leaves anything open, or what it holds for."""
    environment = marker_environment(python, arch)
    counting = _digest(settings_that_count(requirements, settings))
    found: dict[str, Pin] = {}
    for each in requirements.files:
        for line in each.content.lines:
            if each.kind != "requirement" or line.kind != "named" or not line.pinned or not line.name:
                return None
            applies = holds(line.marker, environment) if line.marker else True
            name = normalise_name(line.name)
            if applies is None or (applies and name in found):
                return None
            if applies:
                own = (line.version, line.extras, sorted(map(str, line.hashes)), line.options)
                found[name] = Pin(name=name, version=line.version or "", digest=f"{_digest(own)}-{counting}")
    return tuple(found[name] for name in sorted(found))


def comparable(pins: tuple[Pin, ...], previous: ResolvedSet, recorded: Mapping[str, str]) -> bool:
    """Whether of all that is there and wanted the line is ``recorded`` that it came from, under the same settings."""
    there = previous.by_name()
    return all(_settings(recorded.get(pin.name, "")) == _settings(pin.digest) for pin in pins if pin.name in there)


def expected(pins: tuple[Pin, ...], previous: ResolvedSet, recorded: Mapping[str, str]) -> ResolvedSet:
    """What pip will have installed. What isn't there yet has no origin before it was (``with_origins``)."""
    before = previous.by_name()
    return resolved_set(
        before[pin.name]
        if pin.name in before and recorded.get(pin.name) == pin.digest
        else Distribution(name=pin.name, version=pin.version, origin=_UNKNOWN, requested=True)
        for pin in pins
    )


def with_origins(wanted: ResolvedSet, installed: ResolvedSet) -> ResolvedSet:
    """What was expected, with what pip reports of those that it ``installed``."""
    reported = installed.by_name()
    return resolved_set(
        reported.get(each.name, each) if each.origin == _UNKNOWN else each for each in wanted.distributions
    )


def _settings(digest: str) -> str:
    return digest.rpartition("-")[2]


def _digest(content: object) -> str:
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()[:12]


def without_origin(resolved: ResolvedSet) -> tuple[str, ...]:
    """The distributions of which nobody has said where they come from."""
    return tuple(each.name for each in resolved.distributions if each.origin == _UNKNOWN)
