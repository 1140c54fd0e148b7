"""Decides over the processes of a build: by what will be installed, and again by what is."""

from collections.abc import Mapping

from pure.build.facts import Facts
from pure.build.required import required
from pure.layers.decision import Action, LayerDecision
from pure.layers.names import VENV
from pure.manager.managed import Managed
from pure.outcome import Failure, Outcome, Success
from pure.start.choice import ProcessesError, decide_processes
from pure.start.declared import PYPROJECT
from pure.start.offered import ToolNotInImage
from pure.start.peers import peer_commands
from pure.start.processes import Processes
from pure.venv.offered import Offered
from pure.venv.state import VenvState


def first_processes(
    facts: Facts, managed: Managed, layers: tuple[LayerDecision, ...], state: VenvState | None, minor: str
) -> Outcome[Processes, ProcessesError | ToolNotInImage]:
    """The processes by what is known before the installation: what is kept as it is, else what is required by name."""
    installed = known_beforehand(facts, managed, layers, state)
    return _decide_processes(facts, installed, minor, provisional=not _kept(layers, state))


def known_beforehand(
    facts: Facts, managed: Managed, layers: tuple[LayerDecision, ...], state: VenvState | None
) -> Mapping[str, str]:
    """What will be installed, by normalised names, with versions as far as they are known."""
    if state is not None and _kept(layers, state):
        return {each.name: each.version for each in state.resolved.distributions}
    return required(facts, managed)


def _kept(layers: tuple[LayerDecision, ...], state: VenvState | None) -> bool:
    return state is not None and any(each.name == VENV and each.action is Action.KEEP for each in layers)


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
        peers=peer_commands(facts.variables, facts.elsewhere),
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
        installed=installed,
        files=facts.declared,
        documents=documents,
        provisional=provisional,
        minor=minor,
        code=facts.code,
        offered=offered,
    )
    return checked(decided.unwrap(), against)
