"""Puts what is known of an image into its page: what it tells, what is in it, what its build took, what differs."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from pure.build.decisions import DecidedVariable
from pure.image.contents import Contents, DistributionOfImage
from pure.image.difference import Comparison
from pure.image.manifest import LAMINA, Image, LayerOfImage, Owner
from pure.image.side import reason
from pure.layers.names import AT_LAUNCH, CERTIFICATES, PYTHON, VENV, HeavyLayerName, is_heavy
from pure.manager.table import MANAGERS
from pure.views.compared import BECOME, choice_shown, decision_name, headline, layer_name, not_known
from pure.views.explained import ExplainedPython, labels_asked_for, started, starts_otherwise, why_a_layer, written
from pure.views.explained_view import (
    DIVISION,
    added,
    asked_for,
    division_choice,
    how_supported,
    linked_into,
    static_choice,
)
from pure.views.page.telling import (
    Kind,
    Page,
    ShownChange,
    ShownDecision,
    ShownDistribution,
    ShownLayer,
    ShownPackage,
    ShownPrevious,
    ShownTime,
)
from pure.views.timeline import PhaseOfBuild, Timeline
from pure.wording import count


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an image, and what its user calls it."""

    reference: str
    image: Image
    contents: Contents
    timeline: Timeline | None = None
    compared: Comparison | None = None
    """With a previous image."""
    python: ExplainedPython | None = None
    """What is told of its Python, on the day."""


_KINDS: Final[Mapping[Owner, Kind]] = {
    Owner.BASE: "base",
    Owner.BUILDPACK: "others",
    Owner.APPLICATION: "application",
    Owner.LIFECYCLE: "platform",
    Owner.UNKNOWN: "unknown",
}
_OURS: Final[Mapping[str, Kind]] = {
    PYTHON: "python",
    VENV: "dependencies",
    AT_LAUNCH: "start",
    CERTIFICATES: "start",
}
_DIGEST: Final = 19
_UNTIMED: Final = (
    "Nothing is known of it: an image doesn't have the times of its build, and no build on this machine made this one."
)
_WITHOUT_BASE: Final = "It was built here without a run image, so that the layers of one are missing."
_PHASES: Final[Mapping[str, str]] = {
    "detect": "choosing buildpacks",
    "restore": "restoring layers",
    "build": "building",
    "export": "exporting layers",
    "cache": "caching layers",
}


def page(known: Known) -> Page:
    """The page of an image."""
    image, contents = known.image, known.contents
    unknown = [f"Not known: {each}." for each in contents.missing]
    if not image.based:
        unknown.append(_WITHOUT_BASE)
    if image.decisions and image.decisions.shortened:
        what = "Reasons were left out, and words cut" if image.decisions.cut else "Some reasons were left out"
        unknown.append(f"{what}, since all together are too long for an image's label.")
    return Page(
        name=known.reference,
        facts=tuple(_facts(known)),
        layers=_layers(known),
        decisions=tuple(_decisions(known)),
        undecided="" if image.decisions else f"Nothing is known of Lamina's decisions: {image.undecided}.",
        times=tuple(map(_time, known.timeline.phases)) if known.timeline else (),
        untimed="" if known.timeline else _UNTIMED,
        previous=_previous(known.compared) if known.compared else None,
        unknown=tuple(unknown),
    )


def _facts(known: Known) -> Iterator[tuple[str, str]]:
    image = known.image
    yield "Digest", image.digest
    yield "Target", image.decisions.target if image.decisions else image.platform
    if python := known.python:
        yield "Python", ", ".join(filter(None, (python.version, how_supported(python))))
        if python.linked:
            yield "Linked into Python", ", ".join(linked_into(python))
    starts = next((each for each in image.processes if each.default), None)
    if otherwise := starts_otherwise(image):
        yield "Starts", otherwise
    elif starts:
        whys = image.decisions.processes if image.decisions else ()
        decided = next((each for each in whys if each.type == starts.type), None)
        yield "Starts", f"{starts.type}: {started(starts, decided)}"
    if image.buildpacks:
        yield "Built by", ", ".join(f"{each.id} {each.version}".strip() for each in image.buildpacks)
    if known.contents.distributions:
        yield "Installed", count(len(known.contents.distributions), "distribution")


def _layers(known: Known) -> tuple[ShownLayer, ...]:
    held: dict[str, list[ShownDistribution]] = {}
    for distribution in known.contents.distributions:
        for place, part in _parts(distribution):
            held.setdefault(place, []).append(part)
    become = _become(known.compared)
    found = []
    for name, layer in zip(_named(known.image.layers), known.image.layers, strict=True):
        ours = layer.owner is Owner.BUILDPACK and layer.buildpack == LAMINA
        found.append(
            ShownLayer(
                name=name,
                kind=_kind(layer, ours=ours),
                because=why_a_layer(known.image, layer),
                nbytes=layer.nbytes,
                compressed=layer.compressed,
                distributions=tuple(held.get(layer.name, ())) if ours else (),
                become=become.get(layer.diff_id, ""),
            )
        )
    return tuple(found)


