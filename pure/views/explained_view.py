"""Says what is told of an image, or of a distribution in it, in headings, lines and tables."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pure.build.decisions import DecidedCommands, DecidedManager, DecidedStatic
from pure.image.contents import DistributionOfImage
from pure.image.manifest import LAMINA, Owner
from pure.layers.names import HeavyLayerName, is_heavy
from pure.message import Message
from pure.project.selection import EXTRAS_VARIABLE
from pure.views.explained import (
    Explained,
    ExplainedDistribution,
    ExplainedLabel,
    ExplainedLayer,
    ExplainedProcess,
    ExplainedPython,
    ExplainedSettings,
    MadeBy,
    NoSuchDistribution,
)
from pure.views.parts import ViewPart, ViewRow, ViewTable
from pure.wording import command, count, listing, shortened, size

DIVISION: Final = "Division over layers"
_LARGEST: Final = 10
_NAMED: Final = 10

_LONGEST: Final = 400
_WIDTH: Final = 100
_LAYER_HEADS: Final = ("layer", "compressed", "unpacked", "why it is one")
_LARGEST_HEADS: Final = ("distribution", "version", "size", "layer", "declared")


def image_view(told: Explained) -> tuple[ViewPart, ...]:
    """An image: who made it, what starts, which Python, its layers, what is largest in it."""
    parts = (
        _heading(told),
        _processes(told),
        _settings(told.settings, whole=told.made_by != "lamina") if told.settings else None,
        _python(told.python) if told.python else None,
        _manager(told.manager) if told.manager else None,
        _division(told) if told.divided and told.manager else None,
        _commands(told.commands) if told.commands else None,
        _static(told.static) if told.static else None,
        _labels(told.labels) if told.labels else None,
        _layers(told),
        _largest(told),
        ViewPart(heading="Not known", lines=told.missing) if told.missing else None,
    )
    return tuple(each for each in parts if each is not None)


def _heading(told: Explained) -> ViewPart:
    built = ", ".join(f"{each.id} {each.version}".strip() for each in told.buildpacks)
    undecided = (f"Its decisions aren't known: {told.undecided}",) if told.undecided else ()
    lines: Mapping[MadeBy, tuple[str, ...]] = {
        "lamina": (f"Built by {built}", *undecided),
        "lifecycle": (f"{LAMINA} didn't build it, but {built or 'a lifecycle'}", "This is what its labels tell."),
        "nobody": ("No lifecycle of Cloud Native Buildpacks built it: this is what its configuration tells.",),
    }
    platform = "/".join(filter(None, (told.os, told.arch)))
    heading = f"{told.reference} ({platform})" if platform else told.reference
    return ViewPart(heading=heading, lines=(told.digest, *lines[told.made_by]))


def _processes(told: Explained) -> ViewPart | None:
    others = (line for each in told.processes for line in _process(each, by=" by its label" if told.starts else ""))
    lines = (*((told.starts,) if told.starts else ()), *others)
    return ViewPart(heading="What starts", lines=lines) if lines else None


def _settings(settings: ExplainedSettings, *, whole: bool) -> ViewPart:
    """Whom it runs as, and where; ``whole`` with variables and labels, which somebody else chose."""
    lines = [f"user: {settings.user}" if settings.user else "user: root, since it names none"]
    if settings.working_dir:
        lines.append(f"working folder: {settings.working_dir}")
    if settings.ports:
        lines.append(f"ports: {', '.join(settings.ports)}")
    for what, named in (("variable", settings.variables), ("label", settings.labels)) if whole else ():
        lines += (shortened(f"{what} {name}={value}", _LONGEST) for name, value in sorted(named.items()))
    return ViewPart(heading="Configuration", lines=tuple(lines))


def _process(process: ExplainedProcess, *, by: str) -> Iterator[str]:
    default = f" (the default{by})" if process.default else ""
    yield f"{process.type}{default}: {process.starts}"
    yield from (f"  {each}" for each in _reasons(process.source and f"from {process.source}", process.because))
    for each in process.sets:
        value = f"={each.value}" if each.value else ""
        yield f"  sets {each.name}{value}" + (f" ({each.because})" if each.because else "")


def _python(python: ExplainedPython) -> ViewPart:
    lines = [python.version, *(f"  {each}" for each in _reasons(asked_for(python), python.because))]
    if support := how_supported(python):
        lines.append(support)
    if python.linked:
        lines.append("linked into it:")
        lines += listing(linked_into(python), width=_WIDTH, indent="  ")
    return ViewPart(heading="Python", lines=tuple(lines))


def asked_for(python: ExplainedPython) -> str:
    """Which Python was asked for, and where; empty where nobody asked: its reasons name the default that decided."""
    return f"asked for as {python.request}, from {python.source}" if python.request else ""


def how_supported(python: ExplainedPython) -> str:
    """How long a Python is supported; empty where nobody knows it."""
    if python.supported_until is None:
        return ""
    day = python.supported_until.isoformat()
    return f"gets no security fixes from {day} on" if python.supported else f"out of support since {day}"


def linked_into(python: ExplainedPython) -> tuple[str, ...]:
    """The libraries that are linked into it, with their versions."""
    return tuple(f"{each.name} {each.version}".strip() for each in python.linked)


def _manager(manager: DecidedManager) -> ViewPart:
    lines = [
        manager.name,
        *(f"  {each}" for each in _reasons(f"from {manager.source}", manager.because)),
        *(f"{what}: {names} (added by {by})" for what, names, by in added(manager)),
    ]
    return ViewPart(heading="Package manager", lines=tuple(lines))


def _division(told: Explained) -> ViewPart:
    apart = sum(each.buildpack == LAMINA and is_heavy(HeavyLayerName(each.name)) for each in told.layers)
    return ViewPart(heading=DIVISION, lines=(division_choice(apart), f"  {told.divided}"))


def division_choice(apart: int) -> str:
    """What became of dependencies, of which some lie ``apart``, in a few words."""
    if not apart:
        return "all dependencies are in one layer"
    return count(apart, "distribution has a layer of its own", "distributions have layers of their own")


def added(manager: DecidedManager) -> Iterator[tuple[str, str, str]]:
    """What is installed beside the main dependencies: what that is, its names, and what adds it."""
    for what, names, by in (
        ("dependency groups", manager.groups, manager.groups_by),
        ("extras", manager.extras, f"${EXTRAS_VARIABLE}"),
    ):
        if names:
            yield what, ", ".join(names), by


def _commands(commands: DecidedCommands) -> ViewPart:
    return ViewPart(heading="Build commands", lines=(*commands.lines, *_below(commands.because)))


def _static(static: DecidedStatic) -> ViewPart:
    return ViewPart(heading="Static files", lines=(static_choice(static), *_below(static.because)))


def static_choice(static: DecidedStatic) -> str:
    """What became of static files, in a few words."""
    if not static.collected:
        return "not collected"
    return f"collected into {static.folder}" if static.folder else "collected"


def _labels(labels: tuple[ExplainedLabel, ...]) -> ViewPart:
    lines = (f"{each.key}={each.value} (${each.variable})" for each in labels)
    return ViewPart(heading="Labels that were asked for", lines=tuple(lines))


def _below(because: str) -> Iterator[str]:
    yield from (f"  {each}" for each in _reasons("", (because,)))


def _reasons(source: str, because: Iterable[str]) -> Iterator[str]:
    if source:
        yield source
    yield from (each for each in because if each)


def _layers(told: Explained) -> ViewPart:
    largest = max((_weight(each) for each in told.layers), default=0)
    base = tuple(each for each in told.layers if each.owner is Owner.BASE)
    rows = [_row(each, largest) for each in told.layers if each.owner is not Owner.BASE]
    if base:
        weight = sum(map(_weight, base))
        cells = (f"run image ({count(len(base), 'layer')})", *_sizes(base), base[0].because)
        rows.insert(0, ViewRow(cells=cells, share=min(1, weight / largest) if largest else 0))
    table = ViewTable(heads=_LAYER_HEADS, rows=tuple(rows), numbers=frozenset({1, 2}))
    # Layers of the same contents are one blob, which is pulled once.
    pulled = _sum({each.digest or each.diff_id: each.compressed for each in told.layers}.values())
    lines = (f"{size(pulled)} to pull",) if pulled is not None else ()
    order = ", the lowest first" if len(told.layers) > 1 else ""
    return ViewPart(heading=f"{count(len(told.layers), 'layer')}{order}", lines=lines, table=table)


def _row(layer: ExplainedLayer, largest: int) -> ViewRow:
    cells = (_named(layer), *_sizes((layer,)), layer.because)
    return ViewRow(cells=cells, share=_weight(layer) / largest if largest else 0)


def _named(layer: ExplainedLayer) -> str:
    """What a layer is called, and by whom, where that isn't Lamina."""
    match layer.owner:
        case Owner.BUILDPACK:
            return layer.name if layer.buildpack == LAMINA else f"{layer.name} ({layer.buildpack})"
        case Owner.LIFECYCLE:
            return f"{layer.name} (lifecycle)"
        case Owner.APPLICATION | Owner.BASE:
            return str(layer.owner)
        case Owner.UNKNOWN:
            return layer.diff_id[:19]


