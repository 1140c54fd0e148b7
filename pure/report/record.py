"""Puts a plan into the machine-readable form that ``lamina plan --json`` prints and each build leaves behind."""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from pure.build.composing import Composition
from pure.build.decisions import DecidedCommands, DecidedStatic
from pure.build.estimate import Estimate
from pure.build.plan import Plan
from pure.layers.cost import Amount, Cost
from pure.layers.decision import Action
from pure.layers.metadata import metadata_table
from pure.layers.moved import Moved, Work
from pure.message import Message
from pure.report.billed import billed
from pure.report.decided import decided_commands, decided_static
from pure.report.prose.apt import missing_packages
from pure.report.prose.findings import finding_lines

SCHEMA: Final = 1


class IgnoredRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was said about the Python version and had no influence."""

    source: str
    text: str
    because: str


class PythonRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The runtime: its version, the request it answers, where that stands, why it is this one, and what was ignored."""

    version: str
    request: str
    """Empty where nobody asked and a default decided."""
    source: str
    because: tuple[str, ...]
    ignored: tuple[IgnoredRecord, ...]
    sha256: str


class ManagerRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The package manager; ``warnings`` are what its user should know."""

    name: str
    version: str
    source: str
    because: tuple[str, ...]
    chosen: tuple[str, ...] = ()
    """Those of the reasons that are for the manager itself, whatever the version of its tool."""
    groups: tuple[str, ...] = ()
    """Dependency groups that are installed beside the main dependencies."""
    groups_by: str = ""
    """What adds them: a variable, the lock."""
    extras: tuple[str, ...] = ()
    """Extras of the application that a variable adds."""
    warnings: tuple[str, ...]


class BindingRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One binding, by its name and type; ``used`` says whether anything of the build depends on it."""

    name: str
    type: str
    used: bool
    because: tuple[str, ...]


class LayerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One layer: what is done to it, why, in which roles it is used, and the metadata that decides over it."""

    action: Action
    because: tuple[str, ...]
    build: bool
    launch: bool
    cache: bool
    metadata: dict[str, str]


class DefaultRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A variable that a process finds set unless somebody has set it."""

    value: str = ""
    because: str
    unless: str = ""
    worker_bytes: int = 0


class ProcessRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One process type. Words and variables may be such that are expanded when it starts."""

    type: str
    command: tuple[str, ...]
    # Those that a container is started with take their place.
    args: tuple[str, ...] = ()
    variables: dict[str, str] = {}
    default: bool
    source: str
    because: str
    working_dir: str
    # What it finds set, by variable.
    at_launch: dict[str, DefaultRecord] = {}


class MovedRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a platform would have to do with one layer (``pure.layers.moved``), and its bytes, where they are known."""

    work: Work
    nbytes: int | None = None


class AmountRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Bytes of layers, as far as they are known; ``most`` says that it may turn out to be less."""

    nbytes: int
    unknown: tuple[str, ...] = ()
    most: bool = False


class CostRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What the platform would have to restore, move and push (``pure.layers.cost``)."""

    restored: AmountRecord
    moved: AmountRecord
    pushed: AmountRecord


class LikelyRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution that will probably get a layer of its own; its bytes are estimated."""

    name: str
    version: str
    nbytes: int


class RequiredRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What other buildpacks require under a name; ``unmet`` says why they don't get it."""

    build: bool
    launch: bool
    unmet: str = ""


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="schema", tag=SCHEMA):
    """A whole plan. No field holds a variable's value, and a URL never stands in it."""

    lamina: str
    target: str
    python: PythonRecord
    package_manager: ManagerRecord | None
    layers: dict[str, LayerEntry]
    findings: tuple[str, ...]
    processes: tuple[ProcessRecord, ...]
    processes_because: tuple[str, ...]
    processes_notes: tuple[str, ...]
    processes_provisional: bool
    # What is set or written and has no effect.
    unheard: tuple[str, ...] = ()
    # What the platform binds, and what became of it.
    bindings: tuple[BindingRecord, ...] = ()
    # What the application has run in its build.
    build_commands: DecidedCommands | None = None
    # Of Django's; missing where there is no manage.py, or a build has found no Django.
    static_files: DecidedStatic | None = None
    # What other buildpacks require, by name.
    required: dict[str, RequiredRecord] = {}
    # Those of the image that variables ask for.
    labels: dict[str, str] = {}
    # What has bills of materials, as CycloneDX 1.6 and SPDX 2.3: layers, ``launch`` for the whole image, ``build`` for
    # the tools.
    sboms: tuple[str, ...] = ()
    # Debian's packages that have the libraries which are missing.
    system_packages: tuple[str, ...] = ()
    # The commands that would pin the requirements with hashes, where nothing else keeps builds from being free.
    pinned_by: tuple[str, ...] = ()
    # Only in plans.
    foreseen: dict[str, MovedRecord] = {}
    cost: CostRecord | None = None
    likely_layers: tuple[LikelyRecord, ...] = ()


