"""Decides which layers a build has, for which facts each is made, and what is done to it."""

from collections.abc import Mapping
from typing import Final, assert_never

import msgspec

from pure.layers.changes import known_changes
from pure.layers.decision import (
    EVERYWHERE,
    FOR_BUILDS,
    Action,
    LayerDecision,
    LayerTypes,
    RestoredLayer,
    decide_layer,
    drop_layer,
    nothing_changed,
    types_of,
)
from pure.layers.environment import (
    NO_ENVIRONMENT,
    python_layer_environment,
    tool_layer_environment,
    venv_layer_environment,
)
from pure.layers.heavy import BuiltFor, Division, planned_layers, why_lost
from pure.layers.metadata import (
    STRUCTS,
    PipCacheLayer,
    PythonCacheLayer,
    PythonLayer,
    ToolLayer,
    VenvLayer,
    decode_linked,
)
from pure.layers.names import (
    PIP_CACHE,
    PYTHON,
    PYTHON_CACHE,
    STATIC_CACHE,
    VENV,
    VENV_CACHE,
    LayerName,
    is_heavy,
)
from pure.layers.packing import Packing, Stored, held
from pure.layers.reconciliation import reconciled
from pure.manager.decision import PackageManagerDecision
from pure.manager.table import PIP_TOOL, ToolName
from pure.python.catalogue import Runtime
from pure.target import Target
from pure.venv.pins import Pin, encode_pins
from pure.venv.requirements_fingerprint import Pinning
from pure.venv.state import VenvState

_NOT_ASKED: Final = "an earlier release made it, and didn't ask which libraries are linked into it"
_OTHER_CONTENTS: Final = "whether builds need the contents of heavy distributions has changed"


def application_layers(
    restored: Mapping[LayerName, RestoredLayer],
    *,
    layers_dir: str,
    target: Target,
    runtime: Runtime,
    decided: PackageManagerDecision,
    pinning: Pinning,
    state: VenvState | None,
    division: Division,
    packing: Packing,
    kept: Stored,
    pins: tuple[Pin, ...] | None = None,
) -> tuple[LayerDecision, ...]:
    """The layers of an application: those that it has, then those of earlier builds that are dropped.

    Those of single distributions are there as far as is known before anything is installed.
    """
    tool = decided.manager.tool
    arch, distro = target.arch, str(target.distro or "")
    made = [
        _python(restored, layers_dir, runtime, packing, types=None if packing.pack else EVERYWHERE),
        decide_layer(
            tool.name,
            tool_layer(tool.name, decided.version, target=target, python_minor=runtime.minor),
            restored.get(tool.name),
            environment=tool_layer_environment(tool.name, f"{layers_dir}/{tool.name}"),
            # Without Python at hand, what it has on PATH would be in the way.
            types=None if packing.pack else FOR_BUILDS,
        ),
    ]
    if tool is PIP_TOOL:
        cache = PipCacheLayer(arch=arch, distro=distro, python_minor=runtime.minor)
        made.append(decide_layer(PIP_CACHE, cache, restored.get(PIP_CACHE)))
    venv = decide_layer(
        VENV,
        VenvLayer(arch=arch, distro=distro, python_minor=runtime.minor, installer=decided.name),
        kept.restored,
        environment=venv_layer_environment(f"{layers_dir}/{VENV}"),
        types=None if packing.pack else EVERYWHERE,
    )
    place = BuiltFor(arch=arch, distro=distro, python_minor=runtime.minor)
    pieces = state.seen.pieces if state else ()
    changes = known_changes(decided, state, pins, kept) if state else {}
    venv = reconciled(
        venv,
        kept.restored,
        pinning=pinning,
        state=state,
        source=decided.installed_from,
        built_with=decided.built_with,
        divide=division.divide,
        pins=encode_pins(pins) if pins else "",
        lost={each.name: why for each in pieces if (why := why_lost(each, restored, division, place))},
        changes=changes,
    )
    made.append(venv)
    if packing.pack:
        made.append(_packed(venv, kept, division, restored.get(VENV_CACHE)))
    known = {} if venv.action is Action.KEEP else changes
    anew = venv.action not in (Action.KEEP, Action.RECONCILE)
    made += planned_layers(pieces, restored, division, place, known, anew=anew)
    unused = f"{tool.title} installs the dependencies, and it doesn't use this layer"
    caches: tuple[LayerName, ...] = () if packing.pack else (PYTHON_CACHE, VENV_CACHE)
    reasons = {
        **dict.fromkeys(caches, packing.because),
        STATIC_CACHE: "no static files are collected that it could keep",
    }
    return (*made, *_dropped(restored, made, unused, reasons))


def with_heavy(layers: tuple[LayerDecision, ...], heavy: tuple[LayerDecision, ...]) -> tuple[LayerDecision, ...]:
    """The layers with other decisions over those of single distributions."""
    return (*(each for each in layers if not is_heavy(each.name)), *heavy)


