"""Defines what an image says of its decisions: a label with what holds whatever the build had to do for it.

The label is for people and programs that review an image long after its build. What is installed stands in the bills of
materials; what a build did, and when, stands in its record. Equal inputs give equal labels.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from pure.outcome import Failure, Outcome, Success
from pure.wording import shortened

LABEL: Final = "io.lamina.decisions"
DEPENDENCIES_LABEL: Final = "io.lamina.dependencies.digest"
"""Of the names and versions of all distributions."""
SCHEMA: Final = 2
"""Another one wherever a field is added: in a label without it, none and not known would look alike."""
MOST_BYTES: Final = 16_000
"""Of the label's value: registries and engines hand the labels of an image on whole."""
# A reason is a sentence; what is longer quotes something.
_SENTENCE: Final = 300
_SHORT: Final = 80
_FEW: Final = 10


class DecidedPython(msgspec.Struct, frozen=True, kw_only=True):
    """The runtime: its version, what was asked for, where that stands, and why it is this one."""

    version: str
    request: str
    """Empty where nobody asked and a default decided."""
    source: str
    because: tuple[str, ...]


class DecidedManager(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The package manager that installed the dependencies.

    It isn't in the image, so its version isn't either: another one changes nothing there. The build's bill has it.
    """

    name: str
    source: str
    """The files that it installed from."""
    because: tuple[str, ...]
    groups: tuple[str, ...] = ()
    """Dependency groups that are installed beside the main dependencies."""
    groups_by: str = ""
    """What adds them: a variable, the lock."""
    extras: tuple[str, ...] = ()
    """Extras of the application that a variable adds."""


class DecidedCommands(msgspec.Struct, frozen=True, kw_only=True):
    """What the application has run in its build, in this order, and who declares it."""

    lines: tuple[str, ...]
    source: str
    because: str


class DecidedStatic(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether Django's static files are collected: in a plan, if Django is installed; where a build knows it."""

    collected: bool
    source: str
    """The ``manage.py`` that is Django's."""
    because: str
    folder: str = ""
    """Where they went, below the application's folder; empty where that is elsewhere, or Django doesn't say it."""


class DecidedVariable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A variable that a process finds set unless somebody has set it; ``value`` is empty where a start decides it."""

    name: str
    because: str
    value: str = ""
    worker_bytes: int = 0
    """The memory of each worker, of whose number it is the variable."""


class DecidedProcess(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A process type; ``command`` is what is executed, ``args`` what a platform may replace."""

    type: str
    command: tuple[str, ...]
    source: str
    because: tuple[str, ...]
    default: bool = False
    args: tuple[str, ...] = ()
    variables: dict[str, str] = {}
    """What is set for it alone."""
    sets: tuple[DecidedVariable, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The whole line, as somebody would write it: what is set for it alone comes first."""
        return (*(f"{name}={value}" for name, value in self.variables.items()), *self.command, *self.args)


class DecidedLayer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A layer of the image, and why it is one."""

    name: str
    because: str
    distribution: str = ""
    """The one whose contents it holds, where it is one distribution's."""
    version: str = ""
    nbytes: int = 0
    """Of that distribution's files, by its RECORD."""


class Decisions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="schema", tag=SCHEMA):
    """What was decided of an image; what there is none of doesn't stand in it."""

    target: str
    python: DecidedPython
    manager: DecidedManager | None = None
    processes: tuple[DecidedProcess, ...] = ()
    layers: tuple[DecidedLayer, ...] = ()
    divided: str = ""
    """Why dependencies are divided over layers, or why not."""
    commands: DecidedCommands | None = None
    static: DecidedStatic | None = None
    """``None`` where no Django is installed, or nothing of it is found."""
    labels: dict[str, str] | None = {}
    """Which labels variables ask for, by what each; their values stand in the image. ``None``: all are too long."""
    shortened: bool = False
    """Reasons were left out, since all together are too long for a label."""
    cut: bool = False
    """What users wrote was cut, too."""


class DecisionsUnreadable(msgspec.Struct, frozen=True, kw_only=True):
    """A label isn't JSON of the expected shape; ``reason`` says where."""

    reason: str


class DecisionsOfAnotherSchema(msgspec.Struct, frozen=True, kw_only=True):
    """A label was written by another version of the buildpack, with another schema."""

    schema: int


def encode_decisions(decisions: Decisions) -> str:
    """The label's value, at most ``MOST_BYTES`` long.

    Of what is too long, sentences are cut, then asked-for labels left out, which the image has anyway, then reasons.
    """
    unasked = msgspec.structs.replace(decisions, labels=None)
    ladder: tuple[tuple[Decisions, Callable[[Decisions], Decisions]], ...] = (
        (decisions, lambda each: each),
        (decisions, _sentences(_SENTENCE)),
        (unasked, lambda each: each),
        (unasked, _sentences(_SENTENCE)),
        (unasked, _sentences(_SHORT)),
        (unasked, _without_reasons),
        (unasked, _named_only),
    )
    for whole, less in ladder:
        text = msgspec.json.encode(less(whole))
        if len(text) <= MOST_BYTES:
            return text.decode()
    # Of users' own words there may be any number.
    return msgspec.json.encode(_named_only(msgspec.structs.replace(unasked, processes=()))).decode()


def decode_decisions(text: str | bytes) -> Outcome[Decisions, DecisionsUnreadable | DecisionsOfAnotherSchema]:
    """What a label says; fields that this version doesn't know are passed over."""
    try:
        schema = msgspec.json.decode(text, type=_Schema).schema
        if schema != SCHEMA:
            return Failure(DecisionsOfAnotherSchema(schema=schema))
        return Success(msgspec.json.decode(text, type=Decisions))
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        return Failure(DecisionsUnreadable(reason=str(error)))


class _Schema(msgspec.Struct, frozen=True):
    schema: int


def _sentences(limit: int) -> Callable[[Decisions], Decisions]:
    def cut(reasons: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(shortened(each, limit) for each in reasons)

    return lambda decisions: _with_reasons(decisions, cut)


def _without_reasons(decisions: Decisions) -> Decisions:
    return _with_reasons(decisions, lambda _: ())


def _named_only(decisions: Decisions) -> Decisions:
    """What was decided, each part of it short, whoever wrote it."""
    bare = _without_reasons(decisions)
    replace, manager = msgspec.structs.replace, bare.manager
    return replace(
        bare,
        python=replace(bare.python, request=_short(bare.python.request), source=_short(bare.python.source)),
        manager=manager
        and replace(
            manager,
            source=_short(manager.source),
            groups=_some(manager.groups),
            groups_by=_short(manager.groups_by),
            extras=_some(manager.extras),
        ),
        processes=tuple(
            DecidedProcess(
                type=_short(each.type),
                command=_some(each.command),
                source=_short(each.source),
                because=(),
                default=each.default,
            )
            for each in bare.processes
        ),
        layers=tuple(
            replace(each, name=_short(each.name), distribution=_short(each.distribution), version=_short(each.version))
            for each in bare.layers
        ),
        divided=_short(bare.divided),
        commands=bare.commands
        and replace(bare.commands, lines=_some(bare.commands.lines), source=_short(bare.commands.source)),
        static=bare.static
        and replace(bare.static, source=_short(bare.static.source), folder=_short(bare.static.folder)),
        cut=True,
    )


def _some(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(_short, words[:_FEW]))


def _short(text: str) -> str:
    return shortened(text, _SHORT)


def _with_reasons(decisions: Decisions, change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> Decisions:
    def one(reason: str) -> str:
        return " ".join(change((reason,)))

    replace = msgspec.structs.replace
    manager, commands, static = decisions.manager, decisions.commands, decisions.static
    return replace(
        decisions,
        python=replace(decisions.python, because=change(decisions.python.because)),
        manager=manager and replace(manager, because=change(manager.because)),
        processes=tuple(
            replace(
                each,
                because=change(each.because),
                sets=tuple(replace(found, because=one(found.because)) for found in each.sets),
            )
            for each in decisions.processes
        ),
        layers=tuple(replace(each, because=one(each.because)) for each in decisions.layers),
        commands=commands and replace(commands, because=one(commands.because)),
        static=static and replace(static, because=one(static.because)),
        shortened=True,
    )
