"""Decides what a machine lacks for local builds: a verdict for each thing that they need, or are easier with."""

from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from pure.lifecycle.errors import LifecycleError
from pure.machine.facts import AskedIndex, BuildPlace, MachineFacts
from pure.runtime.fetching import AuthoritiesUnreadable, CertificateRejected, FetchFailure, HttpStatus, ProxyFailed

Condition: TypeAlias = Literal[
    "ok",
    "warning",  # some builds fail, or something beside them does
    "missing",  # no local build can work
]

Trait: TypeAlias = Literal[
    "linux",
    "other-system",
    "python",
    "python-not-packable",
    "namespaces",
    "namespaces-by-root",
    "namespaces-refused",
    "namespaces-untried",
    "paths",
    "paths-refused",
    "overlays",
    "no-overlays",
    "cache-room",
    "cache-short",
    "cache-full",
    "cache-refused",
    "temporary-room",
    "temporary-short",
    "temporary-full",
    "temporary-refused",
    "certificates-of-system",
    "certificates-named",
    "certificates-refused",
    "index-answers",
    "index-asks-who",
    "index-distrusted",
    "index-without-certificates",
    "index-without-proxy",
    "index-refuses",
    "index-silent",
    "named-index-silent",
    "no-index-asked",
    "git",
    "no-git",
    "compiler",
    "no-compiler",
    "engine",
    "engine-silent",
    "no-engine",
]

CONDITIONS: Final[Mapping[Trait, Condition]] = {
    "linux": "ok",
    "other-system": "missing",
    "python": "ok",
    "python-not-packable": "warning",
    "namespaces": "ok",
    "namespaces-by-root": "ok",
    "namespaces-refused": "missing",
    "namespaces-untried": "missing",
    "paths": "ok",
    "paths-refused": "missing",
    "overlays": "ok",
    "no-overlays": "warning",
    "cache-room": "ok",
    "cache-short": "warning",
    "cache-full": "missing",
    "cache-refused": "missing",
    "temporary-room": "ok",
    "temporary-short": "warning",
    "temporary-full": "missing",
    "temporary-refused": "missing",
    "certificates-of-system": "ok",
    "certificates-named": "ok",
    "certificates-refused": "missing",
    "index-answers": "ok",
    "index-asks-who": "warning",
    "index-distrusted": "missing",
    "index-without-certificates": "warning",
    "index-without-proxy": "missing",
    "index-refuses": "warning",
    "index-silent": "missing",
    "named-index-silent": "missing",
    "no-index-asked": "ok",
    "git": "ok",
    "no-git": "warning",
    "compiler": "ok",
    "no-compiler": "warning",
    "engine": "ok",
    "engine-silent": "warning",
    "no-engine": "warning",
}

SHORT: Final = 2_000_000_000
"""With less room a large application's build may fail."""
FULL: Final = 300_000_000
"""With less room no build gets as far as its end: Python takes a third of that, several times."""


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """One thing, as it was found."""

    trait: Trait
    subject: str = ""
    """What was found: a version, a folder, an address."""
    nbytes: int = 0
    """The room in a folder."""
    error: LifecycleError | None = None
    failure: FetchFailure | None = None

    @property
    def condition(self) -> Condition:
        """How it is."""
        return CONDITIONS[self.trait]


def examined(facts: MachineFacts) -> tuple[Examined, ...]:
    """The verdicts, in the order in which a build meets what they are about."""
    return tuple(_verdicts(facts))


def can_build(verdicts: tuple[Examined, ...]) -> bool:
    """Whether a local build can work."""
    return all(each.condition != "missing" for each in verdicts)


def _verdicts(facts: MachineFacts) -> Iterator[Examined]:
    linux = facts.system == "Linux"
    system = f"{facts.system} {facts.release}, {facts.machine}"
    yield Examined(trait="linux" if linux else "other-system", subject=system)
    yield Examined(trait="python" if facts.packable else "python-not-packable", subject=facts.python)
    if linux:
        yield from _namespace(facts)
    yield _room(facts.cache, "cache-room", "cache-short", "cache-full", "cache-refused")
    yield _room(facts.temporary, "temporary-room", "temporary-short", "temporary-full", "temporary-refused")
    if facts.certificates_refused:
        yield Examined(trait="certificates-refused", subject=facts.certificates_refused)
    else:
        trait: Trait = "certificates-named" if facts.certificates else "certificates-of-system"
        yield Examined(trait=trait, subject=facts.certificates)
    yield from map(_index, facts.indexes)
    if not facts.indexes:
        yield Examined(trait="no-index-asked")
    yield Examined(trait="git" if facts.git else "no-git", subject=facts.git)
    yield Examined(trait="compiler" if facts.compiler else "no-compiler", subject=facts.compiler)
    for engine in facts.engines:
        found = f"{engine.name} {engine.version}".strip()
        yield Examined(trait="engine" if engine.version else "engine-silent", subject=found)
    if not facts.engines:
        yield Examined(trait="no-engine")


def _namespace(facts: MachineFacts) -> Iterator[Examined]:
    if facts.namespace is not None:
        yield Examined(trait="namespaces-refused", error=facts.namespace)
        return
    if facts.untried:
        yield Examined(trait="namespaces-untried", subject=facts.untried)
        return
    yield Examined(trait="namespaces-by-root" if facts.without_users else "namespaces")
    yield Examined(trait="paths-refused" if facts.paths else "paths", subject=str(facts.paths))
    yield Examined(trait="overlays" if facts.overlays else "no-overlays")


def _room(place: BuildPlace, room: Trait, short: Trait, full: Trait, refused: Trait) -> Examined:
    if place.refused:
        return Examined(trait=refused, subject=f"{place.path}: {place.refused}")
    trait = full if place.free < FULL else short if place.free < SHORT else room
    return Examined(trait=trait, subject=place.path, nbytes=place.free)


def _index(asked: AskedIndex) -> Examined:
    trait = _answer(asked.failure)
    if trait == "index-silent" and asked.named:
        trait = "named-index-silent"
    return Examined(trait=trait, subject=asked.url, failure=asked.failure)


def _answer(failure: FetchFailure | None) -> Trait:
    match failure:
        case None:
            return "index-answers"
        case HttpStatus(status=401 | 403):
            return "index-asks-who"
        case HttpStatus():
            return "index-refuses"
        case CertificateRejected():
            return "index-distrusted"
        case AuthoritiesUnreadable():
            return "index-without-certificates"
        case ProxyFailed():
            return "index-without-proxy"
        case _:
            return "index-silent"
