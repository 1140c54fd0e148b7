"""One build in the world: facts, turns, outputs, and what is known of it afterwards."""

from collections.abc import Mapping
from contextlib import suppress

import msgspec
from pure.build.conversation import advance, begin
from pure.build.credentials import known_secrets
from pure.build.errors import BuildError
from pure.build.facts import Facts
from pure.build.news import StartedOver
from pure.build.plan import PlanError
from pure.build.states import Done
from pure.build.steps import BeginLayer, DropLayer, Step
from pure.build.tally import foreseen
from pure.layers.moved import Moved
from pure.outcome import Failure
from pure.report.ending import ending
from pure.report.launch import launch_toml
from pure.report.record import Record, encode_record, record
from pure.report.sboms import sbom_files

from pure.report import build_log
from tests.histories.disk import Disk, Faults, Folder, Node, copied, unpacked
from tests.histories.situation import APP, LAYERS, Situation, facts, prepare
from tests.histories.world import World

# The turns of a build: one that starts over, and asks pip again, takes less.
_LONGEST = 30


class Broken(msgspec.Struct, frozen=True, kw_only=True):
    """The build ended with an error that it explained."""

    error: BuildError | PlanError | str
    ticks: int = 0
    begun_at: tuple[int, ...] = ()
    programs: int = 0


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """The build succeeded."""

    done: Done
    foreseen: tuple[Moved, ...]  # by the plan, before the first step
    record: Record
    log: tuple[str, ...]
    steps: tuple[Step, ...]
    restored: frozenset[str]  # the layers that had metadata
    before: Mapping[str, Folder]  # and those that had contents too
    launch: str  # launch.toml
    sboms: Mapping[str, bytes]
    after: Mapping[str, Folder]
    environment_before: Folder | None  # whether it lies there as a tree, or packed
    environment_after: Folder | None
    app_before: Folder
    app_after: Folder
    versions: Mapping[str, str]  # of the tools that ran
    installed: tuple[str, ...]  # names of distributions that were written into the environment, each time
    ticks: int  # acts on the disk
    begun_at: tuple[int, ...]  # the act with which each step began
    programs: int
    started_over: tuple[str, ...]

    @property
    def begun(self) -> frozenset[str]:
        """The layers that were begun anew."""
        return frozenset(step.layer for step in self.steps if isinstance(step, BeginLayer))

    @property
    def dropped(self) -> frozenset[str]:
        return frozenset(step.layer for step in self.steps if isinstance(step, DropLayer))


def build(
    disk: Disk,
    situation: Situation,
    *,
    now: int = 0,
    faults: Faults | None = None,
    stops: tuple[int, int] | None = None,
) -> Finished | Broken:
    """Run ``bin/build`` on what is there. ``Killed`` escapes, and leaves the disk as it is at that moment."""
    prepare(disk, situation)
    given = facts(disk, situation)
    before, app_before = layers(disk), copied(disk.folder(APP))
    disk.faults = Faults() if faults is None else faults
    world = World(disk, situation, now=now, stops=stops)
    try:
        return _build(world, given, before, app_before)
    except OSError as error:
        return _broken(world, f"{error.strerror}")
    finally:
        disk.faults = Faults()


def _build(world: World, given: Facts, before: Mapping[str, Folder], app_before: Folder) -> Finished | Broken:
    disk = world.disk
    secrets = known_secrets(given)
    begun = begin(given, hide=secrets)
    if isinstance(begun, Failure):
        return _broken(world, begun.failure())
    _sweep(disk)
    turn, log, because = begun.unwrap(), list[str](), tuple[str, ...]()
    planned = foreseen(turn.build.plan, given)
    for _ in range(_LONGEST):
        log += build_log.lines(turn.said)
        because += tuple(why for each in turn.said if isinstance(each, StartedOver) for why in each.because)
        following = advance(turn.build, world.execute(turn.steps))
        if isinstance(following, Failure):
            return _broken(world, following.failure().error)
        found = following.unwrap()
        if isinstance(found, Done):
            break
        turn = found
    else:
        return _broken(world, f"it doesn't end: {type(turn.build.state).__name__} follows again and again")
    kept = record(found.plan, version=given.version, redact=secrets)
    sboms = tuple((each.name, each.encoded()) for each in sbom_files(found.plan, found.record, given.pins))
    world.write_outputs(
        launch_toml(found.plan, found.resolved, found.record, layers=LAYERS), sboms, encode_record(kept)
    )
    log += (*build_log.lines(found.said), *ending(found, 1.0))
    return Finished(
        done=found,
        foreseen=planned,
        record=kept,
        log=tuple(map(secrets, log)),
        steps=tuple(world.carried_out),
        restored=frozenset(given.restored),
        before=before,
        launch=(disk.read(f"{LAYERS}/launch.toml") or b"").decode(),
        sboms=dict(sboms),
        after=layers(disk),
        environment_before=environment(before),
        environment_after=environment(layers(disk)),
        app_before=app_before,
        app_after=copied(disk.folder(APP)),
        versions=world.versions,
        installed=tuple(world.installed),
        ticks=disk.faults.ticks,
        begun_at=tuple(world.begun_at),
        programs=world.programs,
        started_over=because,
    )


def _broken(world: World, error: BuildError | PlanError | str) -> Broken:
    ticks = world.disk.faults.ticks
    return Broken(error=error, ticks=ticks, begun_at=tuple(world.begun_at), programs=world.programs)


def layers(disk: Disk) -> dict[str, Folder]:
    """The layers that are there with metadata and contents."""
    folder = disk.folder(LAYERS)
    return {
        name: copied(found) for name, found in folder.items() if isinstance(found, Folder) and f"{name}.toml" in folder
    }


def environment(found: Mapping[str, Folder]) -> Folder | None:
    """The environment among these layers."""
    data = found.get("venv-cache", Folder()).get("venv.tar")
    if isinstance(data, bytes):
        with suppress(ValueError):
            return _folder(unpacked(data).get("venv"))
    return found.get("venv")


def _folder(node: Node | None) -> Folder | None:
    return node if isinstance(node, Folder) else None


def _sweep(disk: Disk) -> None:
    """As ``LayerStore.sweep``: what a killed build left half-written in the layers' folder itself."""
    for name in list(disk.folder(LAYERS)):
        if name.startswith("."):
            disk.remove_tree(f"{LAYERS}/{name}")
