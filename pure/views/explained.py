"""Puts together what is told of an image, and of one distribution in it: the objects that ``explain --json`` prints.

Their schemas stand in ``docs/schemas/`` (``tools/schemas.py`` makes them).
"""

import difflib
import shlex
from collections.abc import Mapping
from datetime import date
from typing import Final, Literal, TypeAlias

import msgspec

from pure.build.decisions import DecidedCommands, DecidedManager, DecidedProcess, DecidedStatic, DecidedVariable
from pure.image.contents import Contents, DistributionOfImage, LinkedLibrary
from pure.image.demands import Demanded, guessed
from pure.image.manifest import Builder, Image, LayerOfImage, Owner, ProcessOfImage
from pure.image.side import IN_PARTS
from pure.image.starting import starting
from pure.names import normalise_name
from pure.outcome import Failure, Outcome, Success

SCHEMA: Final = 1

MadeBy: TypeAlias = Literal["lamina", "lifecycle", "nobody"]

_OF_OWNERS: Final[Mapping[Owner, str]] = {
    Owner.BASE: "what the image stands on; it is replaced as a whole (rebase)",
    Owner.BUILDPACK: "",
    Owner.APPLICATION: "the application's own files",
    Owner.LIFECYCLE: "",
    Owner.UNKNOWN: "",
}
_OF_LIFECYCLE: Final[Mapping[str, str]] = {
    "launcher": "what sets the environment up and starts the processes",
    "config": "which processes there are, and who built the image",
    "process-types": "a link for each process type",
    "sbom": "bills of materials of what is in the image",
}
_ADDED: Final = "added after the image was built; what it changes isn't known"
_SUGGESTED: Final = 3
_QUOTED: Final = frozenset(" \t\n'\"")


class ExplainedPython(msgspec.Struct, frozen=True, kw_only=True):
    """The Python of an image."""

    version: str
    request: str = ""
    """What was asked for; empty where nobody asked and a default decided."""
    source: str = ""
    """Where that stands, or whose default it is."""
    because: tuple[str, ...] = ()
    supported_until: date | None = None
    """The first day without security fixes; null where nobody knows it."""
    supported: bool | None = None
    """Whether that day is still to come."""
    linked: tuple[LinkedLibrary, ...] = ()
    """Libraries that are linked into it."""


class ExplainedLayer(msgspec.Struct, frozen=True, kw_only=True):
    """A layer of an image."""

    diff_id: str
    """The digest of its uncompressed tar."""
    digest: str
    """The digest of its blob; empty where it lies here as a tar."""
    owner: Owner
    buildpack: str
    name: str
    because: str
    """Why it is a layer; empty where nobody says."""
    compressed: int | None
    """Bytes of the blob, that is what is pushed and pulled; null where there is none."""
    nbytes: int | None
    """Bytes of the tar; null where it wasn't looked at."""


class ExplainedProcess(msgspec.Struct, frozen=True, kw_only=True):
    """A process type."""

    type: str
    command: tuple[str, ...]
    """What is executed, by the lifecycle's label."""
    args: tuple[str, ...] = ()
    starts: str
    """What that starts in the end, as people write it."""
    sets: tuple[DecidedVariable, ...] = ()
    """What it finds set unless somebody has set it."""
    default: bool = False
    buildpack: str = ""
    source: str = ""
    """What it follows from."""
    because: tuple[str, ...] = ()


class ExplainedSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the image's configuration says, whoever made that."""

    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    user: str = ""
    """Empty for root."""
    working_dir: str = ""
    ports: tuple[str, ...] = ()
    variables: Mapping[str, str] = {}
    labels: Mapping[str, str] = {}
    """All but those of which this tells in parts, and the digest that Lamina takes of all distributions."""


class ExplainedLabel(msgspec.Struct, frozen=True, kw_only=True):
    """A label that a variable of the build asked for."""

    key: str
    value: str
    variable: str


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """What ``lamina explain IMAGE --json`` prints."""

    schema: int = SCHEMA
    reference: str
    digest: str
    """Of the manifest; of the configuration where an engine has no manifest."""
    os: str
    arch: str
    made_by: MadeBy
    buildpacks: tuple[Builder, ...] = ()
    undecided: str = ""
    """Why decisions are missing; empty where none are."""
    python: ExplainedPython | None = None
    manager: DecidedManager | None = None
    commands: DecidedCommands | None = None
    """The application's build commands; null where there are none."""
    static: DecidedStatic | None = None
    """What became of Django's static files; null where there is no Django, no ``manage.py`` of it, or no label."""
    labels: tuple[ExplainedLabel, ...] = ()
    """Those that variables asked for."""
    starts: str = ""
    """What a container starts, where that isn't the default process of the lifecycle's label; empty where it is.

    Empty, too, where neither label nor configuration names anything.
    """
    settings: ExplainedSettings | None = None
    """Null for a local build, which stands upon no run image."""
    processes: tuple[ExplainedProcess, ...] = ()
    layers: tuple[ExplainedLayer, ...] = ()
    """Lowest first."""
    divided: str = ""
    """Why dependencies are divided over layers, or why not."""
    distributions: tuple[DistributionOfImage, ...] = ()
    missing: tuple[str, ...] = ()
    """What couldn't be read."""


