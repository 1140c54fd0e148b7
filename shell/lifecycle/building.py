"""Runs ``bin/build`` of the group's buildpacks and reads what each one wrote."""

import os
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path

import msgspec
from pure.lifecycle.build_plan import PlanEntry, encode_entries, entries_for, without_met
from pure.lifecycle.environment import after_build_layers, buildpack_variables, with_platform
from pure.lifecycle.errors import BuildpackFailed, LifecycleError, OutputInvalid
from pure.lifecycle.events import OutputLine, Warned
from pure.lifecycle.outputs import (
    LaunchFile,
    LaunchProcess,
    LayerFile,
    SbomFile,
    parse_build_file,
    parse_launch_file,
    parse_layer_file,
    parse_store_file,
    sbom_files,
)
from pure.lifecycle.processes import ProcessTable, process_table
from pure.lifecycle.toml_data import Value, through_json
from pure.outcome import Failure, Outcome, Success

from shell.lifecycle.building_site import LAYERS, PLANS, PLATFORM, Member, Phase, Site
from shell.lifecycle.detection import Group


class BuiltLayer(msgspec.Struct, frozen=True, kw_only=True):
    """A layer as its buildpack left it: ``metadata`` as it will come back, ``contents`` if it has a directory."""

    name: str
    file: LayerFile
    metadata: Value
    contents: bool


class BuiltMember(msgspec.Struct, frozen=True, kw_only=True):
    """What one buildpack left; ``store`` is the contents of its ``store.toml`` where it has one."""

    member: Member
    layers: tuple[BuiltLayer, ...]
    store: Value | msgspec.UnsetType = msgspec.UNSET


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """What all buildpacks left together."""

    members: tuple[BuiltMember, ...]
    table: ProcessTable
    labels: tuple[tuple[str, str], ...]
    slices: tuple[tuple[str, ...], ...]


def build(site: Site, group: Group) -> Outcome[Built, LifecycleError]:
    """Run the group in order; the first failure ends the build."""
    plan: tuple[PlanEntry, ...] = group.plan
    env: dict[str, str] = dict(site.env)
    processes: list[LaunchProcess] = []
    labels: list[tuple[str, str]] = []
    slices: list[tuple[str, ...]] = []
    sboms: list[tuple[Member, SbomFile]] = []
    for member in group.members:
        phase = Phase(site.on_event, "build", member.buildpack.id)
        outcome = _run(site, member, plan, env)
        if isinstance(outcome, Failure):
            return outcome
        folder = site.layers / member.buildpack.folder
        output = _read(folder, member, plan)
        if isinstance(output, Failure):
            return output
        result = output.unwrap()
        plan = without_met(plan, member.buildpack.id, result.unmet)
        env = after_build_layers(
            env,
            # In the order of the metadata files' names, where `a-b.toml` comes before `a.toml`.
            [
                site.view.layer_env(f"{LAYERS}/{folder.name}/{name}")
                for name in sorted(result.layers, key=lambda name: os.fsencode(f"{name}.toml"))
                if result.layers[name].build
            ],
        )
        processes += result.launch.processes
        labels += result.launch.labels
        slices += result.launch.slices
        sboms += ((member, sbom) for sbom in result.sboms)
        phase.done()
    _copy_sboms(site, sboms)
    table, lost = process_table(processes)
    for process_type in lost:
        site.on_event(
            Warned(
                message=f"Process {process_type} was the default and is redefined by one that is not marked as such."
            )
        )
    members = _survey(site, group)
    if isinstance(members, Failure):
        return members
    return Success(Built(members=members.unwrap(), table=table, labels=tuple(labels), slices=tuple(slices)))


class _Output(msgspec.Struct, frozen=True, kw_only=True):
    layers: dict[str, LayerFile]
    launch: LaunchFile
    unmet: tuple[str, ...]
    sboms: tuple[SbomFile, ...]


def _run(
    site: Site, member: Member, plan: Sequence[PlanEntry], accumulated: dict[str, str]
) -> Outcome[None, LifecycleError]:
    buildpack = member.buildpack
    (site.layers / buildpack.folder).mkdir(exist_ok=True)
    plans = site.plans / f"build-{buildpack.folder}"
    plans.mkdir()
    (plans / "plan.toml").write_bytes(encode_entries(entries_for(plan, buildpack.id)))
    layers, inside = f"{LAYERS}/{buildpack.folder}", f"{PLANS}/{plans.name}/plan.toml"
    env = with_platform(accumulated, user=site.user_env, operator=site.operator_env, clear_env=buildpack.clear_env)
    env |= buildpack_variables(
        buildpack,
        root=member.root,
        platform=PLATFORM,
        target=site.target,
        more={"CNB_LAYERS_DIR": layers, "CNB_BP_PLAN_PATH": inside},
    )

    def on_line(line: str) -> None:
        site.on_event(OutputLine(buildpack=buildpack.id, line=line))

    outcome = site.execute(member, "build", (layers, PLATFORM, inside), env, on_line)
    if isinstance(outcome, Failure):
        return outcome
    status = outcome.unwrap()
    if status == 0:
        return Success(None)
    return Failure(BuildpackFailed(buildpack=buildpack.id, status=status, signal=_signal_name(status)))