class ErrorRecord(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag=SCHEMA):
    """What prevents a plan, in the place of one."""

    error: Message


def record(
    plan: Plan,
    *,
    version: str,
    redact: Callable[[str], str],
    moved: Iterable[Moved] = (),
    cost: Cost | None = None,
    estimate: Estimate | None = None,
) -> Record:
    """The record of a plan; ``version`` is this buildpack's. A plan has ``moved``, ``cost`` and ``estimate``.

    ``redact`` takes credentials out of what users wrote (commands, reasons): nothing else in a record can hold one, and
    a password that is an ordinary word must not blank the record's own words.
    """
    manager = plan.package_manager
    return Record(
        lamina=version,
        target=str(plan.target),
        python=PythonRecord(
            version=plan.python.version,
            request=plan.python.request,
            source=str(plan.python.source),
            because=tuple(map(redact, plan.python.because)),
            ignored=tuple(
                IgnoredRecord(source=str(each.source), text=redact(each.text), because=redact(each.because))
                for each in plan.python.ignored
            ),
            sha256=plan.python.runtime.sha256,
        ),
        package_manager=None
        if manager is None
        else ManagerRecord(
            name=manager.name,
            version=manager.version,
            source=str(manager.source),
            because=tuple(map(redact, manager.because)),
            chosen=tuple(map(redact, manager.managed.choice.because)),
            groups=manager.groups,
            groups_by=manager.groups_by,
            extras=manager.selection.extras,
            warnings=tuple(map(redact, manager.advice)),
        ),
        layers={
            layer.name: LayerEntry(
                action=layer.action,
                because=tuple(map(redact, layer.because)),
                build=bool(layer.types and layer.types.build),
                launch=bool(layer.types and layer.types.launch),
                cache=bool(layer.types and layer.types.cache),
                metadata=metadata_table(layer.metadata) if layer.metadata else {},
            )
            for layer in plan.layers
        },
        findings=tuple(redact(" ".join(part.strip() for part in finding_lines(each))) for each in plan.findings),
        processes=tuple(
            ProcessRecord(
                type=process.type,
                command=tuple(map(redact, process.command)),
                args=tuple(map(redact, process.args)),
                variables={name: redact(value) for name, value in process.variables},
                default=process.default,
                source=str(process.source),
                because=redact(process.because),
                working_dir=process.working_dir,
                at_launch={
                    each.variable: DefaultRecord(
                        value=each.value, because=each.because, unless=each.unless, worker_bytes=each.memory
                    )
                    for each in process.defaults
                },
            )
            for process in plan.processes.processes
        ),
        processes_because=tuple(map(redact, plan.processes.because)),
        processes_notes=tuple(map(redact, (*plan.processes.warnings, *plan.processes.notes))),
        processes_provisional=plan.processes.provisional,
        unheard=tuple(map(redact, plan.unheard)),
        bindings=tuple(
            BindingRecord(
                name=redact(each.name),
                type=redact(each.kind),
                used=each.used,
                because=tuple(map(redact, each.because)),
            )
            for each in plan.bindings
        ),
        build_commands=decided_commands(plan, redact),
        static_files=decided_static(plan, redact),
        required=_required(plan.composition, redact),
        sboms=billed(plan),
        labels={label.key: redact(label.value) for label in plan.labels},
        system_packages=missing_packages(plan.findings),
        pinned_by=tuple(map(redact, plan.pinned_by)),
        foreseen={each.layer: MovedRecord(work=each.work, nbytes=each.nbytes) for each in moved},
        cost=None
        if cost is None
        else CostRecord(restored=_amount(cost.restored), moved=_amount(cost.moved), pushed=_amount(cost.pushed)),
        likely_layers=tuple(
            LikelyRecord(name=each.name, version=redact(each.version), nbytes=each.nbytes)
            for each in (estimate.likely if estimate else ())
        ),
    )


def _required(composition: Composition, redact: Callable[[str], str]) -> dict[str, RequiredRecord]:
    unmet = {each.name: each.because for each in composition.unmet}
    return {
        each.name: RequiredRecord(build=each.build, launch=each.launch, unmet=redact(unmet.get(each.name, "")))
        for each in composition.required
    }


def _amount(amount: Amount) -> AmountRecord:
    return AmountRecord(nbytes=amount.nbytes, unknown=amount.unknown, most=amount.most)


def encode_record(value: Record) -> bytes:
    """The record as JSON, indented, with a final newline; equal records give equal bytes."""
    return msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=2) + b"\n"


def encode_error(message: Message, *, redact: Callable[[str], str]) -> bytes:
    """What prevents a plan as JSON, for whoever asked for the plan as JSON."""
    error = Message(
        happened=redact(message.happened),
        found=tuple(map(redact, message.found)),
        means=tuple(map(redact, message.means)),
        do=tuple(map(redact, message.do)),
    )
    return msgspec.json.format(msgspec.json.encode(ErrorRecord(error=error)), indent=2) + b"\n"