class DemandFor(msgspec.Struct, frozen=True, kw_only=True):
    """A demand for a distribution."""

    by: str
    """The distribution that makes it; empty for the application."""
    words: str
    source: str
    """Where it stands."""


class ExplainedDistribution(msgspec.Struct, frozen=True, kw_only=True):
    """What ``lamina explain IMAGE DISTRIBUTION --json`` prints."""

    schema: int = SCHEMA
    reference: str
    distribution: DistributionOfImage
    layer_because: str
    """Why its layer is one."""
    layer_nbytes: int | None
    """Bytes of the layer's tar."""
    paths: tuple[tuple[str, ...], ...]
    """The shortest way from each distribution that the application declares to this one."""
    needed_by: tuple[str, ...]
    asked: tuple[DemandFor, ...]
    guessed: bool = False
    """Whether nothing says which files the build read, so that the application's demands are of all that might be."""


class NoSuchDistribution(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution isn't in an image; ``near`` are those of similar names, ``known`` how many there are."""

    reference: str
    name: str
    near: tuple[str, ...]
    known: int
    missing: tuple[str, ...] = ()


def explained(
    image: Image, contents: Contents, *, reference: str, end_of_life: Mapping[str, date], today: date
) -> Explained:
    """What is told of an image."""
    decisions = image.decisions
    whys = {each.type: each for each in decisions.processes} if decisions else {}
    return Explained(
        reference=reference,
        digest=image.digest,
        os=image.os,
        arch=image.arch,
        made_by="lamina" if image.by_lamina else "lifecycle" if image.by_lifecycle else "nobody",
        buildpacks=image.buildpacks,
        undecided=image.undecided if image.by_lamina else "",
        python=explained_python(image, contents, end_of_life=end_of_life, today=today),
        manager=decisions.manager if decisions else None,
        commands=decisions.commands if decisions else None,
        static=decisions.static if decisions else None,
        labels=labels_asked_for(image),
        starts=starts_otherwise(image),
        settings=_settings(image) if image.based else None,
        processes=tuple(_process(each, whys.get(each.type)) for each in image.processes),
        layers=tuple(_layer(image, each) for each in image.layers),
        divided=decisions.divided if decisions else "",
        distributions=contents.distributions,
        missing=contents.missing if image.by_lamina else (),
    )


def starts_otherwise(image: Image) -> str:
    """What a container starts, where that isn't the default process of the lifecycle's label."""
    found = starting(image)
    default = next((each.type for each in image.processes if each.default), "")
    if found.process is None:
        if not found.words:
            return _nothing(image) if image.processes else ""
        other = ", which is none of the processes that its label tells of" if image.processes else ""
        return f"{written(found.words)} (by its configuration){other}"
    parts = (
        f", though the default is {default}" if default and found.process.type != default else "",
        "" if found.arguments is None else f", with other arguments: {written(found.arguments) or 'none'}",
    )
    return f"{found.process.type}{''.join(parts)}" if any(parts) or not default else ""


def _nothing(image: Image) -> str:
    named = "no process is the default" if image.entrypoint else "its configuration names no command"
    return f"nothing, since {named}"


def _settings(image: Image) -> ExplainedSettings:
    return ExplainedSettings(
        entrypoint=image.entrypoint,
        cmd=image.cmd,
        user=image.user,
        working_dir=image.working_dir,
        ports=image.ports,
        variables=image.env,
        labels={name: value for name, value in image.labels.items() if name not in IN_PARTS},
    )


def labels_asked_for(image: Image) -> tuple[ExplainedLabel, ...]:
    """The labels that variables asked for, as the image has them."""
    asked = (image.decisions and image.decisions.labels) or {}
    return tuple(
        ExplainedLabel(key=key, value=image.labels[key], variable=variable)
        for key, variable in sorted(asked.items())
        if key in image.labels
    )


def explained_distribution(
    image: Image, contents: Contents, demanded: tuple[Demanded, ...], *, reference: str, name: str
) -> Outcome[ExplainedDistribution, NoSuchDistribution]:
    """What is told of a distribution in an image, however its name is spelt."""
    found = contents.named(name)
    if found is None:
        names = [each.name for each in contents.distributions]
        near = difflib.get_close_matches(normalise_name(name)[:200], names, n=_SUGGESTED)
        return Failure(
            NoSuchDistribution(
                reference=reference, name=name, near=tuple(near), known=len(names), missing=contents.missing
            )
        )
    layer = image.layer(found.layer)
    by_application = (
        DemandFor(by="", words=each.words, source=each.source) for each in demanded if each.name == found.name
    )
    by_others = (
        DemandFor(by=each.name, words=asked.words, source=f"the metadata of {each.title} {each.version}".strip())
        for each in contents.distributions
        for asked in each.asks
        if asked.name == found.name
    )
    return Success(
        ExplainedDistribution(
            reference=reference,
            distribution=found,
            layer_because=_layer(image, layer).because if layer else "",
            layer_nbytes=layer.nbytes if layer else None,
            paths=paths_to(contents, found.name),
            needed_by=contents.needed_by(found.name),
            asked=(*by_application, *by_others),
            guessed=guessed(image),
        )
    )


def paths_to(contents: Contents, name: str) -> tuple[tuple[str, ...], ...]:
    """The shortest way from each declared distribution to this one, the shortest of them first.

    None leads through the application itself: what that needs is declared.
    """
    parents: dict[str, list[str]] = {}
    for each in contents.distributions:
        for other in () if each.own else each.needs:
            parents.setdefault(other, []).append(each.name)
    towards: dict[str, str] = {name: ""}
    waiting = [name]
    for current in waiting:
        for parent in parents.get(current, ()):
            if parent not in towards:
                towards[parent] = current
                waiting.append(parent)
    declared = {each.name for each in contents.distributions if each.declared}
    return tuple(_path(each, towards) for each in waiting if each in declared)


def _path(start: str, towards: Mapping[str, str]) -> tuple[str, ...]:
    found = [start]
    while following := towards[found[-1]]:
        found.append(following)
    return tuple(found)


def _process(process: ProcessOfImage, decided: DecidedProcess | None) -> ExplainedProcess:
    return ExplainedProcess(
        type=process.type,
        command=process.command,
        args=process.args,
        starts=started(process, decided),
        sets=decided.sets if decided else (),
        default=process.default,
        buildpack=process.buildpack,
        source=decided.source if decided else "",
        because=decided.because if decided else (),
    )


def started(process: ProcessOfImage, decided: DecidedProcess | None) -> str:
    """What a process starts in the end: what is executed may be a program that starts the one that was meant."""
    return written((decided or process).words)


def written(words: tuple[str, ...]) -> str:
    """A command as people write it: that of a shell as that has it, others word by word."""
    if words[:2] == ("bash", "-c") and len(words) == 3:
        return words[2]
    return " ".join(shlex.quote(each) if not each or set(each) & _QUOTED else each for each in words)


def explained_python(
    image: Image, contents: Contents, *, end_of_life: Mapping[str, date], today: date
) -> ExplainedPython | None:
    """What is told of an image's Python; nothing where nobody knows its version."""
    decided = image.decisions.python if image.decisions else None
    version = decided.version if decided else contents.runtime.version if contents.runtime else ""
    if not version:
        return None
    until = end_of_life.get(".".join(version.split(".")[:2]))
    return ExplainedPython(
        version=version,
        request=decided.request if decided else "",
        source=decided.source if decided else "",
        because=decided.because if decided else (),
        supported_until=until,
        supported=None if until is None else today < until,
        linked=contents.runtime.linked if contents.runtime else (),
    )


def _layer(image: Image, layer: LayerOfImage) -> ExplainedLayer:
    return ExplainedLayer(
        diff_id=layer.diff_id,
        digest=layer.digest,
        owner=layer.owner,
        buildpack=layer.buildpack,
        name=layer.name,
        because=why_a_layer(image, layer),
        compressed=layer.compressed,
        nbytes=layer.nbytes,
    )


def why_a_layer(image: Image, layer: LayerOfImage) -> str:
    """Why a layer of an image is one; empty where nobody says."""
    if layer.owner is Owner.UNKNOWN:
        known = [at for at, each in enumerate(image.layers) if each.owner is not Owner.UNKNOWN]
        return _ADDED if known and image.layers.index(layer) > known[-1] else ""
    if layer.owner is Owner.LIFECYCLE:
        return _OF_LIFECYCLE.get(layer.name, "")
    if layer.owner is not Owner.BUILDPACK or image.decisions is None or image.layer(layer.name) is not layer:
        return _OF_OWNERS[layer.owner]
    return next((each.because for each in image.decisions.layers if each.name == layer.name), "")
