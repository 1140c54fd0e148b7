"""Has an environment's distributions described, by what a build knows of them."""

import re
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from pure.build.check import Snapshot
from pure.build.facts import Facts
from pure.build.plan import Plan
from pure.build.steps import Answer, ReadFiles, Step, WriteFiles
from pure.build.workplace import Workplace
from pure.hashes import Hash
from pure.outcome import Success
from pure.venv.described import Described
from pure.venv.resolved import ResolvedSet

_BROUGHT: Final = re.compile(r"([^/]+\.dist-info)/sboms/([^/]+)")


def in_their_words(
    plan: Plan,
    facts: Facts,
    work: Workplace,
    now: Snapshot,
    resolved: ResolvedSet,
    metadata: Mapping[str, bytes],
    steps: tuple[Step, ...],
    hide: Callable[[str], str],
) -> tuple[Described, ...]:
    """What the distributions say of themselves in their ``metadata``, as these ``steps`` leave it."""
    from pure.venv.describing import described

    written = (each for each in steps if isinstance(each, WriteFiles) and each.root == work.venv)
    return described(
        {**metadata, **{path: raw for each in written for path, raw in each.files}},
        now.installed,
        resolved,
        python=plan.python.version,
        arch=plan.target.arch,
        declared=plan.manager.managed.dependencies,
        locked=_locked(plan, facts),
        hide=hide,
    )


def read_bills(plan: Plan, work: Workplace) -> ReadFiles:
    """The step that reads the bills of materials which distributions bring; one that is too large can't be read."""
    return ReadFiles(root=_site(plan, work), patterns=("*.dist-info/sboms/*",), ends=True)


def with_bills(
    found: tuple[Described, ...], answer: Answer, plan: Plan, work: Workplace, now: Snapshot
) -> tuple[Described, ...]:
    """What the distributions say, and what ``read_bills`` brought back."""
    bills: dict[str, dict[str, bytes]] = {}
    for path, raw in answer.read(_site(plan, work)).items():
        if match := _BROUGHT.fullmatch(path):
            bills.setdefault(match[1], {})[match[2]] = raw
    if not bills:
        return found
    from pure.sbom.brought import read_all

    folders = {each.name: each.dist_info.rpartition("/")[2] for each in now.installed.distributions}
    brought = read_all({name: bills[folder] for name, folder in folders.items() if folder in bills})
    return tuple(
        msgspec.structs.replace(each, **msgspec.structs.asdict(brought[each.key])) if each.key in brought else each
        for each in found
    )


def _locked(plan: Plan, facts: Facts) -> Mapping[str, Hash]:
    """The digests of wheels that a lock states; none where settings may have had something built instead."""
    decided = plan.manager
    if decided.built_with or not isinstance(facts.project, Success):
        return {}
    from pure.project.locks.kinds import LOCKS
    from pure.project.locks.wheels import digests

    project, kind = facts.project.unwrap(), LOCKS.get(decided.manager.lock)
    texts = project.texts if decided.installed_from.folder == project.folder else project.workspace_texts
    document = texts.get(decided.files[0])
    return digests(kind.parsed(document).value_or(None)) if kind and document else {}


def _site(plan: Plan, work: Workplace) -> str:
    return f"{work.venv}/lib/python{plan.python.runtime.minor}/site-packages"