def with_static(layers: tuple[LayerDecision, ...], decision: LayerDecision | None) -> tuple[LayerDecision, ...]:
    """The layers with this decision over that of collected static files."""
    return (*(each for each in layers if each.name != STATIC_CACHE), decision) if decision else layers


def with_archive(
    layers: tuple[LayerDecision, ...],
    restored: Mapping[LayerName, RestoredLayer],
    runtime: Runtime,
    *,
    idle: bool,
) -> tuple[LayerDecision, ...]:
    """The layers with that of the runtime's archive, which comes from elsewhere: if it is there, or fetched now."""
    python, *others = layers
    decision = decide_layer(PYTHON_CACHE, PythonCacheLayer(archive_sha256=runtime.sha256), restored.get(PYTHON_CACHE))
    fetched = python.action is not Action.KEEP or (python.away and not idle)
    if not fetched and decision.action is not Action.KEEP:
        return layers
    return (python, decision, *(each for each in others if each.name != PYTHON_CACHE))


def runtime_layers(
    restored: Mapping[LayerName, RestoredLayer],
    *,
    layers_dir: str,
    runtime: Runtime,
    packing: Packing,
    types: LayerTypes | None,
    because: str,
) -> tuple[LayerDecision, ...]:
    """The layers where only the runtime is provided: its own, then those that are dropped, and ``because`` of what."""
    made = [_python(restored, layers_dir, runtime, packing, types=types)]
    heavy = (drop_layer(name, because) for name in sorted(restored) if is_heavy(name))
    return (*made, *_dropped(restored, made, because), *heavy)


def tool_layer(tool: ToolName, version: str, *, target: Target, python_minor: str) -> ToolLayer:
    """What the files of a package manager's tool depend on."""
    match tool:
        case "uv":
            # A binary, which no Python has a part in.
            return ToolLayer(tool=tool, arch=target.arch, version=version)
        case "pip":
            # Written in Python alone, so that no distribution makes a difference.
            return ToolLayer(tool=tool, arch=target.arch, python_minor=python_minor, version=version)
        case "poetry" | "pipenv" | "pdm":
            # What they need may be compiled.
            return ToolLayer(
                tool=tool,
                arch=target.arch,
                distro=str(target.distro or ""),
                python_minor=python_minor,
                version=version,
            )
        case _:
            assert_never(tool)


def _python(
    restored: Mapping[LayerName, RestoredLayer],
    layers_dir: str,
    runtime: Runtime,
    packing: Packing,
    *,
    types: LayerTypes | None,
) -> LayerDecision:
    wanted = PythonLayer(
        os=runtime.os,
        arch=runtime.arch,
        distro=str(runtime.distro or ""),
        python_version=runtime.version,
        archive_sha256=runtime.sha256,
    )
    environment = python_layer_environment(f"{layers_dir}/{PYTHON}", runtime.minor)
    found = restored.get(PYTHON)
    decision = decide_layer(PYTHON, wanted, found, environment=environment, types=types)
    if packing.pack:
        decision = in_the_image(decision, restored)
    if decision.action is not Action.KEEP or found is None:
        return decision
    if linked := decode_linked(found.toml):
        return msgspec.structs.replace(decision, linked=linked)
    return msgspec.structs.replace(decision, action=Action.RECREATE, because=(_NOT_ASKED,), away=False)


def in_the_image(decision: LayerDecision, restored: Mapping[LayerName, RestoredLayer]) -> LayerDecision:
    """The decision over a layer that is in the image alone: kept where that has the very same."""
    known = held(decision, "", restored)
    if not known.away:
        return known
    return msgspec.structs.replace(known, action=Action.KEEP, because=(nothing_changed(decision.name),))


def _packed(venv: LayerDecision, kept: Stored, division: Division, restored: RestoredLayer | None) -> LayerDecision:
    """The decision over the layer that keeps the environment packed: it goes with it."""
    action, because = venv.action, venv.because
    if not kept.archive:
        action = Action.RECREATE if restored is not None else Action.CREATE
        because = ("it keeps the environment for the next build",)
    elif division.packed is not bool(division.at_hand):
        action, because = Action.RECREATE, (_OTHER_CONTENTS,)
    return msgspec.structs.replace(
        venv, name=VENV_CACHE, action=action, because=because, types=types_of(VENV_CACHE), environment=NO_ENVIRONMENT
    )


def _dropped(
    restored: Mapping[LayerName, RestoredLayer],
    made: list[LayerDecision],
    because: str,
    reasons: Mapping[LayerName, str] = {},
) -> tuple[LayerDecision, ...]:
    kept = {layer.name for layer in made}
    dropped = (name for name in STRUCTS if name in restored and name not in kept)
    return tuple(drop_layer(name, reasons.get(name, because)) for name in dropped)