def _named(layers: tuple[LayerOfImage, ...]) -> Iterator[str]:
    """What people call the layers: several of an owner that gives no names are numbered, and nobody's have digests."""
    nameless = Counter(each.owner for each in layers if not each.name)
    seen = Counter[Owner]()
    for each in layers:
        if each.name:
            foreign = each.owner is Owner.BUILDPACK and each.buildpack != LAMINA
            yield f"{each.buildpack}: {each.name}" if foreign else each.name
            continue
        if each.owner is Owner.UNKNOWN:
            yield each.diff_id[:_DIGEST]
            continue
        seen[each.owner] += 1
        yield f"{each.owner} {seen[each.owner]}" if nameless[each.owner] > 1 else each.owner


def _kind(layer: LayerOfImage, *, ours: bool) -> Kind:
    if not ours:
        return _KINDS[layer.owner]
    if is_heavy(HeavyLayerName(layer.name)):
        return "dependencies"
    return _OURS.get(layer.name, "unknown")


def _parts(each: DistributionOfImage) -> Iterator[tuple[str, ShownDistribution]]:
    """A distribution as far as each layer holds it."""
    places = {one.layer for one in each.packages if one.nbytes} or {each.layer}
    for layer in sorted(places):
        inside = tuple(
            ShownPackage(name=one.name, nbytes=one.nbytes) for one in each.packages if one.layer == layer and one.nbytes
        )
        nbytes = sum(one.nbytes for one in inside) if inside else each.nbytes or 0
        yield layer, ShownDistribution(name=each.title, version=each.version, nbytes=nbytes, packages=inside)


def _decisions(known: Known) -> Iterator[ShownDecision]:
    image = known.image
    decided = image.decisions
    if decided is None:
        for process in image.processes:
            words = f"Process {process.type}{', the default' if process.default else ''}"
            command = started(process, None)
            yield ShownDecision(about=words, choice=command, source=process.buildpack, command=True)
        return
    if python := known.python:
        because = tuple(filter(None, (*python.because, how_supported(python))))
        yield ShownDecision(about="Python", choice=python.version, source=asked_for(python), because=because)
    if decided.manager:
        manager = MANAGERS.get(decided.manager.name)
        chosen = manager.tool.title if manager else decided.manager.name
        yield ShownDecision(about="Package manager", choice=chosen, because=decided.manager.because)
        for what, names, by in added(decided.manager):
            yield ShownDecision(about=_heading(what), choice=names, because=(f"added by {by}",))
    if decided.commands:
        for number, line in enumerate(decided.commands.lines, start=1):
            about = f"Build command {number}" if len(decided.commands.lines) > 1 else "Build command"
            yield ShownDecision(about=about, choice=line, because=reason(decided.commands.because), command=True)
    if decided.static:
        choice, because = static_choice(decided.static), reason(decided.static.because)
        yield ShownDecision(about="Static files", choice=choice, because=because)
    for label in labels_asked_for(image):
        because = (f"${label.variable} asks for it",)
        yield ShownDecision(about=f"Label {label.key}", choice=label.value, because=because)
    for each in decided.processes:
        yield ShownDecision(
            about=f"Process {each.type}{', the default' if each.default else ''}",
            choice=written(each.words),
            source=each.source,
            because=(*filter(None, each.because), *map(_set, each.sets)),
            command=True,
        )
    if decided.divided and decided.manager:
        choice = division_choice(sum(bool(each.distribution) for each in decided.layers))
        yield ShownDecision(about=DIVISION, choice=choice, because=(decided.divided,))


def _set(variable: DecidedVariable) -> str:
    value = f"={variable.value}" if variable.value else ""
    return f"sets {variable.name}{value}" + (f": {variable.because}" if variable.because else "")


def _time(phase: PhaseOfBuild) -> ShownTime:
    words = _PHASES.get(phase.phase, phase.phase)
    name = f"{words} with {phase.buildpack}" if phase.buildpack else words
    parts = tuple(ShownTime(name=each.name, seconds=each.seconds) for each in phase.parts)
    return ShownTime(name=name, seconds=phase.seconds, parts=parts)


def _heading(words: str) -> str:
    return words[:1].upper() + words[1:]


def _become(compared: Comparison | None) -> Mapping[str, str]:
    layers = compared.layers if compared else None
    return {each.after: BECOME[each.become] for each in layers or () if each.after and each.become != "same"}


def _previous(compared: Comparison) -> ShownPrevious:
    return ShownPrevious(
        reference=compared.before.name,
        said=headline(compared),
        decisions=tuple(
            ShownChange(
                about=_heading(decision_name(each)),
                before=choice_shown(each.kind, each.before) if each.before else "",
                after=choice_shown(each.kind, each.after) if each.after else "",
                because_before=each.before.because if each.before else (),
                because=each.after.because if each.after else (),
            )
            for each in compared.decisions
        ),
        distributions=None
        if compared.distributions is None
        else tuple(
            ShownChange(about=each.name, before=each.before, after=each.after) for each in compared.distributions
        ),
        unknown=tuple(not_known(compared)),
        gone=tuple(layer_name(each) for each in compared.layers or () if each.become == "gone"),
    )
