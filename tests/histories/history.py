"""A history: builds of one application on one platform, with all that may happen between and during them.

Every act is told in words, so that a history that ends in a violation can be read, and done again, by hand.
"""

from typing import Literal, TypeAlias

import msgspec

from tests.histories import matrix
from tests.histories.application import Application
from tests.histories.builds import Broken, Finished, build
from tests.histories.disk import Disk, Faults, Folder, Killed
from tests.histories.invariants import Bound, Violated, check
from tests.histories.matrix import Made
from tests.histories.platforms import Exported, Platform
from tests.histories.situation import LAYERS, Situation


class Kill(msgspec.Struct, frozen=True):
    """The build is killed before one of its acts on the disk: this one of this step (modulo how many there are)."""

    step: int
    act: int


class FullDisk(msgspec.Struct, frozen=True):
    """From this act on nothing more can be written."""

    step: int
    act: int


class FailingProgram(msgspec.Struct, frozen=True):
    """This one of the programs fails after so many acts."""

    program: int
    acts: int


Fault: TypeAlias = Kill | FullDisk | FailingProgram | None
Remains: TypeAlias = Literal["gone", "there"]


class Counts(msgspec.Struct):
    """What all histories of a run came to."""

    histories: int = 0
    builds: int = 0
    fresh: int = 0  # builds from nothing, to compare with
    killed: int = 0
    failed: int = 0
    full: int = 0
    compared: int = 0
    started_over: int = 0
    actions: dict[str, int] = {}
    restored: int = 0
    used: int = 0
    pushed: int = 0
    bound: int = 0
    to_cache: int = 0

    def add(self, other: "Counts") -> None:
        """Take over what another part of a run came to."""
        for name in self.__struct_fields__:
            mine, theirs = getattr(self, name), getattr(other, name)
            if isinstance(mine, int):
                setattr(self, name, mine + theirs)
        for key, number in other.actions.items():
            self.actions[key] = self.actions.get(key, 0) + number

    def by_action(self) -> list[tuple[str, int]]:
        """How many layers were kept, reconciled and so on."""
        found: dict[str, int] = {}
        for key, number in self.actions.items():
            verb = {"create": "created", "drop": "dropped", "keep": "kept"}.get(key.split()[1], f"{key.split()[1]}d")
            found[verb] = found.get(verb, 0) + number
        return sorted(found.items(), key=lambda each: -each[1])


class Nothing:
    """Builds from nothing, each made once."""

    def __init__(self, *, most: int = 4000) -> None:
        self._most = most
        self._known: dict[bytes, tuple[Finished, Exported] | Broken] = {}

    def __call__(self, situation: Situation, counts: Counts) -> tuple[Finished, Exported] | Broken:
        key = repr(situation).encode()
        if key not in self._known:
            if len(self._known) >= self._most:
                self._known.clear()
            counts.fresh += 1
            disk = empty()
            built = build(disk, situation, now=1_000_000)
            if isinstance(built, Broken):
                self._known[key] = built
            else:
                self._known[key] = built, Platform().export(disk, release=situation.release)
        return self._known[key]


def empty() -> Disk:
    disk = Disk()
    disk.make_folder(LAYERS)
    return disk


