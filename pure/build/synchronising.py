"""Decides what surrounds a tool that synchronises an environment by itself.

Before it starts, whatever comes from a folder or a moving place is taken out, so that it is made anew, and so is what
the lock has other hashes for than it had: tools compare versions, not contents. For Pipenv, which removes nothing, so
is what its lock doesn't want any more. After it, traces that differ from build to build are taken out, and what is
installed is read as the set that the lock resolved to.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from pure.build.environment_steps import state_of, take_out
from pure.build.facts import Facts
from pure.build.plan import Plan
from pure.build.steps import RemoveFiles, Step, Steps, WriteFiles
from pure.build.workplace import Workplace
from pure.manager.table import PIPENV
from pure.names import normalise_name
from pure.project.locks import pipfile
from pure.venv.difference import Added, Changed, Changes, Kept, Redone, RedoReason, Removed
from pure.venv.installed import InstalledDistribution, InstalledSet, emptied_directories, removal
from pure.venv.resolved import Archive, Distribution, Index, Local, Origin, ResolvedSet, Vcs, resolved_set
from pure.venv.state import VenvState

# What uv leaves beside a distribution that it built: times of files, which differ from build to build.
_TRACES = ("uv_cache.json", "uv_build.json")
# PDM marks what is asked for by name when it installs it, and leaves the mark as it is when that changes.
_MARKS: Final[Mapping[bytes, tuple[str, ...]]] = {b"pdm": ("REQUESTED",)}
# uv locks an environment by this file, and leaves it.
_LOCKS = (".lock",)


def prepare(plan: Plan, facts: Facts, work: Workplace, installed: InstalledSet, redone: Iterable[str]) -> Steps:
    """The steps that take out of an environment what its tool would leave there, the environment's record first."""
    return take_out(work, installed, (*redone, *_unwanted(plan, facts, installed)))


def tidy(
    work: Workplace, installed: InstalledSet, metadata: Mapping[str, bytes], *, old: InstalledSet | None = None
) -> Steps:
    """The steps that take out what differs from build to build; ``metadata`` are RECORDs and INSTALLERs by their paths.

    ``old`` is what was there before: our bytecode of modules that the tool took away, which not every tool looks for.
    """
    root = work.venv
    steps: list[Step] = [RemoveFiles(root=root, files=_LOCKS)]
    if old is not None:
        owned = frozenset(removal(installed, installed.names))
        stale = tuple(path for path in removal(old, old.names) if path.endswith(".pyc") and path not in owned)
        steps.append(RemoveFiles(root=root, files=stale, directories=emptied_directories(old, stale)))
    for each in installed.distributions:
        path = f"{each.dist_info}/RECORD"
        marks = _MARKS.get(metadata.get(f"{each.dist_info}/INSTALLER", b"").strip(), ())
        possible = (f"{each.dist_info}/{name}" for name in (*_TRACES, *marks))
        traces = tuple(trace for trace in possible if trace in each.paths)
        if traces and path in metadata:
            record = without_rows(metadata[path], tuple(trace.rpartition("/")[2] for trace in traces))
            # The rows go first: a RECORD may miss a file, but may not name one that is missing.
            steps.append(WriteFiles(root=root, files=((path, record),)))
            steps.append(RemoveFiles(root=root, files=traces))
    return tuple(steps)


def without_rows(record: bytes, names: tuple[str, ...]) -> bytes:
    """The bytes of a RECORD without the rows of these files of its own ``dist-info`` directory."""
    endings = tuple(f".dist-info/{name}".encode() for name in names)
    lines = record.splitlines(keepends=True)
    return b"".join(line for line in lines if not line.partition(b",")[0].endswith(endings))


def resolved(installed: InstalledSet) -> ResolvedSet:
    """What a synchronised environment holds, as the set that the lock resolved to."""
    return resolved_set(
        Distribution(
            name=each.name,
            version=each.version,
            origin=_as_it_stays(each.direct_url) or Index(file=""),
            requested=each.requested,
        )
        for each in installed.distributions
    )


