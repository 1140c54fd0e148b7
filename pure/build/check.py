"""Decides whether an environment can be changed in place, and whether it is then what a fresh installation gives."""

from collections.abc import Callable
from typing import Final

import msgspec

from pure.build.errors import NotReadable
from pure.build.facts import Facts
from pure.build.plan import Plan
from pure.build.steps import Answer
from pure.build.workplace import CHECKOUTS, STATE_FOLDER, Workplace
from pure.layers.packing import recorded_pins
from pure.manager.uv_requirements import RESOLUTION, facts_of
from pure.outcome import Failure, Outcome, Success
from pure.project.locks.facts import LockFacts
from pure.project.requirements.collection import CollectedFile, RequirementsSet
from pure.project.requirements.errors import RequirementsError
from pure.project.requirements.file import parse_requirements
from pure.venv import pins
from pure.venv.difference import Changes, verify
from pure.venv.installed import InstalledSet, missing_files, overlaps, parse_installed, strays
from pure.venv.piece import Piece
from pure.venv.resolved import Local, ReportError, ResolvedSet, parse_report, with_hidden_urls

# What Lamina and the platform keep in a layer's root besides the environment (specification, Layers).
_OURS: Final = frozenset({STATE_FOLDER, "env", "env.build", "env.launch"})
# So many reasons are given.
_TOLD: Final = 5
_PROGRAMS: Final = "bin/"


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What is on disk: the distributions, and all files below the environment's root."""

    installed: InstalledSet
    files: tuple[str, ...]
    # The distributions whose files lie in layers of their own and are counted among these.
    apart: tuple[Piece, ...] = ()
    # How it is divided, once it holds what it shall.
    pieces: tuple[Piece, ...] = ()

    @property
    def programs(self) -> tuple[str, ...]:
        """The commands of the environment."""
        return tuple(path.removeprefix(_PROGRAMS) for path in self.files if path.startswith(_PROGRAMS))


def snapshot(answer: Answer, work: Workplace, minor: str) -> Snapshot:
    """What the steps of ``environment_steps.look`` brought back."""
    prefix = f"lib/python{minor}/site-packages/"
    metadata = {path.removeprefix(prefix): raw for path, raw in answer.read(work.venv).items()}
    installed = parse_installed(metadata, python_minor=minor, root=work.venv)
    return Snapshot(installed=installed, files=answer.listed(work.venv))


def why_untrusted(work: Workplace, installed: InstalledSet) -> str:
    """Why an environment can't be changed in place; empty if it can."""
    if installed.problems:
        problem = installed.problems[0]
        return f"{problem.dist_info} cannot be trusted ({problem.kind})"
    checkouts = f"{work.venv}/{CHECKOUTS}/"
    for each in installed.distributions:
        if isinstance(each.direct_url, Local) and each.direct_url.path.startswith(checkouts):
            return f"{each.name} is an editable checkout of a repository"
    return ""


def why_not_equal(now: Snapshot, resolved: ResolvedSet, changes: Changes, before: Snapshot) -> tuple[str, ...]:
    """Why an environment that was changed in place isn't what a fresh installation would give; empty if it is."""
    reasons = [
        f"{each.name} is {each.installed or 'missing'} instead of {each.wanted or 'absent'}"
        for each in verify(now.installed, resolved)
    ]
    # Only this ends the course of a build in which what is installed to be at hand again isn't there after it.
    reasons += [f"the contents of {each.name} are missing" for each in now.apart if each.name in changes.to_install]
    shared = overlaps(now.installed, changes.to_install) if changes.to_install else ()
    reasons += [f"{' and '.join(each.names)} share {each.path}" for each in shared]
    # What was taken out may have left its contents of a file that somebody else has too.
    torn = overlaps(before.installed, changes.to_delete) if changes.to_delete else ()
    reasons += [f"{' and '.join(each.names)} shared {each.path}" for each in torn if each not in shared]
    files = [path for path in now.files if path.partition("/")[0] not in _OURS]
    reasons += [f"{path} belongs to no distribution" for path in strays(now.installed, files)]
    # Some distributions record files that they don't have; a fresh installation wouldn't bring those back.
    known = frozenset(missing_files(before.installed, before.files))
    reasons += [f"{path} is missing" for path in missing_files(now.installed, files) if path not in known]
    return tuple(reasons[:_TOLD])


def resolution(answer: Answer, facts: Facts, work: Workplace) -> Outcome[LockFacts, NotReadable | RequirementsError]:
    """What uv says that the requirements resolve to."""
    raw = answer.read(work.temporary).get(RESOLUTION)
    if raw is None:
        return Failure(NotReadable(path=f"{work.temporary}/{RESOLUTION}", detail="uv has not written it"))
    parsed = parse_requirements(raw, file=RESOLUTION)
    if isinstance(parsed, Failure):
        return parsed
    found = RequirementsSet(files=(CollectedFile(kind="requirement", content=parsed.unwrap()),))
    asked = facts.requirements.value_or(None) if facts.requirements is not None else None
    return Success(facts_of(found, asked=asked))


def reported(
    answer: Answer, work: Workplace, hide: Callable[[str], str]
) -> Outcome[ResolvedSet, NotReadable | ReportError]:
    """What pip says that it has resolved, in its installation report; ``hide`` takes out what is secret."""
    raw = next(iter(answer.read(work.temporary).values()), None)
    if raw is None:
        return Failure(NotReadable(path=work.report, detail="pip has not written it"))
    parsed = parse_report(raw)
    return parsed if isinstance(parsed, Failure) else Success(with_hidden_urls(parsed.unwrap(), hide))


def foreseen(plan: Plan) -> ResolvedSet | None:
    """What pip will have installed, where it need not be asked."""
    if plan.pins is None or plan.previous is None:
        return None
    previous, recorded = plan.previous.resolved, recorded_pins(plan.stored)
    if not previous.by_name().keys() <= {pin.name for pin in plan.pins}:
        # Where nothing is to be installed, only pip would notice that what goes is needed.
        return None
    return pins.expected(plan.pins, previous, recorded) if pins.comparable(plan.pins, previous, recorded) else None
