"""Says of a first build which distributions will likely get layers of their own."""

import msgspec

from pure.build.facts import Facts
from pure.build.plan import Plan
from pure.layers.decision import Action
from pure.layers.likely import Likely, likely
from pure.layers.names import VENV, heavy_layer
from pure.manager.terms import path
from pure.outcome import Success
from pure.project.locks.kinds import LOCKS
from pure.python.wheels import locked_wheels


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """What a lock says of it."""

    lock: str
    likely: tuple[Likely, ...]  # the biggest first


def estimated(plan: Plan, facts: Facts) -> Estimate | None:
    """The estimate, where an environment is made and a lock states sizes by which anything is heavy."""
    venv, manager = plan.layer(VENV), plan.package_manager
    if venv is None or manager is None or venv.action not in (Action.CREATE, Action.RECREATE):
        return None
    if not plan.division.divide or manager.manager.lock not in LOCKS or not isinstance(facts.project, Success):
        return None
    project, source = facts.project.unwrap(), manager.installed_from
    file = source.files[0]
    texts = project.texts if source.folder == project.folder else project.workspace_texts
    # What an earlier build divided is planned with its layer.
    planned = {each.name for each in plan.layers}
    wheels = locked_wheels(manager.manager.lock, texts[file])
    made = likely(wheels, minor=plan.python.runtime.minor, arch=plan.target.arch, rules=facts.rules)
    found = tuple(each for each in made if heavy_layer(each.name) not in planned)
    return Estimate(lock=path(source.folder, file), likely=found) if found else None
