"""Decides a whole build before anything happens: facts in, one immutable plan with its reasons out.

The plan drives four readers, none of which decides anything again: the conversation of the build, its log,
``lamina plan``, and the machine-readable record.
"""

from typing import Final, TypeAlias

import msgspec

from pure.bindings.decision import BindingDecision
from pure.bindings.folder import BindingError
from pure.build import at_launch, bound
from pure.build.asked import by_uv, pins_fixed, required_files
from pure.build.collected import CollectedRecord
from pure.build.collecting import NOTHING_KEPT, collects, planned_layer, unchanged
from pure.build.composing import Composition, compose, composed
from pure.build.facts import Facts
from pure.build.finding import Finding
from pure.build.labelled import Label, asked_labels
from pure.build.presence import contents_needed, decide_division, decide_packing
from pure.build.processes import final_processes, first_processes, known_beforehand
from pure.build.provision import supply_of, tool_of, unheard_folders
from pure.build.refusals import astray, breaking, refused_lock
from pure.build.undeclared import NothingRequired, UndeclaredImports, undeclared
from pure.build.unheard import passed_over
from pure.layers.decision import EVERYWHERE, Action, LayerDecision, LayerTypes
from pure.layers.heavy import UNDIVIDED, Division
from pure.layers.inventory import application_layers, runtime_layers, with_archive, with_static
from pure.layers.names import VENV, LayerName
from pure.layers.packing import Packing, Stored, idle, recorded, stored
from pure.manager import uv_requirements
from pure.manager.advice import advised
from pure.manager.choice import NothingToInstall
from pure.manager.decision import PackageManagerDecision
from pure.manager.environment import BreakingVariables
from pure.manager.managed import ManagedError, decide_manager
from pure.manager.outside import OutsideUpload
from pure.manager.pylock_selection import PylockProblem
from pure.manager.tool_version import ToolError
from pure.manager.unset import UnsetVariables
from pure.outcome import Failure, Outcome, Success
from pure.project.build_commands import BuildCommands, BuildCommandsError, build_commands
from pure.project.detection import PROVIDE_ONLY_VARIABLE, provides_only, python_markers
from pure.project.files import BadProjectFolder, ProjectFiles
from pure.project.locks.facts import LockFacts
from pure.project.requirements.errors import RequirementsError
from pure.project.vendored import BadVendorFolder
from pure.python.choice import PythonDecision, RuntimeChoiceError, choose_runtime
from pure.python.requirers import Requirers, RequirersError, read_requirers
from pure.start.choice import ProcessesError
from pure.start.django import DjangoDecision, decide_django
from pure.start.offered import ToolNotInImage
from pure.start.processes import Processes
from pure.switches import BadSwitch, switch
from pure.target import Target
from pure.venv.build_settings import build_settings, isolation_setting
from pure.venv.lacks import CHECK_VARIABLE
from pure.venv.pinning import pinning
from pure.venv.pins import Pin
from pure.venv.requirements_fingerprint import NotPinned
from pure.venv.state import VenvState

