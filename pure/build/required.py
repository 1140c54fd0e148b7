"""Says what will be installed, as far as names tell it beforehand."""

from pure.build.facts import Facts
from pure.manager.managed import Managed
from pure.manager.table import PIP_TOOL, PROJECT
from pure.names import normalise_name
from pure.outcome import Success
from pure.project.declarations import OWN, Named
from pure.start.brought import declared_distributions


def required(facts: Facts, managed: Managed) -> dict[str, str]:
    """What will be installed, as far as names tell it beforehand; only a version that is pinned is known."""
    manager, declared = managed.manager, managed.declared
    itself = manager.name in declared.installs_itself
    asked: list[Named] = []
    pinned: dict[str, str] = {}
    if manager.by_requirements and isinstance(facts.requirements, Success):
        lines = facts.requirements.unwrap().requirements
        asked += [(line.name, line.extras) for line in lines if line.name]
        pinned = {normalise_name(line.name): line.version for line in lines if line.name and line.version}
        itself = any(line.kind in ("local_path", "editable") and OWN.match(line.text) for line in lines)
    itself = itself or manager is PROJECT
    if itself and manager.tool is PIP_TOOL:
        asked += declared.requires
        asked += [each for extra, listed in declared.optional if extra in managed.selection.extras for each in listed]
    names = (*managed.lock.names, *((declared.name,) if itself and declared.name and not managed.alone else ()))
    return declared_distributions(asked) | {normalise_name(name): "" for name in names} | pinned
