"""Turns the layers of our own programs into steps: what looks for certificates, and what starts the application."""

from pure.build.at_launch import files
from pure.build.bound import launch_files
from pure.build.facts import Facts
from pure.build.plan import Plan
from pure.build.steps import BeginLayer, DropLayer, FinishLayer, Steps, WriteFiles
from pure.build.workplace import Workplace
from pure.layers.decision import Action
from pure.layers.names import AT_LAUNCH, CERTIFICATES, LayerName
from pure.layers.programs import Files


def certificates(plan: Plan, facts: Facts, work: Workplace) -> Steps:
    """The steps for what looks for certificates that are bound at launch."""
    return _bring(plan, CERTIFICATES, launch_files(facts), work)


def at_launch(plan: Plan, facts: Facts, work: Workplace) -> Steps:
    """The steps for what processes need at their start; only at the end of a build it is known what that is."""
    decision = plan.layer(AT_LAUNCH)
    if decision is not None and decision.action is Action.DROP:
        return (DropLayer(layer=AT_LAUNCH),)
    return _bring(plan, AT_LAUNCH, files(plan.processes, facts), work)


def _bring(plan: Plan, name: LayerName, found: Files, work: Workplace) -> Steps:
    decision = plan.present(name)
    if decision is None:
        return ()
    if decision.action is Action.KEEP:
        return (FinishLayer(decision=decision),)
    return (
        BeginLayer(layer=name),
        WriteFiles(root=work.layer(name), files=found, executable=True),
        FinishLayer(decision=decision),
    )