NO_DJANGO: Final = DjangoDecision(manage=None, collect=False, because="no Django is installed")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All decisions of a build."""

    target: Target
    python: PythonDecision
    package_manager: PackageManagerDecision | None
    """``None`` where only the runtime is provided."""
    layers: tuple[LayerDecision, ...]
    processes: Processes
    """Provisional until it is known what is installed."""
    django: DjangoDecision = NO_DJANGO
    """Holds if Django is installed."""
    division: Division = UNDIVIDED
    """Whether heavy distributions lie in layers of their own."""
    packing: Packing = Packing(pack=False)
    """Whether Python and the environment are packed between builds."""
    stored: Stored = Stored()
    """Where the contents of the restored environment are."""
    idle: bool = False
    """Nothing has to be started, as far as is known beforehand: all is kept."""
    collects: bool = False
    """Static files are collected, as far as is known beforehand."""
    commands: BuildCommands | None = None
    """What the application has run in its build."""
    composition: Composition = Composition()
    """What other buildpacks get of it."""
    previous: VenvState | None = None
    """What the restored environment's record says."""
    pins: tuple[Pin, ...] | None = None
    """What the requirements fix, where they fix everything and pip installs them."""
    pinned_by: tuple[str, ...] = ()
    """The commands that would pin them all with hashes, so that an unchanged build starts nothing."""
    collected: CollectedRecord | str = NOTHING_KEPT
    """What was collected before, where collecting gives the same if the environment is kept; else why it won't do."""
    findings: tuple[Finding, ...] = ()
    """What should be changed, and is no error."""
    unheard: tuple[str, ...] = ()
    """What is set or written and has no effect."""
    labels: tuple[Label, ...] = ()
    """Those of the image that variables ask for."""
    bindings: tuple[BindingDecision, ...] = ()

    def with_lock(self, lock: LockFacts) -> "Plan":
        """The plan with what requirements turned out to resolve to."""
        managed = msgspec.structs.replace(self.manager.managed, lock=lock)
        return msgspec.structs.replace(self, package_manager=msgspec.structs.replace(self.manager, managed=managed))

    @property
    def works(self) -> bool:
        """Whether something of the application's runs in the environment, as far as is known beforehand."""
        return self.collects or self.commands is not None

    @property
    def manager(self) -> PackageManagerDecision:
        """The decision over the package manager, where something is installed."""
        assert self.package_manager is not None, "without a package manager there are no dependencies"
        return self.package_manager

    def decided(self, name: LayerName) -> LayerDecision:
        """The decision over a layer that there is one over."""
        decision = self.layer(name)
        assert decision is not None, f"the plan decides over {name}"
        return decision

    def with_layer(self, decision: LayerDecision) -> "Plan":
        """The plan with another decision over one of its layers."""
        layers = tuple(decision if each.name == decision.name else each for each in self.layers)
        return msgspec.structs.replace(self, layers=layers)

    def present(self, name: LayerName) -> LayerDecision | None:
        """The decision over one layer that this build has; ``None`` where there is none, or it is dropped."""
        decision = self.layer(name)
        return None if decision is None or decision.action is Action.DROP else decision

    def layer(self, name: LayerName) -> LayerDecision | None:
        """The decision over one layer; ``None`` where there is nothing to decide."""
        return next((layer for layer in self.layers if layer.name == name), None)


PlanError: TypeAlias = (
    BindingError
    | BreakingVariables
    | BuildCommandsError
    | BadProjectFolder
    | BadSwitch
    | BadVendorFolder
    | ManagedError
    | NothingRequired
    | OutsideUpload
    | ProcessesError
    | PylockProblem
    | RequirementsError
    | RequirersError
    | RuntimeChoiceError
    | ToolError
    | ToolNotInImage
    | UnsetVariables
    | UndeclaredImports
)


def decide(facts: Facts) -> Outcome[Plan, PlanError]:
    """Decide the whole build. Whatever the facts, the answer is a plan or an error value."""
    decided = _decide(facts)
    if isinstance(decided, Failure):
        return decided
    plan = decided.unwrap()
    manager = plan.package_manager
    alone = manager is None and plan.commands is None and not plan.processes.processes
    said = passed_over(facts, manager, started=not alone, commands=plan.commands)
    layers = bound.with_launch_layer(facts, plan.layers)
    unseen = (*unheard_folders(facts, manager), *bound.unseen(facts, layers))
    installed = known_beforehand(facts, manager.managed, layers, plan.previous) if manager else {}
    weight = plan.previous.seen.weight if plan.previous else None
    processes, layers = at_launch.told(plan.processes, layers, facts, installed=installed, weight=weight)
    return Success(
        msgspec.structs.replace(
            plan,
            labels=asked_labels(facts.variables),
            unheard=(*said, *unseen, *at_launch.unseen(facts.variables)),
            processes=processes,
            bindings=bound.decided(facts, plan.python.runtime, manager, layers),
            layers=layers,
        )
    )


