"""Puts what is compared into one form: an image of Lamina's or of anybody's, or whatever else has decisions.

What isn't known of a side isn't there (a kind of decision that is missing in ``decided``, ``None``), and ``unknown``
says why. So what is compared is what both sides know.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, TypeAlias, get_args

import msgspec

from pure.build.decisions import DEPENDENCIES_LABEL, DecidedCommands, DecidedProcess, DecidedStatic, Decisions
from pure.build.decisions import LABEL as DECISIONS_LABEL
from pure.image.contents import Contents
from pure.image.manifest import LAMINA, Image, LayerOfImage, ProcessOfImage
from pure.image.starting import starting
from pure.layers.names import HeavyLayerName, is_heavy
from pure.lifecycle.image import LABEL_BUILD, LABEL_LIFECYCLE
from pure.project.selection import EXTRAS_VARIABLE

Kind: TypeAlias = Literal[
    "target",
    "distro",
    "buildpack",
    "python",
    "manager",
    "process",
    "command",  # a process, as a lifecycle's label has it: where Lamina's decisions aren't known
    "default",
    "entrypoint",  # what starts
    "cmd",  # its arguments, where they aren't the process's own
    "user",
    "workdir",
    "port",
    "sets",  # a variable that a process finds set
    "groups",
    "extras",
    "build",  # a build command, by its number
    "static",
    "folder",  # of static files
    "division",
    "layer",
    "heavy",  # the layer of one distribution
    "variable",
    "label",
    "asked",  # a label that a variable asks for: where not all labels are known
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
"""In the order in which they are told."""

INSTEAD: Final[Mapping[Kind, Kind]] = {"command": "process", "asked": "label"}
"""What tells the same in other words, and isn't compared where the latter can be."""

# What these labels say is compared in parts.
IN_PARTS: Final = frozenset({DECISIONS_LABEL, DEPENDENCIES_LABEL, LABEL_BUILD, LABEL_LIFECYCLE})
# What a lifecycle takes over from the run image, or decides upon it.
OF_BASES: Final[frozenset[Kind]] = frozenset({"variable", "label", "user", "workdir", "port"})
# Users' own words, which a label may have cut.
_USERS: Final[frozenset[Kind]] = frozenset(
    {"process", "default", "sets", "groups", "extras", "build", "folder", "asked"}
)


class DecidedValue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was decided, and why."""

    value: str
    because: tuple[str, ...] = ()
    shown: str = ""
    """In the words of whoever decided it, where ``value`` is what that became."""


Decided: TypeAlias = Mapping[Kind, Mapping[str, DecidedValue]]
"""By kind and name; the name is empty where there is one of a kind."""


class NotKnown(msgspec.Struct, frozen=True, kw_only=True):
    """What isn't known of a side, and why."""

    what: str
    because: str


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of two that are compared."""

    name: str
    """What its user calls it."""
    decided: Decided
    digest: str = ""
    layers: tuple[LayerOfImage, ...] | None = None
    distributions: Mapping[str, str] | None = None
    """Their versions, by name."""
    documents: Mapping[str, int] = {}
    """The digests of its manifest and its configuration with their bytes, as far as they are known."""
    based: bool = True
    """Whether it is known what its run image brings."""
    unknown: tuple[NotKnown, ...] = ()


class NotAPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A document that isn't a plan's; ``reason`` says where."""

    reason: str


def side_of_image(image: Image, contents: Contents, *, name: str) -> Side:
    """An image, whoever built it."""
    told = _told(image)
    unknown: list[NotKnown] = []
    if not image.based:
        unknown.append(NotKnown(what="the run image with its variables and labels", because="a local build has none"))
    if image.decisions is None:
        unknown.append(NotKnown(what="decisions", because=image.undecided))
    elif image.decisions.cut:
        unknown.append(NotKnown(what="reasons and users' own words", because="all together are too long for a label"))
    elif image.decisions.shortened:
        unknown.append(NotKnown(what="some reasons", because="all together are too long for a label"))
    if image.decisions and image.decisions.labels is None and not image.decisions.cut:
        what = "which labels variables ask for"
        unknown.append(NotKnown(what=what, because="all decisions together are too long for a label"))
    distributions = {each.name: each.version for each in contents.distributions}
    known = bool(distributions or not contents.missing)
    if not known:
        why = ", ".join(contents.missing) if image.by_lamina else f"{LAMINA} didn't build it"
        unknown.append(NotKnown(what="distributions", because=why))
    return Side(
        name=name,
        digest=image.digest,
        decided={**told, **(decided_by(image.decisions, labels=image.labels) if image.decisions else {})},
        layers=image.layers,
        distributions=distributions if known else None,
        documents=image.documents,
        based=image.based,
        unknown=tuple(unknown),
    )