class History:
    """One history, as far as it has come."""

    def __init__(self, situation: Situation, *, counts: Counts, nothing: Nothing) -> None:
        self.situation = situation
        self.counts = counts
        self.nothing = nothing
        self.platform = Platform()
        self.image_made: Made | None = None  # what the layers of the image were made for, and those of the cache
        self.cache_made: Made | None = None
        self.remains: Disk | None = None  # the layers folder that the next build finds, instead of what is restored
        self.earlier: tuple[Platform, Made | None, Made | None] | None = None
        self.application_before: Application | None = None
        self.acting = 0  # steps of the last build with a fault that change something on the disk
        self.now = 0
        self.story: list[str] = []
        counts.histories += 1

    def tell(self, words: str) -> None:
        self.story.append(words)

    def change(self, words: str, **changes: object) -> None:
        """Something is decided, or happens, outside of any build."""
        if changes.get("application", self.situation.application) != self.situation.application:
            self.application_before = self.situation.application
        self.situation = msgspec.structs.replace(self.situation, **changes)
        self.tell(words)

    def build(self, fault: Fault = None, remains: Remains = "gone") -> Finished | Broken | None:
        """Build, with something that goes wrong or not; ``None`` where it was killed.

        Where ``remains`` are "there", the next build finds the layers folder as this one leaves it.
        """
        in_place = self.remains is not None
        disk = self.remains if self.remains is not None else empty()
        restored = 0
        if not in_place:
            restored = self.platform.restore(disk).nbytes
        self.remains = None
        faults, stops, words = self._planned(disk, fault)
        self.now += 1
        self.counts.builds += 1
        self.tell(f"build{' in the same layers folder' if in_place else ''}{words}")
        try:
            built = build(disk, self.situation, now=self.now * 1000, faults=faults, stops=stops)
        except Killed:
            self.counts.killed += 1
            self._leave(disk, remains)
            return None
        if isinstance(built, Broken):
            self.counts.failed += 1
            self._leave(disk, remains)
            self._may_fail(built, fault)
            self.story[-1] += f": it fails ({_short(built.error)})"
            return built
        self._succeeded(disk, built, in_place=in_place, restored=restored)
        self._leave(disk, remains)
        return built

    def _planned(self, disk: Disk, fault: Fault) -> tuple[Faults | None, tuple[int, int] | None, str]:
        """Where the fault falls; a build that is let alone says how many acts and programs there are."""
        if fault is None:
            return None, None, ""
        alone = build(disk.snapshot(), self.situation, now=(self.now + 1) * 1000)
        self.acting = len(acting_steps(alone))
        ticks, programs = max(alone.ticks, 1), max(alone.programs, 1)
        match fault:
            case Kill():
                at = _place(alone, fault)
                return Faults(killed_at=at), None, f", killed before act {at} of {ticks}"
            case FullDisk():
                at = _place(alone, fault)
                self.counts.full += 1
                return Faults(full_at=at), None, f", on a disk that is full from act {at} of {ticks}"
            case FailingProgram(program=program, acts=acts):
                program %= programs
                return None, (program, acts), f", whose program {program + 1} fails after {acts} acts"

    def _leave(self, disk: Disk, remains: Remains) -> None:
        if remains == "there":
            self.remains = Disk(Folder(layers=disk.root["layers"]))
            self.story[-1] += "; its layers folder stays"

    def _may_fail(self, built: Broken, fault: Fault) -> None:
        """A build fails by itself only where one from nothing fails too."""
        if fault is None and self._from_nothing() is not None:
            raise Violated(f"the build fails, and one from nothing doesn't: {built.error}")

    def _from_nothing(self) -> tuple[Finished, Exported] | None:
        found = self.nothing(self.situation, self.counts)
        if isinstance(found, Broken):
            if not matrix.impossible(self.situation):
                raise Violated(f"a build from nothing fails, and nothing is wrong: {found.error}")
            return None
        return found

    def _succeeded(self, disk: Disk, built: Finished, *, in_place: bool, restored: int) -> None:
        for name, each in built.record.layers.items():
            key = f"{name} {each.action}"
            self.counts.actions[key] = self.counts.actions.get(key, 0) + 1
        before = self.platform.launched
        made = self._made_for(built.restored)
        exported = self.platform.export(disk, release=self.situation.release)
        nothing = self._from_nothing()
        self.counts.compared += nothing is not None
        self.counts.started_over += bool(built.started_over)
        self.story[-1] += f": {built.log[-1].partition(': ')[2]}"
        bound: Bound = check(
            self.situation,
            built,
            exported,
            nothing=nothing,
            made=made,
            before=before,
            restored=not in_place,
        )
        self.counts.restored += restored
        self.counts.used += bound.used if not in_place else 0
        self.counts.pushed += exported.moved.to_image
        self.counts.bound += bound.to_image
        self.counts.to_cache += exported.moved.to_cache
        self.image_made = self.cache_made = Made(situation=self.situation, keys=matrix.keys(self.situation))

    def _made_for(self, restored: frozenset[str]) -> dict[str, Made]:
        """What each layer's metadata were made for: the image's where it is one of its layers, else the cache's."""
        launched = self.platform.launched
        sources = {name: self.image_made if name in launched else self.cache_made for name in restored}
        return {name: made for name, made in sources.items() if made is not None}

    # What happens to the platform

    def lose_cache(self) -> None:
        self.platform.lose_cache()
        self.tell("the cache is lost")

    # What lies in a layers folder counts on the image that was there when it was restored.

    def lose_image(self) -> None:
        self.remains = None
        self.platform.lose_image()
        self.tell("the image is deleted, or the application is pushed to another registry")

    def foreign_image(self) -> None:
        self.remains = None
        self.platform.take_foreign_image()
        self.tell("somebody else's image stands where ours was")

    def damage_cache(self, layer: str) -> None:
        if self.platform.damage_cache(layer):
            self.tell(f"the cache has lost the contents of {layer}")

    def spoil_cache(self, *, cut: bool) -> None:
        if self.platform.spoil_cache("venv-cache", "venv.tar", cut):
            self.tell(f"the packed environment in the cache is {'cut' if cut else 'spoiled'}")

    def age(self, layer: str, data: dict[str, object]) -> None:
        if self.platform.age(layer, data):
            self.tell(f"the metadata of {layer} are those of another release: {data}")
            self.image_made = self.image_made.without(layer) if self.image_made else None
            self.cache_made = self.cache_made.without(layer) if self.cache_made else None

    def remember(self) -> None:
        """Keep the platform as it is, to come back to it."""
        self.earlier = (self.platform.copy(), self.image_made, self.cache_made)
        self.tell("the stores are saved")

    def old_cache(self) -> None:
        """The cache is that of an earlier build, the image isn't: what differs is not restored."""
        if self.earlier is not None:
            self.platform.cache, self.platform.cache_blobs = self.earlier[0].cache, dict(self.earlier[0].cache_blobs)
            self.cache_made = self.earlier[2]
            self.tell("the cache is replaced by the one that was saved")

    def old_stores(self) -> None:
        if self.earlier is not None:
            self.remains = None
            self.platform, (self.image_made, self.cache_made) = self.earlier[0].copy(), self.earlier[1:]
            self.tell("image and cache are those that were saved")


def _place(alone: Finished | Broken, fault: Kill | FullDisk) -> int:
    """The act at which a fault falls. Each step that acts is as likely as every other, however many acts it has."""
    begun = acting_steps(alone)
    number = fault.step % len(begun)
    end = begun[number + 1] if number + 1 < len(begun) else alone.ticks
    return begun[number] + fault.act % max(end - begun[number], 1)


def acting_steps(alone: Finished | Broken) -> list[int]:
    """The acts with which those steps begin that change something on the disk."""
    return sorted(each for each in set(alone.begun_at) if each < alone.ticks) or [0]


def _short(error: object) -> str:
    return error if isinstance(error, str) else type(error).__name__