def _decide(facts: Facts) -> Outcome[Plan, PlanError]:
    broken = bound.refused(facts) or breaking(facts)
    if broken is not None:
        return Failure(broken)
    requirers = read_requirers(facts.buildpack_plan)
    if isinstance(requirers, Failure):
        return requirers
    project = facts.project if facts.project is not None else Success(ProjectFiles(names=facts.names))
    if isinstance(project, Failure):
        return project
    names = (*facts.names, *project.unwrap().names)
    only = provides_only(names, facts.variables)
    if isinstance(only, BadSwitch):
        return Failure(only)
    if only or not python_markers(names):
        return _provide_only(facts, requirers.unwrap(), project.unwrap().nested, only=only)
    return _application(facts, project.unwrap(), requirers.unwrap())


def _application(facts: Facts, project: ProjectFiles, requirers: Requirers) -> Outcome[Plan, PlanError]:
    decided = decide_manager(project, facts.variables)
    if isinstance(decided, Failure):
        return _undeclared(facts, decided.failure(), requirers)
    managed = decided.unwrap()
    manager = managed.manager
    requirements = required_files(facts, project, managed)
    if isinstance(requirements, Failure):
        return requirements
    lost = astray(facts, project, managed, requirements.unwrap())
    if lost is not None:
        return Failure(lost)
    managed = advised(managed, project, requirements.unwrap(), root=facts.names, settings=facts.settings)
    managed = by_uv(facts, managed, requirements.unwrap())
    python = choose_runtime(facts, requirers)
    if isinstance(python, Failure):
        return python
    refused = refused_lock(facts, project, managed, python.unwrap())
    if refused is not None:
        return Failure(refused)
    tool = tool_of(facts, managed, python.unwrap().runtime.minor)
    if isinstance(tool, Failure):
        return tool
    supplied = supply_of(facts, managed, project)
    if isinstance(supplied, Failure):
        return supplied
    django = decide_django(facts.variables, facts.manage)
    if isinstance(django, BadSwitch):
        return Failure(django)
    if isinstance(asked := switch(facts.variables, CHECK_VARIABLE), BadSwitch):
        return Failure(asked)
    settings = uv_requirements.with_counterparts(manager, facts.settings_that_count, requirements.unwrap())
    isolation = isolation_setting(manager, settings, texts=project.texts, above=project.workspace_texts)
    package_manager = PackageManagerDecision(
        managed=managed,
        tool=tool.unwrap(),
        built_with=build_settings(manager, settings, texts=project.texts, above=project.workspace_texts),
        supply=supplied.unwrap(),
    )
    commands = build_commands(facts.variables, facts.pyproject)
    if isinstance(commands, Failure):
        return commands
    composition = compose(requirers, package_manager)
    requirers = composed(requirers, composition)
    needed = contents_needed(django, requirers, commands.unwrap())
    packing = decide_packing(requirers)
    division = decide_division(facts.variables, isolation=isolation, needed=needed, packing=packing)
    if isinstance(division, BadSwitch):
        return Failure(division)
    runtime = python.unwrap().runtime
    kept = stored(facts.restored)
    state = recorded(kept, packed=facts.packed_state, in_tree=facts.venv_state)
    division = msgspec.structs.replace(division, packed=bool(kept.archive) and state is not None and state.at_hand)
    fixed = pinning(
        managed,
        project,
        requirements.unwrap(),
        runtime=runtime,
        target=facts.target,
        settings=facts.settings_that_count,
    )
    pins = pins_fixed(facts, managed, requirements.unwrap(), fixed, runtime)
    layers = application_layers(
        facts.restored,
        layers_dir=facts.layers_dir,
        target=facts.target,
        runtime=runtime,
        decided=package_manager,
        pinning=fixed,
        state=state,
        division=division,
        packing=packing,
        kept=kept,
        pins=pins,
    )
    (venv,) = (each for each in layers if each.name == VENV)
    same = unchanged(facts, django, runtime=runtime, venv=venv, kept=kept, state=state, commands=commands.unwrap())
    collecting = collects(django, same, state)
    at_rest = packing.pack and not collecting and not commands.unwrap() and idle(layers, kept, facts.restored)
    layers = with_static(layers, planned_layer(facts, django, same, runtime=runtime, venv=venv))
    layers = _with_archive(facts, python.unwrap(), packing, layers, at_rest=at_rest)
    processes = first_processes(facts, managed, layers, state, runtime.minor)
    if isinstance(processes, Failure):
        return processes
    return Success(
        Plan(
            target=facts.target,
            python=python.unwrap(),
            package_manager=package_manager,
            layers=layers,
            processes=processes.unwrap(),
            django=django,
            division=division,
            packing=packing,
            stored=kept,
            idle=at_rest,
            collects=collecting,
            commands=commands.unwrap(),
            composition=composition,
            previous=state,
            collected=same,
            pins=pins,
            pinned_by=fixed.pinned_by if isinstance(fixed, NotPinned) else (),
            findings=facts.baggage,
        )
    )