def decided_by(decisions: Decisions, *, labels: Mapping[str, str]) -> dict[Kind, Mapping[str, DecidedValue]]:
    """What was decided, by kind and name; ``labels`` have the values of those that were asked for."""
    heavy, others = {}, {}
    for each in decisions.layers:
        if is_heavy(HeavyLayerName(each.name)):
            value = f"{each.distribution} {each.version}".strip() or "a layer"
            heavy[each.name] = DecidedValue(value=value, because=reason(each.because))
        else:
            others[each.name] = DecidedValue(value="a layer", because=reason(each.because))
    manager, static = decisions.manager, decisions.static
    found: dict[Kind, Mapping[str, DecidedValue]] = {
        **_target(decisions.target),
        "python": {"": DecidedValue(value=decisions.python.version, because=decisions.python.because)},
        "manager": {"": DecidedValue(value=manager.name, because=manager.because)} if manager else {},
        "process": dict(_processes(decisions.processes)),
        "default": _default(decisions.processes),
        "sets": {
            f"{each.type}: {one.name}": DecidedValue(value=one.value, because=reason(one.because))
            for each in decisions.processes
            for one in each.sets
        },
        "groups": _listed(manager.groups, manager.groups_by) if manager else {},
        "extras": _listed(manager.extras, f"${EXTRAS_VARIABLE}") if manager else {},
        "build": dict(_commands(decisions.commands)) if decisions.commands else {},
        "static": {"": _static(static)} if static else {},
        "folder": {"": DecidedValue(value=static.folder)} if static and static.folder else {},
        "division": {"": DecidedValue(value=decisions.divided)} if decisions.divided else {},
        "layer": others,
        "heavy": heavy,
        "asked": {
            key: DecidedValue(value=labels[key], because=(f"${variable} asks for it",))
            for key, variable in (decisions.labels or {}).items()
            if key in labels
        },
    }
    unknown = {*(_USERS if decisions.cut else ()), *(("asked",) if decisions.labels is None else ())}
    return {kind: each for kind, each in found.items() if kind not in unknown}


def _told(image: Image) -> dict[Kind, Mapping[str, DecidedValue]]:
    """What any image says without Lamina's label."""
    return {
        "target": {"": DecidedValue(value=image.platform)},
        "buildpack": {each.id: DecidedValue(value=each.version) for each in image.buildpacks},
        "command": dict(_commanded(image)),
        "default": _default(image.processes),
        **_starting(image),
        "user": _one(image.user or "root"),
        "workdir": _one(image.working_dir),
        "port": {each: DecidedValue(value="exposed") for each in image.ports},
        "variable": {name: DecidedValue(value=value) for name, value in image.env.items()},
        "label": {name: DecidedValue(value=value) for name, value in image.labels.items() if name not in IN_PARTS},
    }


def _commanded(image: Image) -> Iterator[tuple[str, DecidedValue]]:
    """The processes by the lifecycle's label, with what Lamina's says of them."""
    known = image.decisions.processes if image.decisions and not image.decisions.cut else ()
    decided = dict(_processes(known))
    for each in image.processes:
        found = decided.get(each.type, DecidedValue(value=""))
        yield each.type, msgspec.structs.replace(found, value=shlex.join(each.words), shown=found.value)


def _starting(image: Image) -> dict[Kind, Mapping[str, DecidedValue]]:
    found = starting(image)
    if found.process is None:
        because = ("none of the processes that its label tells of",) if found.words and image.processes else ()
        entrypoint, cmd = (shlex.join(each) if found.words else "" for each in (image.entrypoint, image.cmd))
        return {"entrypoint": _one(entrypoint, because=because), "cmd": _one(cmd)}
    arguments = {} if found.arguments is None else {"": DecidedValue(value=shlex.join(found.arguments))}
    # No words of a command are joined to this value.
    started = DecidedValue(value=f"(process {found.process.type})", shown=shlex.join(("process", found.process.type)))
    return {"entrypoint": {"": started}, "cmd": arguments}


def _one(value: str, *, because: tuple[str, ...] = ()) -> Mapping[str, DecidedValue]:
    return {"": DecidedValue(value=value, because=because)} if value else {}


def decided_by_plan(
    decisions: Decisions, *, labels: Mapping[str, str], release: str, heavy: bool
) -> dict[Kind, Mapping[str, DecidedValue]]:
    """What a plan decided: ``heavy`` says whether it foresees which distributions get layers of their own."""
    static = decisions.static
    unknown: set[Kind] = {"division"} if heavy else {"division", "heavy"}
    if static and not static.folder:
        # Whether Django is installed, and what its settings say, only the build knows.
        unknown |= {"static", "folder"}
    return {
        "buildpack": {LAMINA: DecidedValue(value=release)},
        **{kind: found for kind, found in decided_by(decisions, labels={}).items() if kind not in unknown},
        "asked": {key: DecidedValue(value=value) for key, value in labels.items()},
    }


def _listed(names: tuple[str, ...], by: str) -> Mapping[str, DecidedValue]:
    return {"": DecidedValue(value=", ".join(names), because=(f"added by {by}",))} if names else {}


def _commands(commands: DecidedCommands) -> Iterator[tuple[str, DecidedValue]]:
    for number, line in enumerate(commands.lines, start=1):
        yield str(number), DecidedValue(value=line, because=reason(commands.because))


def _static(static: DecidedStatic) -> DecidedValue:
    return DecidedValue(value="collected" if static.collected else "not collected", because=reason(static.because))


def _target(target: str) -> dict[Kind, Mapping[str, DecidedValue]]:
    # Whoever names no distribution of Linux doesn't say that there is none.
    system, _, distro = target.rstrip(")").partition(" (")
    found: dict[Kind, Mapping[str, DecidedValue]] = {"target": {"": DecidedValue(value=system)}}
    return found | ({"distro": {"": DecidedValue(value=distro)}} if distro else {})


def _processes(processes: Sequence[DecidedProcess]) -> Iterator[tuple[str, DecidedValue]]:
    for each in processes:
        because = tuple(filter(None, (each.source, *each.because)))
        yield each.type, DecidedValue(value=shlex.join(each.words), because=because)


def _default(processes: Sequence[DecidedProcess | ProcessOfImage]) -> Mapping[str, DecidedValue]:
    types = [each.type for each in processes if each.default]
    return {"": DecidedValue(value=types[0])} if types else {}


def reason(words: str) -> tuple[str, ...]:
    """A reason, unless a label left it out."""
    return (words,) if words else ()
