"""Decides whether a build collects Django's static files again, or puts those back that the previous one collected."""

import hashlib
from typing import Final

import msgspec

from pure.build.collected import CollectedRecord, Collector, Unlike, compare, digests_of
from pure.build.facts import Facts
from pure.layers.decision import Action, LayerDecision, decide_layer, drop_layer
from pure.layers.metadata import StaticCacheLayer
from pure.layers.names import PYTHON, STATIC_CACHE, VENV
from pure.layers.packing import Stored, holding
from pure.manager.environment import application_environment
from pure.project.build_commands import BuildCommands
from pure.python.catalogue import Runtime
from pure.start.django import COMMAND, DJANGO, DjangoDecision
from pure.target import Target
from pure.venv.state import VenvState, as_in_a_tree, encode_state

NOTHING_KEPT: Final = ""
"""No earlier build kept what it collected: there is nothing to be said of it."""
AFTER_COMMANDS: Final = "build commands run before, and nobody knows what they write"
"""Why static files are collected in each build that has build commands."""


def unchanged(
    facts: Facts,
    django: DjangoDecision,
    *,
    runtime: Runtime,
    venv: LayerDecision,
    kept: Stored,
    state: VenvState | None,
    commands: BuildCommands | None = None,
) -> CollectedRecord | Unlike:
    """What the previous build collected, where collecting gives the same if the environment is kept; else why not."""
    before = facts.collected
    if commands is not None:
        return AFTER_COMMANDS
    if before is None or state is None or not django.collect or django.manage is None:
        return NOTHING_KEPT
    environment = holding(kept.archive, venv.environment) if kept.archive else digest_of(state)
    now = collector(facts, django.manage, environment=environment, runtime=runtime)
    return compare(before, digests_of(now)) or before.record


def collects(django: DjangoDecision, same: CollectedRecord | Unlike, state: VenvState | None) -> bool:
    """Whether a build that keeps an environment, which holds what its record says, has static files to collect."""
    installed = state is not None and any(each.name == DJANGO for each in state.resolved.distributions)
    wanted = django.collect and django.manage is not None
    return installed and wanted and not isinstance(same, CollectedRecord)


def planned_layer(
    facts: Facts, django: DjangoDecision, same: CollectedRecord | Unlike, *, runtime: Runtime, venv: LayerDecision
) -> LayerDecision | None:
    """The decision over the layer of what an earlier build collected, as far as is known beforehand."""
    restored = facts.restored.get(STATIC_CACHE)
    if restored is None or not django.collect or django.manage is None:
        return None
    if same == AFTER_COMMANDS:
        return drop_layer(STATIC_CACHE, AFTER_COMMANDS)
    decision = decide_layer(STATIC_CACHE, metadata(facts.target, runtime), restored)
    if decision.action is not Action.KEEP or (isinstance(same, CollectedRecord) and venv.action is Action.KEEP):
        return decision
    because = same if isinstance(same, str) and same else "what is installed may change"
    return msgspec.structs.replace(decision, action=Action.RECREATE, because=(because,))


def metadata(target: Target, runtime: Runtime) -> StaticCacheLayer:
    """What the layer of collected files is made for."""
    return StaticCacheLayer(arch=target.arch, distro=str(target.distro or ""), python_minor=runtime.minor)


def collector(facts: Facts, manage: str, *, environment: str, runtime: Runtime) -> Collector:
    """What static files are collected by."""
    folder, script = place_of(facts, manage)
    return Collector(
        environment=environment,
        runtime=runtime.sha256,
        command=(folder, script, *COMMAND),
        variables=variables(facts),
    )


def place_of(facts: Facts, manage: str) -> tuple[str, str]:
    """The folder in which a ``manage.py`` is run, and its name there."""
    folder, _, script = manage.rpartition("/")
    return (f"{facts.home}/{folder}" if folder else facts.home), script


def variables(facts: Facts) -> tuple[tuple[str, str], ...]:
    """The environment in which static files are collected."""
    layers = facts.layers_dir
    given = application_environment(facts.variables, venv=f"{layers}/{VENV}", python=f"{layers}/{PYTHON}")
    return tuple(sorted(given.items()))


def digest_of(state: VenvState) -> str:
    """A digest of what is installed, where it is kept as a tree."""
    return hashlib.sha256(encode_state(as_in_a_tree(state))).hexdigest()