def _read(folder: Path, member: Member, plan: Sequence[PlanEntry]) -> Outcome[_Output, LifecycleError]:
    buildpack = member.buildpack

    def invalid(file: str, reason: str) -> Failure[LifecycleError]:
        return Failure(OutputInvalid(buildpack=buildpack.id, file=file, reason=reason))

    names = sorted(os.listdir(folder), key=os.fsencode)
    layers: dict[str, LayerFile] = {}
    for file in names:
        path = folder / file
        if not file.endswith(".toml") or path.is_dir():
            continue
        parsed = parse_layer_file(_bytes(path))
        if isinstance(parsed, Failure):
            return invalid(file, parsed.failure())
        layers[file.removesuffix(".toml")] = parsed.unwrap()
        directory = folder / file.removesuffix(".toml")
        if parsed.unwrap().ignored and directory.exists():
            directory.rename(directory.with_name(f"{directory.name}.ignore"))
    sboms = sbom_files(names, layers, buildpack)
    if isinstance(sboms, Failure):
        return invalid(*sboms.failure())
    launch = parse_launch_file(_bytes(folder / "launch.toml"), buildpack)
    if isinstance(launch, Failure):
        return invalid("launch.toml", launch.failure())
    asked = [entry.name for entry in entries_for(plan, buildpack.id)]
    unmet = parse_build_file(_bytes(folder / "build.toml"), asked=asked)
    if isinstance(unmet, Failure):
        return invalid("build.toml", unmet.failure())
    return Success(_Output(layers=layers, launch=launch.unwrap(), unmet=unmet.unwrap(), sboms=sboms.unwrap()))


def _survey(site: Site, group: Group) -> Outcome[tuple[BuiltMember, ...], LifecycleError]:
    """Read all layers once more: a later buildpack may have changed those of an earlier one."""
    members: list[BuiltMember] = []
    for member in group.members:
        folder = site.layers / member.buildpack.folder
        layers: list[BuiltLayer] = []
        for path in sorted(folder.glob("*.toml"), key=lambda path: path.stem):
            if path.stem in ("launch", "build", "store") or path.is_dir():
                continue
            outcome = _layer(folder, path)
            if isinstance(outcome, Failure):
                reason = outcome.failure()
                return Failure(OutputInvalid(buildpack=member.buildpack.id, file=path.name, reason=reason))
            layers.append(outcome.unwrap())
        store: Value | msgspec.UnsetType = msgspec.UNSET
        if (folder / "store.toml").is_file():
            parsed = parse_store_file(_bytes(folder / "store.toml"))
            kept = parsed if isinstance(parsed, Failure) else through_json(parsed.unwrap())
            if isinstance(kept, Failure):
                buildpack = member.buildpack.id
                return Failure(OutputInvalid(buildpack=buildpack, file="store.toml", reason=kept.failure()))
            store = kept.unwrap()
        members.append(BuiltMember(member=member, layers=tuple(layers), store=store))
    return Success(tuple(members))


def _layer(folder: Path, path: Path) -> Outcome[BuiltLayer, str]:
    parsed = parse_layer_file(_bytes(path))
    if isinstance(parsed, Failure):
        return parsed
    metadata = through_json(parsed.unwrap().metadata)
    if isinstance(metadata, Failure):
        return metadata
    contents = os.path.lexists(folder / path.stem)
    return Success(BuiltLayer(name=path.stem, file=parsed.unwrap(), metadata=metadata.unwrap(), contents=contents))


def _copy_sboms(site: Site, sboms: Sequence[tuple[Member, SbomFile]]) -> None:
    for member, sbom in sboms:
        source = site.layers / member.buildpack.folder / sbom.file
        for kind in sbom.folders:
            target = site.layers / "sbom" / kind / member.buildpack.folder / sbom.layer
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / sbom.name)


def _bytes(path: Path) -> bytes:
    """The contents of a file, empty where there is none."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        return b""


def _signal_name(status: int) -> str | None:
    if status >= 0:
        return None
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
