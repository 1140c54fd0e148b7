"""Turns what is decided about Django's static files into steps: collected, kept for the next build, or put back."""

from collections.abc import Mapping
from typing import Final

import msgspec

from pure.build import collecting
from pure.build.collected import (
    CollectedRecord,
    Comparable,
    Grounds,
    Unlike,
    comparable,
    decode_trace,
    encode_record,
    recorded,
)
from pure.build.facts import Facts
from pure.build.news import StaticFilesPlanned
from pure.build.plan import NO_DJANGO, Plan
from pure.build.states import Build, Collecting
from pure.build.steps import Answer, BeginLayer, DropLayer, FinishLayer, ReadFiles, RunProgram, Steps, WriteFiles
from pure.build.watched import FilesHashed, FilesSeen, HashFiles, LookAtFiles, PackFiles, UnpackFiles
from pure.build.workplace import COLLECTED_RECORD, Workplace
from pure.layers.decision import Action, LayerDecision, drop_layer, types_of
from pure.layers.inventory import with_static
from pure.layers.names import STATIC_CACHE, VENV
from pure.start.django import COMMAND, DJANGO, Collected, NotEnabled, collected_into, turned_out, went_into

_TRACE: Final = "collectstatic.json"
_TRACER: Final = "shell/traced.py"


def planned(plan: Plan, installed: Mapping[str, str]) -> StaticFilesPlanned | None:
    """Whether static files are collected; ``None`` where Django isn't installed.

    ``installed`` maps normalised names to versions.
    """
    if DJANGO not in installed:
        return None
    decision = plan.django
    collect = decision.manage is not None and decision.collect
    return StaticFilesPlanned(django=installed[DJANGO], collect=collect, because=decision.because)


def collect(plan: Plan, facts: Facts, work: Workplace) -> Steps:
    """The steps that collect them, and see what is read and written meanwhile."""
    assert plan.django.manage is not None, "static files are collected by a manage.py"
    folder, script = collecting.place_of(facts, plan.django.manage)
    trace = f"{work.temporary}/{_TRACE}"
    return (
        LookAtFiles(root=work.app, forget=True),
        RunProgram(
            purpose="collect-static",
            argv=(f"{work.venv}/bin/python", f"{work.buildpack}/{_TRACER}", trace, script, *COMMAND),
            environment=collecting.variables(facts),
            folder=folder,
            # A project that doesn't know the command is one without static files, which is no failure.
            may_fail=True,
        ),
        LookAtFiles(root=work.app),
        ReadFiles(root=work.temporary, patterns=(_TRACE,)),
    )


def seen(build: Build, answer: Answer, judgement: Collected | NotEnabled) -> Comparable | Unlike:
    """What of it a later build can compare with, or why there is nothing of that."""
    if build.plan.commands is not None:
        return collecting.AFTER_COMMANDS
    before, after = answer.all(FilesSeen)
    named = build.facts.variables.get("TMPDIR", "").rstrip("/")
    temporary = (build.work.temporary, named) if named else (build.work.temporary,)
    grounds = Grounds(app=build.work.app, layers=build.work.layers, temporary=temporary)
    folder = collected_into(judgement.summary) if isinstance(judgement, Collected) else None
    trace = decode_trace(answer.read(build.work.temporary).get(_TRACE))
    return comparable(grounds, folder, before, after, trace)


def look_closer(work: Workplace, found: Comparable) -> HashFiles:
    """The step by which it is known what was read and made."""
    return HashFiles(root=work.app, files=tuple(sorted({*found.reads, *found.made})))


def looked_at(build: Build, hashed: FilesHashed) -> Build:
    """The build that knows what a later one can compare with."""
    assert isinstance(build.state, Collecting), "files are looked at after they were collected"
    assert build.state.found is not None, "it is known which"
    found = msgspec.structs.replace(build.state.found, held=hashed.held)
    return msgspec.structs.replace(build, collected=found)


def known(build: Build, judgement: Collected | NotEnabled) -> Build:
    """The build whose plan says whether there are static files, and where they went."""
    folder = went_into(judgement.summary, build.work.app) if isinstance(judgement, Collected) else ""
    return _known(build, enabled=isinstance(judgement, Collected), folder=folder)


def _known(build: Build, *, enabled: bool, folder: str) -> Build:
    plan = build.plan
    django = turned_out(plan.django, enabled=enabled, folder=folder)
    return msgspec.structs.replace(build, plan=msgspec.structs.replace(plan, django=django))


def none(build: Build) -> Build:
    """The build whose plan says that no Django is installed."""
    plan = msgspec.structs.replace(build.plan, django=NO_DJANGO)
    return msgspec.structs.replace(build, plan=plan)


def kept(build: Build, before: CollectedRecord) -> Build:
    """The build whose plan keeps the layer of what was collected, whatever was open about the environment before."""
    build = _known(build, enabled=before.enabled, folder=before.folder)
    decision = msgspec.structs.replace(
        build.plan.decided(STATIC_CACHE),
        action=Action.KEEP,
        because=("nothing that collecting static files reads has changed",),
    )
    return msgspec.structs.replace(build, plan=build.plan.with_layer(decision))


def put_back(plan: Plan, work: Workplace) -> Steps:
    """The steps by which the files are there that the previous build collected."""
    return (UnpackFiles(root=work.app, archive=work.packed_static), FinishLayer(decision=plan.decided(STATIC_CACHE)))


def keep(build: Build) -> tuple[Plan, Steps]:
    """The plan and the steps by which the next build has what was collected, or nothing of an earlier one."""
    plan, layer, found = build.plan, build.plan.present(STATIC_CACHE), build.collected
    if found is None:
        if layer is None or layer.action is Action.KEEP:
            return plan, ()
        dropped = drop_layer(STATIC_CACHE, "what is collected can't be compared with")
        return plan.with_layer(dropped), (DropLayer(layer=STATIC_CACHE),)
    assert plan.django.manage is not None, "static files were collected by a manage.py"
    assert build.record is not None, "Django is installed in an environment that has a record"
    runtime, decision = plan.python.runtime, _made(plan, build.facts, layer)
    environment = plan.decided(VENV).holds if plan.packing.pack else collecting.digest_of(build.record)
    now = collecting.collector(build.facts, plan.django.manage, environment=environment, runtime=runtime)
    kept_for_the_next = encode_record(recorded(found, now, plan.django.folder))
    plan = msgspec.structs.replace(plan, layers=with_static(plan.layers, decision))
    return plan, (
        BeginLayer(layer=STATIC_CACHE),
        PackFiles(root=build.work.app, files=found.made, archive=build.work.packed_static),
        WriteFiles(root=build.work.layer(STATIC_CACHE), files=((COLLECTED_RECORD, kept_for_the_next),)),
        FinishLayer(decision=decision),
    )


def _made(plan: Plan, facts: Facts, planned: LayerDecision | None) -> LayerDecision:
    """The decision over the layer of what was collected now."""
    if planned is not None and planned.action is Action.RECREATE:
        return planned
    return LayerDecision(
        name=STATIC_CACHE,
        action=Action.CREATE if planned is None else Action.RECREATE,
        because=("it keeps what was collected for the next build",),
        metadata=collecting.metadata(facts.target, plan.python.runtime),
        types=types_of(STATIC_CACHE),
    )
