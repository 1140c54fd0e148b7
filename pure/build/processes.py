"""Decides over the processes of a build: by what will be installed, and again by what is."""

from collections.abc import Mapping

from pure.build.facts import Facts
from pure.layers.decision import Action, LayerDecision
from pure.layers.names import VENV
from pure.manager.managed import Managed
from pure.manager.table import PIP, PIP_TOOL, PROJECT
from pure.names import normalise_name
from pure.outcome import Failure, Outcome, Success
from pure.project.declarations import OWN, Named
from pure.start.brought import declared_distributions
from pure.start.choice import ProcessesError, decide_processes
from pure.start.declared import PYPROJECT
from pure.start.offered import Offered, ToolNotInImage
from pure.start.processes import Processes
from pure.venv.state import VenvState


def first_processes(
    facts: Facts, managed: Managed, layers: tuple[LayerDecision, ...], state: VenvState | None, minor: str
) -> Outcome[Processes, ProcessesError | ToolNotInImage]:
    """The processes by what is known before the installation: what is kept as it is, else what is required by name."""
    kept = state is not None and any(each.name == VENV and each.action is Action.KEEP for each in layers)
    if kept and state is not None:
        installed = {each.name: each.version for each in state.resolved.distributions}
    else:
        installed = _required(facts, managed)
    return _decide_processes(facts, installed, minor, provisional=not kept)


def final_processes(
    facts: Facts,
    installed: Mapping[str, str],
    minor: str,
    *,
    programs: frozenset[str] | None,
    offered: Offered | None = None,
) -> Outcome[Processes, ProcessesError | ToolNotInImage]:
    """The processes that the image gets. ``installed`` maps normalised names to versions, ``minor`` is Python's.

    ``programs`` are the commands that the environment has; ``offered`` is what declared commands are checked against.
    """
    return _decide_processes(facts, installed, minor, programs=programs, provisional=False, offered=offered)


def _decide_processes(
    facts: Facts,
    installed: Mapping[str, str],
    minor: str,
    *,
    programs: frozenset[str] | None = None,
    provisional: bool,
    offered: Offered | None = None,
) -> Outcome[Processes, ProcessesError | ToolNotInImage]:
    decided = decide_processes(
        facts.procfile,
        facts.pyproject,
        facts.code,
        installed=installed,
        app=facts.home,
        root=facts.app_dir,
        minor=minor,
        programs=programs,
        provisional=provisional,
    )
    if isinstance(decided, Failure) or facts.declared is None:
        return decided
    from pure.start.declared_check import CheckedAgainst, checked
    from pure.start.development import PIPFILE

    project = facts.project.unwrap().texts if isinstance(facts.project, Success) else {}
    documents = {PYPROJECT: facts.pyproject, PIPFILE: project.get(PIPFILE)}
    against = CheckedAgainst(
        installed=installed, files=facts.declared, documents=documents, provisional=provisional, offered=offered
    )
    return checked(decided.unwrap(), against)


def _required(facts: Facts, managed: Managed) -> dict[str, str]:
    """What will be installed, as far as names tell it beforehand; no version is known."""
    manager, declared = managed.manager, managed.declared
    itself = manager.name in declared.installs_itself
    asked: list[Named] = []
    if manager is PIP and isinstance(facts.requirements, Success):
        lines = facts.requirements.unwrap().requirements
        asked += [(line.name, line.extras) for line in lines if line.name]
        itself = any(line.kind in ("local_path", "editable") and OWN.match(line.text) for line in lines)
    itself = itself or manager is PROJECT
    if itself and manager.tool is PIP_TOOL:
        asked += declared.requires
        asked += [each for extra, listed in declared.optional if extra in managed.selection.extras for each in listed]
    names = (*managed.lock.names, *((declared.name,) if itself and declared.name and not managed.alone else ()))
    return declared_distributions(asked) | {normalise_name(name): "" for name in names}
