"""Puts what a build decided into what its image says of that (``pure.build.decisions``)."""

from collections.abc import Callable, Mapping
from typing import Final

from pure.build.decisions import (
    DecidedCommands,
    DecidedLayer,
    DecidedManager,
    DecidedProcess,
    DecidedPython,
    DecidedStatic,
    DecidedVariable,
    Decisions,
)
from pure.build.plan import Plan
from pure.layers.decision import Action, LayerDecision
from pure.layers.names import AT_LAUNCH, CERTIFICATES, PYTHON, VENV, LayerName, heavy_layer, is_heavy
from pure.manager.terms import path
from pure.venv.piece import Piece
from pure.venv.state import VenvState
from pure.wording import size

# Why a layer is one, whatever becomes of it in a build.
_PURPOSES: Final[Mapping[LayerName, str]] = {
    PYTHON: "Python by itself: it changes with its version, and with nothing that is installed",
    VENV: "the dependencies, with the metadata and programs of all of them",
    AT_LAUNCH: "what starts processes and sets what servers need, and changes with these and this buildpack",
    CERTIFICATES: "what looks for bound certificates at the start, which changes with this buildpack alone",
}

_NONE_HEAVY: Final = "no distribution is heavy enough for a layer of its own"


def decisions(plan: Plan, record: VenvState | None, *, redact: Callable[[str], str] = str) -> Decisions:
    """What the image says of a build's decisions; ``record`` is what is known of the environment.

    Nothing in it depends on what earlier builds left, or on the day. ``redact`` takes credentials out of what users
    wrote: a label is for everybody to read.
    """
    manager = plan.package_manager
    found = record.seen.pieces if record else ()
    pieces: dict[LayerName, Piece] = {heavy_layer(piece.name): piece for piece in found}
    return Decisions(
        target=str(plan.target),
        python=DecidedPython(
            version=plan.python.version,
            request=redact(plan.python.request),
            source=str(plan.python.source),
            because=tuple(map(redact, plan.python.because)),
        ),
        manager=None
        if manager is None
        else DecidedManager(
            name=manager.name,
            source=", ".join(path(manager.installed_from.folder, file) for file in manager.installed_from.files),
            because=tuple(map(redact, manager.managed.choice.because)),
            groups=manager.groups,
            groups_by=manager.groups_by,
            extras=manager.selection.extras,
        ),
        processes=tuple(
            DecidedProcess(
                type=each.type,
                command=tuple(map(redact, each.command)),
                source=str(each.source),
                because=(redact(each.because),),
                default=each.default,
                args=tuple(map(redact, each.args)),
                variables={name: redact(value) for name, value in each.variables},
                sets=tuple(
                    DecidedVariable(
                        name=one.variable,
                        value=redact(one.value),
                        because=redact(one.because),
                        worker_bytes=one.memory,
                    )
                    for one in each.defaults
                ),
            )
            for each in plan.processes.processes
        ),
        # Those that a build adds stand last in a plan, whatever they are.
        layers=tuple(
            _layer(each, pieces.get(each.name))
            for each in sorted(plan.layers, key=lambda each: (is_heavy(each.name), each.name))
            if each.action is not Action.DROP and each.types is not None and each.types.launch
        ),
        divided=_NONE_HEAVY if plan.division.divide and not found else redact(plan.division.because),
        commands=decided_commands(plan, redact),
        static=decided_static(plan, redact),
        labels={label.key: label.variable for label in plan.labels},
    )


def decided_commands(plan: Plan, redact: Callable[[str], str]) -> DecidedCommands | None:
    """What the application has run in its build."""
    commands = plan.commands
    if commands is None:
        return None
    return DecidedCommands(
        lines=tuple(map(redact, commands.lines)), source=str(commands.source), because=redact(commands.because)
    )


def decided_static(plan: Plan, redact: Callable[[str], str]) -> DecidedStatic | None:
    """What becomes of Django's static files."""
    django = plan.django
    if django.manage is None:
        return None
    return DecidedStatic(
        collected=django.collect, source=django.manage, because=redact(django.because), folder=redact(django.folder)
    )


def _layer(decision: LayerDecision, piece: Piece | None) -> DecidedLayer:
    if piece is None:
        return DecidedLayer(name=decision.name, because=_PURPOSES.get(decision.name, ""))
    return DecidedLayer(
        name=decision.name,
        because=f"{size(piece.nbytes)} of one distribution: they are moved only when it changes",
        distribution=piece.name,
        version=piece.version,
        nbytes=piece.nbytes,
    )