def _weight(layer: ExplainedLayer) -> int:
    return layer.compressed if layer.compressed is not None else layer.nbytes or 0


def _sizes(layers: tuple[ExplainedLayer, ...]) -> tuple[str, str]:
    compressed, unpacked = _sum(each.compressed for each in layers), _sum(each.nbytes for each in layers)
    return _size(compressed), _size(unpacked)


def _size(number: int | None) -> str:
    return "" if number is None else size(number)


def _sum(numbers: Iterable[int | None]) -> int | None:
    """All together; ``None`` where one of them isn't known, or there are none."""
    total = 0
    known = False
    for each in numbers:
        if each is None:
            return None
        total, known = total + each, True
    return total if known else None


def _largest(told: Explained) -> ViewPart | None:
    if not told.distributions:
        return None
    by_size = sorted(told.distributions, key=lambda each: (-(each.nbytes or 0), each.name))
    most = by_size[0].nbytes or 0
    rows = tuple(
        ViewRow(
            cells=(each.title, each.version, _size(each.nbytes), each.layer, _declared(each)),
            share=(each.nbytes or 0) / most if most else 0,
        )
        for each in by_size[:_LARGEST]
    )
    total = size(sum(each.nbytes or 0 for each in by_size))
    more = f", the {_LARGEST} largest" if len(by_size) > _LARGEST else ""
    heading = f"{count(len(by_size), 'distribution')}, {total}{more}"
    return ViewPart(heading=heading, table=ViewTable(heads=_LARGEST_HEADS, rows=rows, numbers=frozenset({2})))