def _as_it_stays(origin: Origin | None) -> Origin | None:
    """An origin without what is only there until the metadata are cleaned."""
    return msgspec.structs.replace(origin, query=False) if isinstance(origin, Archive) else origin


def changes(old: InstalledSet, new: InstalledSet, anew: Mapping[str, RedoReason | None]) -> Changes:
    """What a tool did to an environment; ``anew`` were taken out beforehand to be made anew."""
    before_, after = ({each.name: each for each in one.distributions} for one in (old, new))
    redo: list[Changed | Redone] = []
    for name in sorted(before_.keys() & after.keys()):
        if before_[name].version != after[name].version:
            redo.append(Changed(name=name, old=before_[name].version, new=after[name].version))
        elif name in anew or before_[name].files != after[name].files:
            because = anew.get(name, "artefact_changed") or _because(after[name])
            redo.append(Redone(name=name, version=after[name].version, because=because))
    touched = {each.name for each in redo}
    return Changes(
        remove=tuple(Removed(name=n, version=before_[n].version) for n in sorted(before_.keys() - after.keys())),
        install=tuple(Added(name=n, version=after[n].version) for n in sorted(after.keys() - before_.keys())),
        redo=tuple(redo),
        keep=tuple(
            Kept(name=n, version=after[n].version) for n in sorted(before_.keys() & after.keys()) if n not in touched
        ),
    )


def redone(plan: Plan, installed: InstalledSet, lost: frozenset[str]) -> dict[str, RedoReason | None]:
    """What is taken out to be made anew, of what the lock still wants; ``lost`` has metadata and no contents."""
    decided = plan.manager
    local, moving = (frozenset(map(normalise_name, names)) for names in (decided.lock.local, decided.lock.moving))
    locked, recorded = dict(decided.lock.artefacts), dict(plan.previous.artefacts) if plan.previous else {}
    found: dict[str, RedoReason | None] = {}
    for each in installed.distributions:
        direct = each.direct_url
        if each.name in local or _moving(each):
            found[each.name] = None
        elif each.name in moving:
            found[each.name] = "vcs_without_commit" if isinstance(direct, Vcs) else "without_hash"
        elif each.name in locked and locked[each.name] != recorded.get(each.name):
            found[each.name] = "origin_changed" if isinstance(direct, Vcs) else "artefact_changed"
        elif each.name in lost:
            found[each.name] = "contents_lost"
    return found


def is_installed(plan: Plan, previous: VenvState) -> bool:
    """Whether requirements resolve to what is installed, and nothing of it may have changed in its place."""
    lock = plan.manager.lock
    same = previous == state_of(plan, previous.resolved, previous.seen)
    return same and not lock.unfixed and set(lock.names) == set(previous.resolved.by_name())


def _because(found: InstalledDistribution) -> RedoReason:
    match found.direct_url:
        case Local(editable=True):
            return "editable"
        case Local():
            return "local_folder"
        case Vcs():
            return "vcs_without_commit"
        case Archive(url=url):
            return "local_wheel" if url.endswith(".whl") else "local_source_archive"
        case _:
            # Its lock says that it comes from a path, and nothing says of what kind.
            return "local_path"


def _moving(found: InstalledDistribution) -> bool:
    match found.direct_url:
        case Local():
            return True
        case Archive(url=url):
            return url.startswith("file:")
        case _:
            return False


def _unwanted(plan: Plan, facts: Facts, installed: InstalledSet) -> tuple[str, ...]:
    """What Pipenv's lock doesn't want any more, or wants in another version; the other tools see to that themselves."""
    decided = plan.manager
    if decided.manager is not PIPENV or facts.project is None:
        return ()
    lock = facts.project.unwrap().texts.get(PIPENV.lock)
    wanted = pipfile.wanted(
        lock,
        categories=("packages", *decided.selection.groups),
        python_version=plan.python.version,
        arch=plan.target.arch,
    )
    return tuple(
        each.name
        for each in installed.distributions
        if each.name not in wanted or wanted[each.name] not in ("", each.version)
    )