def _undeclared(facts: Facts, error: ManagedError, requirers: Requirers) -> Outcome[Plan, PlanError]:
    """The plan of an application that needs nothing but Python, or what is wrong with it."""
    python = choose_runtime(facts, requirers) if isinstance(error, NothingToInstall) else None
    if not isinstance(python, Success) or not isinstance(error, NothingToInstall):
        return Failure(error)
    decision = python.unwrap()
    verdict = undeclared(error, facts.imports, decision.runtime.minor)
    if not isinstance(verdict, str):
        return Failure(verdict or error)
    processes = final_processes(facts, {}, decision.runtime.minor, programs=None)
    if isinstance(processes, Failure):
        return processes
    commands = build_commands(facts.variables, facts.pyproject)
    if isinstance(commands, Failure):
        return commands
    composition = compose(requirers, None)
    requirers = composed(requirers, composition)
    packing = decide_packing(requirers)
    told = msgspec.structs.replace(decision, because=(*decision.because, verdict))
    because = "nothing has to be installed"
    plan = _runtime_alone(facts, told, packing, EVERYWHERE, processes.unwrap(), because, commands=commands.unwrap())
    return Success(msgspec.structs.replace(plan, composition=composition))


def _provide_only(
    facts: Facts, requirers: Requirers, nested: tuple[str, ...], *, only: bool
) -> Outcome[Plan, PlanError]:
    if not only:
        return Failure(NothingRequired(variable=PROVIDE_ONLY_VARIABLE, nested=nested))
    python = choose_runtime(facts, requirers)
    if isinstance(python, Failure):
        return python
    neither = not requirers.build and not requirers.launch
    types = LayerTypes(build=requirers.build or neither, launch=requirers.launch or neither, cache=True)
    packing = Packing(pack=not types.build, because="another buildpack of this build works with it")
    processes = Processes(processes=(), because=("only the runtime is provided, for other buildpacks",))
    because = f"${PROVIDE_ONLY_VARIABLE} provides the runtime only"
    plan = _runtime_alone(facts, python.unwrap(), packing, types, processes, because)
    return Success(msgspec.structs.replace(plan, composition=compose(requirers, None)))


def _runtime_alone(
    facts: Facts,
    python: PythonDecision,
    packing: Packing,
    types: LayerTypes,
    processes: Processes,
    because: str,
    *,
    commands: BuildCommands | None = None,
) -> Plan:
    """A plan in which nothing is installed; ``types`` are those of a runtime that isn't packed."""
    layers = runtime_layers(
        facts.restored,
        layers_dir=facts.layers_dir,
        runtime=python.runtime,
        packing=packing,
        types=None if packing.pack else types,
        because=because,
    )
    at_rest = packing.pack and commands is None and idle(layers, Stored(), facts.restored)
    return Plan(
        target=facts.target,
        python=python,
        package_manager=None,
        layers=_with_archive(facts, python, packing, layers, at_rest=at_rest),
        processes=processes,
        packing=packing,
        idle=at_rest,
        commands=commands,
    )


def _with_archive(
    facts: Facts, python: PythonDecision, packing: Packing, layers: tuple[LayerDecision, ...], *, at_rest: bool
) -> tuple[LayerDecision, ...]:
    """The layers with that of the runtime's archive, where a runtime is packed and comes from somewhere else."""
    if not packing.pack or python.url.startswith("file:"):
        return layers
    return with_archive(layers, facts.restored, python.runtime, idle=at_rest)
