"""Puts a plan, as ``lamina plan --json`` wrote it, beside images (``pure.image.side``)."""

from typing import Final, TypeAlias

import msgspec

from pure.build.decisions import (
    DecidedLayer,
    DecidedManager,
    DecidedProcess,
    DecidedPython,
    DecidedVariable,
    Decisions,
)
from pure.image.side import NotAPlan, NotKnown, Side, decided_by_plan
from pure.layers.decision import Action
from pure.layers.names import HeavyLayerName, heavy_layer, is_heavy
from pure.message import Message
from pure.outcome import Failure, Outcome, Success
from pure.report.record import SCHEMA, ManagerRecord, Record
from pure.review.golden import decode_golden

_AFTER: Final = "a plan installs nothing"
_PROVISIONAL: Final = NotKnown(
    what="final start commands", because="a plan doesn't know yet what the installed distributions can start"
)
_LIKELY: Final = NotKnown(
    what="for certain, which distributions get layers of their own",
    because="a plan estimates that by the sizes of wheels in the lock",
)
_DIVISION: Final = NotKnown(
    what="which distributions get layers of their own",
    because="neither a lock nor restored layers say how large they are",
)
_STATIC: Final = NotKnown(
    what="whether static files are collected, and where",
    because="a plan doesn't know whether Django is installed and what its settings enable",
)


class PlanOfAnotherSchema(msgspec.Struct, frozen=True, kw_only=True):
    """Another version of Lamina wrote the plan."""

    schema: int


class GivenGolden(msgspec.Struct, frozen=True, kw_only=True):
    """A document is the other kind of plan, that of ``lamina plan --write``."""


PlanError: TypeAlias = NotAPlan | PlanOfAnotherSchema | GivenGolden


def side_of_plan(document: bytes, *, name: str) -> Outcome[Side, PlanError]:
    """The plan as a side of a comparison."""
    try:
        plan = msgspec.json.decode(document, type=Record)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        if isinstance(decode_golden(document, file=name), Success):
            return Failure(GivenGolden())
        return Failure(_of_another_schema(document) or NotAPlan(reason=_prevented(document) or str(error)))
    layers = _layers(plan)
    heavy = any(is_heavy(HeavyLayerName(name)) for name in (*layers, *plan.layers))
    unknown = (
        NotKnown(what="distributions", because=_AFTER),
        NotKnown(what="layers and bytes", because=_AFTER),
        *((_LIKELY,) if plan.likely_layers else () if heavy else (_DIVISION,)),
        *((_PROVISIONAL,) if plan.processes_provisional else ()),
        *((_STATIC,) if plan.static_files and not plan.static_files.folder else ()),
    )
    decisions = _decisions(plan, tuple(layers.values()))
    decided = decided_by_plan(decisions, labels=plan.labels, release=plan.lamina, heavy=heavy)
    return Success(Side(name=name, decided=decided, unknown=unknown))


class _Schema(msgspec.Struct, frozen=True):
    schema: int


def _of_another_schema(document: bytes) -> PlanOfAnotherSchema | None:
    """What any later plan says of itself, whatever else it has."""
    try:
        schema = msgspec.json.decode(document, type=_Schema).schema
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    return None if schema == SCHEMA else PlanOfAnotherSchema(schema=schema)


class _Prevented(msgspec.Struct, frozen=True):
    error: Message


def _prevented(document: bytes) -> str:
    """What ``lamina plan --json`` prints where there can be no plan."""
    try:
        return f"It says why there is none: {msgspec.json.decode(document, type=_Prevented).error.happened}"
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return ""


def _manager(manager: ManagerRecord) -> DecidedManager:
    return DecidedManager(
        name=manager.name,
        source=manager.source,
        because=manager.chosen,
        groups=manager.groups,
        groups_by=manager.groups_by,
        extras=manager.extras,
    )


def _decisions(plan: Record, layers: tuple[DecidedLayer, ...]) -> Decisions:
    manager = plan.package_manager
    python = plan.python
    return Decisions(
        target=plan.target,
        python=DecidedPython(
            version=python.version, request=python.request, source=python.source, because=python.because
        ),
        manager=_manager(manager) if manager else None,
        processes=tuple(
            DecidedProcess(
                type=each.type,
                command=each.command,
                source=each.source,
                because=(each.because,),
                default=each.default,
                args=each.args,
                variables=each.variables,
                sets=tuple(
                    DecidedVariable(name=name, value=one.value, because=one.because)
                    for name, one in each.at_launch.items()
                ),
            )
            for each in plan.processes
        ),
        layers=layers,
        commands=plan.build_commands,
        static=plan.static_files,
    )


def _layers(plan: Record) -> dict[HeavyLayerName, DecidedLayer]:
    """Those of the image, as far as a plan foresees them."""
    likely = {
        heavy_layer(each.name): DecidedLayer(
            name=heavy_layer(each.name), because="", distribution=each.name, version=each.version
        )
        for each in plan.likely_layers
    }
    return likely | {
        HeavyLayerName(name): DecidedLayer(
            name=name,
            because="",
            distribution=name.removeprefix(heavy_layer("")) if is_heavy(HeavyLayerName(name)) else "",
            version=each.metadata.get("version", ""),
        )
        for name, each in plan.layers.items()
        if each.launch and each.action is not Action.DROP
    }