def _declared(each: DistributionOfImage) -> str:
    if each.own:
        return "the application itself"
    return "yes" if each.declared else ""


def distribution_view(told: ExplainedDistribution) -> tuple[ViewPart, ...]:
    """A distribution: why it is there, which version was asked for where, what holds it, what it weighs."""
    found = told.distribution
    weight = f"{size(found.nbytes)} by its RECORD" if found.nbytes is not None else "of unknown size"
    layer = f"in the layer {found.layer}" + (f", whose tar has {size(told.layer_nbytes)}" if told.layer_nbytes else "")
    lines = [f"{weight}, {layer}", *((f"why that is one: {told.layer_because}",) if told.layer_because else ())]
    if found.licence:
        lines.append(f"licence: {found.licence}")
    others = told.needed_by
    parts = (
        ViewPart(heading=f"{found.title} {found.version}".strip(), lines=tuple(lines)),
        ViewPart(heading="Why it is there", lines=_paths(told)),
        ViewPart(heading="Which version was asked for", lines=tuple(_asked(told))) if told.asked else None,
        ViewPart(heading="Who needs it", lines=(_listed(others),)) if others else None,
        ViewPart(heading="What it needs", lines=(_listed(found.needs),)) if found.needs else None,
    )
    return tuple(each for each in parts if each is not None)


def _paths(told: ExplainedDistribution) -> tuple[str, ...]:
    if told.distribution.own:
        return ("It is the application itself.",)
    if not told.paths:
        return ("Nothing that the application declares needs it, as far as the image tells.",)
    shown_ = ("the application", " → ")
    lines = [shown_[1].join((shown_[0], *each)) for each in told.paths[:_NAMED]]
    more = len(told.paths) - _NAMED
    return (*lines, *((f"and {count(more, 'other way')}",) if more > 0 else ()))


def _asked(told: ExplainedDistribution) -> Iterator[str]:
    if told.guessed:
        yield "Nothing says which files the build read: these are of all that may declare something."
    for each in told.asked:
        yield f"{each.words}   ({each.source})"


def _listed(names: tuple[str, ...]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def describe_absent(error: NoSuchDistribution) -> Message:
    """The message for a distribution that isn't in an image."""
    if not error.known:
        unknown = tuple(f"Not known: {each}." for each in error.missing)
        return Message(
            happened=f"Nobody knows which distributions {error.reference} has",
            found=unknown,
            do=("Name an image that Lamina built.",),
        )
    near = f"Did you mean {' or '.join(error.near)}?" if error.near else ""
    return Message(
        happened=f"{error.reference} has no distribution {error.name!r}",
        found=(f"It has {count(error.known, 'distribution')}.",),
        do=(near or f"See all of them: {command('lamina', 'explain', error.reference, '--json')}",),
    )
