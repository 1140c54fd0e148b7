"""Says what pip's requirements files ask for in a build, and what of that they fix."""

import msgspec

from pure.build.facts import Facts
from pure.manager import uv_requirements
from pure.manager.managed import Managed, not_a_file
from pure.manager.table import PIP, UV_PIP
from pure.manager.terms import path
from pure.outcome import Failure, Outcome, Success
from pure.project.document import FileUnreadable
from pure.project.files import ProjectFiles
from pure.project.locks.facts import LockFacts
from pure.project.requirements.collection import RequirementsSet
from pure.project.requirements.errors import RequirementsError, placed
from pure.python.catalogue import Runtime
from pure.venv.pins import Pin, pins_of
from pure.venv.requirements_fingerprint import Fingerprint, Pinning, hash_checking


def required_files(
    facts: Facts, project: ProjectFiles, managed: Managed
) -> Outcome[RequirementsSet | None, FileUnreadable | RequirementsError]:
    """What pip's requirements files say; ``None`` for other managers."""
    if not managed.manager.by_requirements:
        return Success(None)
    if facts.requirements is None:
        return Failure(not_a_file(path(managed.source.folder, managed.source.files[0])))
    if isinstance(facts.requirements, Failure):
        return Failure(placed(facts.requirements.failure(), project.folder))
    return Success(facts.requirements.unwrap())


def by_uv(facts: Facts, managed: Managed, requirements: RequirementsSet | None) -> Managed:
    """The same, with what requirements fix by themselves where uv installs them; if they don't, uv has to say it."""
    if managed.manager is not UV_PIP or requirements is None:
        return managed
    resolves = bool(requirements.requirements) and not hash_checking(requirements, facts.settings)
    lock = LockFacts() if resolves else uv_requirements.facts_of(requirements)
    advice = (*managed.choice.advice, *uv_requirements.advice(facts.settings, requirements))
    choice = msgspec.structs.replace(managed.choice, advice=advice)
    return msgspec.structs.replace(managed, choice=choice, resolves=resolves, lock=lock)


def pins_fixed(
    facts: Facts, managed: Managed, requirements: RequirementsSet | None, fixed: Pinning, runtime: Runtime
) -> tuple[Pin, ...] | None:
    """What they fix, where they fix everything and pip installs them."""
    if managed.manager is not PIP or requirements is None or not isinstance(fixed, Fingerprint):
        return None
    return pins_of(requirements, python=runtime.version, arch=facts.target.arch, settings=facts.settings)
