"""Decides what has to happen to an environment so that it holds a resolved set.

An environment in place must end as a fresh install would: so whatever cannot be told to be the same artefact is done
again, and so is whatever shares a file of other contents with something that is taken away, since nobody can tell whose
contents it has.
"""

from collections.abc import Collection, Iterable
from typing import Literal, TypeAlias

import msgspec

from pure.venv.installed import InstalledDistribution, InstalledSet, Mismatch, shared_files
from pure.venv.resolved import Archive, Distribution, Local, ResolvedSet, Vcs, is_local_sdist, same_artefact

RedoReason: TypeAlias = Literal[
    "editable",
    "local_folder",
    "local_wheel",
    "local_source_archive",
    "local_path",
    "url_with_query",
    "vcs_without_commit",
    "without_hash",
    "origin_unknown",
    "origin_changed",
    "artefact_changed",
    "record_damaged",
    "installed_twice",
    "shares_files",
    "contents_lost",
]


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """An installed distribution that is no longer wanted."""

    name: str
    version: str


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """A wanted distribution that is not installed."""

    name: str
    version: str


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution that is wanted in another version, newer or older."""

    name: str
    old: str
    new: str


class Redone(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution of the right version that is installed again; ``shared_with`` names who shares files with it."""

    name: str
    version: str
    because: RedoReason
    shared_with: str = ""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution that stays as it is."""

    name: str
    version: str


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What to do with each distribution; every tuple is sorted by name, and no name is in two of them."""

    remove: tuple[Removed, ...] = ()
    install: tuple[Added, ...] = ()
    redo: tuple[Changed | Redone, ...] = ()
    keep: tuple[Kept, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing has to be removed or installed."""
        return not (self.remove or self.install or self.redo)

    @property
    def to_delete(self) -> tuple[str, ...]:
        """The names whose files have to be deleted (see ``pure.venv.installed.removal``) before the installer runs."""
        return tuple(sorted(each.name for each in (*self.remove, *self.redo)))

    @property
    def to_install(self) -> tuple[str, ...]:
        """The names that the installer will find missing."""
        return tuple(sorted(each.name for each in (*self.install, *self.redo)))


def diff(
    installed: InstalledSet, previous: ResolvedSet, resolved: ResolvedSet, *, lost: frozenset[str] = frozenset()
) -> Changes:
    """The changes that turn what is installed into what is resolved.

    ``previous`` is what the last complete build resolved (empty if unknown): only it knows which artefacts the
    installed distributions were made from. Of those that are ``lost`` the metadata are there, and no contents.
    """
    on_disk: dict[str, list[InstalledDistribution]] = {}
    for each in installed.distributions:
        on_disk.setdefault(each.name, []).append(each)
    wanted = resolved.by_name()
    before = previous.by_name()

    remove = tuple(
        Removed(name=name, version=found[0].version) for name, found in sorted(on_disk.items()) if name not in wanted
    )
    install = tuple(
        Added(name=name, version=each.version) for name, each in sorted(wanted.items()) if name not in on_disk
    )
    redo: dict[str, Changed | Redone] = {}
    for name in sorted(wanted.keys() & on_disk.keys()):
        change = _change(on_disk[name], before.get(name), wanted[name], lost=name in lost)
        if change is not None:
            redo[name] = change
    _spread(installed, wanted, {each.name for each in remove}, redo)
    keep = tuple(
        Kept(name=name, version=wanted[name].version)
        for name in sorted(wanted.keys() & on_disk.keys())
        if name not in redo
    )
    return Changes(remove=remove, install=install, redo=tuple(redo[name] for name in sorted(redo)), keep=keep)


def redone(resolved: ResolvedSet, lost: Collection[str]) -> Changes:
    """The changes where all is installed that is resolved, and of these the metadata only."""
    return Changes(
        redo=tuple(
            Redone(name=each.name, version=each.version, because="contents_lost")
            for each in resolved.distributions
            if each.name in lost
        ),
        keep=tuple(
            Kept(name=each.name, version=each.version) for each in resolved.distributions if each.name not in lost
        ),
    )


def unchanged(resolved: ResolvedSet) -> bool:
    """Whether what was resolved to the same before is the same: nothing of it may have changed without a trace."""
    return all(
        same_artefact(each.origin, each.origin) and always_redone(each) is None for each in resolved.distributions
    )


def verify(installed: InstalledSet, resolved: ResolvedSet) -> tuple[Mismatch, ...]:
    """The differences between what is installed and what was resolved, by name and version; none if all is well."""
    found = {each.name: each.version for each in installed.distributions}
    wanted = {each.name: each.version for each in resolved.distributions}
    return tuple(
        Mismatch(name=name, wanted=wanted.get(name), installed=found.get(name))
        for name in sorted(found.keys() | wanted.keys())
        if found.get(name) != wanted.get(name)
    )


def _spread(
    installed: InstalledSet, wanted: dict[str, Distribution], removed: Iterable[str], redo: dict[str, Changed | Redone]
) -> None:
    """Adds to ``redo``, transitively, whoever shares a file with a distribution whose files are deleted."""
    neighbours: dict[str, set[str]] = {}
    for overlap in shared_files(installed):
        if overlap.same:
            continue  # whoever stays keeps the file, and it is right for both
        for name in overlap.names:
            neighbours.setdefault(name, set()).update(overlap.names)
    torn = {*removed, *redo}
    while True:
        reached = {
            name: min(torn & others)
            for name, others in neighbours.items()
            if name not in torn and name in wanted and torn & others
        }
        if not reached:
            return
        for name, cause in reached.items():
            redo[name] = Redone(name=name, version=wanted[name].version, because="shares_files", shared_with=cause)
        torn |= reached.keys()


def _change(
    found: list[InstalledDistribution], before: Distribution | None, wanted: Distribution, *, lost: bool
) -> Changed | Redone | None:
    present = found[0]
    if len(found) == 1 and present.version != wanted.version:
        return Changed(name=wanted.name, old=present.version, new=wanted.version)
    because = _reason(found, before, wanted) or ("contents_lost" if lost else None)
    return None if because is None else Redone(name=wanted.name, version=wanted.version, because=because)


def _reason(found: list[InstalledDistribution], before: Distribution | None, wanted: Distribution) -> RedoReason | None:
    if len(found) > 1:
        return "installed_twice"
    always = always_redone(wanted)
    if always is not None:
        return always
    if found[0].damaged:
        return "record_damaged"
    if before is None or before.version != found[0].version:
        return "origin_unknown"
    if type(before.origin) is not type(wanted.origin):
        return "origin_changed"
    return None if same_artefact(before.origin, wanted.origin) else "artefact_changed"


def always_redone(distribution: Distribution) -> RedoReason | None:
    """Why this distribution is installed again in every build: its origin may have changed without a trace."""
    match distribution.origin:
        case Local(editable=True):
            return "editable"
        case Local():
            return "local_folder"
        case Vcs(immutable=False):
            return "vcs_without_commit"
        case Archive(query=True):
            return "url_with_query"
        case Archive() as archive if is_local_sdist(archive):
            return "local_source_archive"
        case _:
            return None
