"""Decides a whole build before anything happens: facts in, one immutable plan with its reasons out.

The plan drives four readers, none of which decides anything again: the executor (by ``stages``), the build log,
``lamina plan``, and the machine-readable record.
"""

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

import msgspec

from pure.build.facts import Facts
from pure.layers.decision import (
    STRUCTS,
    Action,
    LayerDecision,
    LayerTypes,
    PdmLayer,
    PipCacheLayer,
    PipenvLayer,
    PipLayer,
    PoetryLayer,
    PythonLayer,
    UvLayer,
    VenvLayer,
    decide_layer,
    decode_built_from,
    drop_layer,
)
from pure.manager import pylock_selection
from pure.manager.environment import (
    BreakingVariables,
    offenders,
    pip_layer_environment,
    python_layer_environment,
    venv_layer_environment,
)
from pure.manager.managed import Managed, ManagedError, decide_manager, not_a_file
from pure.manager.pip_configuration import PipChoice, PipVersionError, choose_pip, configured_offenders
from pure.manager.pylock_selection import PylockProblem
from pure.manager.table import MANAGERS, PIP, PIP_TOOL, PROJECT, PYLOCK, Manager, Tool
from pure.manager.terms import InstalledFrom, path
from pure.manager.tool_version import ToolError, choose_tool
from pure.names import normalise_name
from pure.outcome import Failure, Outcome, Success
from pure.project.declarations import Declarations, Demand, Named
from pure.project.detection import PROVIDE_ONLY_VARIABLE, python_markers
from pure.project.files import BadProjectFolder, ProjectFiles
from pure.project.requirements.file import RequirementsError, placed
from pure.project.selection import Selection
from pure.python.catalogue import Runtime
from pure.python.choice import PythonDecision, RuntimeChoiceError, choose_runtime
from pure.python.requirers import Requirers, RequirersError, read_requirers
from pure.source import Source
from pure.start.brought import declared_distributions
from pure.start.choice import ProcessesError, decide_processes
from pure.start.django import DjangoDecision, decide_django
from pure.start.processes import Processes
from pure.switches import BadSwitch, switch
from pure.target import Target
from pure.venv.build_settings import build_settings
from pure.venv.lock_fingerprint import lock_fingerprint
from pure.venv.requirements_fingerprint import Fingerprint, NotPinned, Pinning, pinned_fingerprint
from pure.venv.state import VenvState, decode_state
from pure.wording import count

REQUIREMENTS: Final = PIP.lock
# The project itself, in a requirements file.
_OWN: Final = re.compile(r"(?:-e\s*|--editable[ =])?\.(?:/|\[[^\]]*\])?\s*\Z")
NO_DJANGO: Final = DjangoDecision(manage=None, collect=False, because="only the runtime is provided")


class PackageManagerDecision(msgspec.Struct, frozen=True, kw_only=True):
    """Which package manager installs the dependencies, by which tool, in which version.

    ``files`` are what it installs from, ``folder`` is the project's below the application's root. ``local`` names what
    is installed from folders and ``moving`` what else the lock doesn't fix, which both have to be made anew each time;
    ``artefacts`` are the digests of the others (``locks.facts``), ``built_with`` that of the settings of builds.
    ``default_groups`` are those that the lock itself adds to whatever is asked for. ``advice`` is what the user should
    know.
    ``installed_from`` is what errors name; ``comparable`` says that the tool can tell whether the lock is up to date,
    ``up_to_date`` that this is known without it.
    """

    name: str
    version: str
    hashed: bool
    source: Source
    because: tuple[str, ...]
    files: tuple[str, ...] = (REQUIREMENTS,)
    folder: str = ""
    selection: Selection = Selection()
    declared: Declarations = Declarations()
    local: tuple[str, ...] = ()
    moving: tuple[str, ...] = ()
    artefacts: tuple[tuple[str, str], ...] = ()
    built_with: str = ""
    default_groups: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    installed_from: InstalledFrom
    comparable: bool = True
    up_to_date: bool = False

    @property
    def manager(self) -> Manager:
        """Its row of the table."""
        return MANAGERS[self.name]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All decisions of a build. ``package_manager`` is ``None`` where only the runtime is provided.

    ``processes`` may be provisional until the dependencies are installed (``after_dependencies``); ``django``
    holds if Django is among them.
    """

    target: Target
    python: PythonDecision
    package_manager: PackageManagerDecision | None
    layers: tuple[LayerDecision, ...]
    processes: Processes
    django: DjangoDecision = NO_DJANGO
    previous: VenvState | None = None

    @property
    def manager(self) -> PackageManagerDecision:
        """The decision over the package manager, where something is installed."""
        assert self.package_manager is not None, "without a package manager there are no dependencies"
        return self.package_manager

    def decided(self, name: str) -> LayerDecision:
        """The decision over a layer that there is one over."""
        decision = self.layer(name)
        assert decision is not None, f"the plan decides over {name}"
        return decision

    def with_layer(self, decision: LayerDecision) -> "Plan":
        """The plan with another decision over one of its layers."""
        layers = tuple(decision if each.name == decision.name else each for each in self.layers)
        return msgspec.structs.replace(self, layers=layers)

    def layer(self, name: str) -> LayerDecision | None:
        """The decision over one layer; ``None`` where there is nothing to decide."""
        return next((layer for layer in self.layers if layer.name == name), None)


class NothingRequired(msgspec.Struct, frozen=True, kw_only=True):
    """The build was started for other buildpacks only, without the switch that allows it.

    ``nested`` are lock files of projects in folders below.
    """

    variable: str
    nested: tuple[str, ...] = ()


PlanError: TypeAlias = (
    BreakingVariables
    | BadProjectFolder
    | BadSwitch
    | ManagedError
    | NothingRequired
    | PipVersionError
    | ProcessesError
    | PylockProblem
    | RequirementsError
    | RequirersError
    | RuntimeChoiceError
    | ToolError
)


def decide(facts: Facts) -> Outcome[Plan, PlanError]:
    """Decide the whole build. Whatever the facts, the answer is a plan or an error value."""
    broken = _offenders(facts)
    if broken is not None:
        return Failure(broken)
    requirers = read_requirers(facts.buildpack_plan)
    if isinstance(requirers, Failure):
        return requirers
    project = facts.project if facts.project is not None else Success(ProjectFiles(names=facts.names))
    if isinstance(project, Failure):
        return project
    if not python_markers((*facts.names, *project.unwrap().names)):
        return _provide_only(facts, requirers.unwrap(), project.unwrap().nested)
    return _application(facts, project.unwrap(), requirers.unwrap())


def _offenders(facts: Facts) -> BreakingVariables | None:
    in_variables = offenders(facts.variables)
    in_files = configured_offenders(facts.pip_settings)
    found = (*(in_variables.found if in_variables else ()), *in_files)
    return BreakingVariables(found=found) if found else None


def _application(facts: Facts, project: ProjectFiles, requirers: Requirers) -> Outcome[Plan, PlanError]:
    decided = decide_manager(project, facts.variables)
    if isinstance(decided, Failure):
        return decided
    managed = decided.unwrap()
    choice, lock, chosen, manager = managed.choice, managed.lock, managed.selection, managed.choice.manager
    if manager is PIP and facts.requirements is None:
        return Failure(not_a_file(path(choice.folder, choice.files[0])))
    if manager is PIP and isinstance(facts.requirements, Failure):
        return Failure(placed(facts.requirements.failure(), project.folder))
    python = choose_runtime(facts, requirers)
    if isinstance(python, Failure):
        return python
    if manager is PYLOCK:
        problem = pylock_selection.check(
            project.texts[choice.files[0]],
            choice.files[0],
            selection=chosen,
            python=python.unwrap().version,
            target=facts.target,
        )
        if problem is not None:
            return Failure(problem)
    tool = _tool(facts, manager, managed.demands)
    if isinstance(tool, Failure):
        return tool
    django = decide_django(facts.variables, facts.manage)
    if isinstance(django, BadSwitch):
        return Failure(django)
    runtime = python.unwrap().runtime
    pinning = _pinning(facts, project, managed, runtime)
    state = _previous(facts)
    version = tool.unwrap()
    about = (str(chosen),) if chosen != Selection() else ()
    built_with = build_settings(manager, facts.settings, texts=project.texts, above=project.workspace_texts)
    layers = _layers(facts, runtime, managed.source, version, pinning, state, built_with)
    processes = _processes(facts, managed, layers, state, runtime.minor)
    if isinstance(processes, Failure):
        return processes
    return Success(
        Plan(
            target=facts.target,
            python=python.unwrap(),
            package_manager=PackageManagerDecision(
                name=manager.name,
                version=version.version,
                hashed=version.hashed,
                source=version.source,
                because=(*choice.because, *about, *version.because),
                files=choice.files,
                folder=project.folder,
                selection=chosen,
                declared=managed.declared,
                local=lock.local,
                moving=lock.moving,
                artefacts=lock.artefacts,
                built_with=built_with,
                default_groups=lock.default_groups,
                advice=choice.advice,
                up_to_date=managed.up_to_date,
                installed_from=managed.source,
                comparable=choice.comparable,
            ),
            layers=layers,
            processes=processes.unwrap(),
            django=django,
            previous=state,
        )
    )


def _tool(
    facts: Facts, manager: Manager, demands: tuple[Demand, ...]
) -> Outcome[PipChoice, PipVersionError | ToolError]:
    if manager.tool is PIP_TOOL:
        return choose_pip(facts.variables, facts.pip_pin)
    pin = facts.tool_pins.get(manager.tool.name, "")
    return choose_tool(manager.tool, facts.variables, pin, demands, oldest=manager.oldest)


def _pinning(facts: Facts, project: ProjectFiles, managed: Managed, runtime: Runtime) -> Pinning:
    manager = managed.choice.manager
    if manager is PROJECT:
        return NotPinned(because=("the project itself is installed from its folder", "there is no lock file"))
    # The configuration files' settings are known, so naming such a file leaves nothing open.
    settings = {name: value for name, value in facts.settings.items() if name != "PIP_CONFIG_FILE"}
    if manager is not PIP:
        names = {*managed.choice.files, *manager.configuration}
        texts = {name: text for name, text in project.texts.items() if name in names}
        above = {f"workspace/{name}": text for name, text in project.workspace_texts.items() if name in names}
        return lock_fingerprint(
            manager,
            managed.lock,
            texts=texts | above,
            folder=project.folder,
            selection=managed.selection,
            python=runtime.version,
            target=facts.target,
            settings=settings,
        )
    assert isinstance(facts.requirements, Success), "a requirements file that was chosen has been read"
    return pinned_fingerprint(
        facts.requirements.unwrap(), python_minor=runtime.minor, target=facts.target, settings=settings
    )


def _processes(
    facts: Facts, managed: Managed, layers: tuple[LayerDecision, ...], state: VenvState | None, minor: str
) -> Outcome[Processes, ProcessesError]:
    """The processes by what is known before the installation: what is kept as it is, else what is required by name."""
    kept = state is not None and any(each.name == "venv" and each.action is Action.KEEP for each in layers)
    if kept and state is not None:
        installed = {each.name: each.version for each in state.resolved.distributions}
    else:
        installed = _required(facts, managed)
    return _decide_processes(facts, installed, minor, provisional=not kept)


def final_processes(facts: Facts, installed: Mapping[str, str], minor: str) -> Outcome[Processes, ProcessesError]:
    """The processes that the image gets. ``installed`` maps normalised names to versions, ``minor`` is Python's."""
    return _decide_processes(facts, installed, minor, provisional=False)


def _decide_processes(
    facts: Facts, installed: Mapping[str, str], minor: str, *, provisional: bool
) -> Outcome[Processes, ProcessesError]:
    return decide_processes(
        facts.procfile,
        facts.pyproject,
        facts.code,
        installed=installed,
        app=facts.home,
        root=facts.app_dir,
        minor=minor,
        provisional=provisional,
    )


def _required(facts: Facts, managed: Managed) -> dict[str, str]:
    """What will be installed, as far as names tell it beforehand; no version is known."""
    manager, declared = managed.choice.manager, managed.declared
    itself = manager.name in declared.installs_itself
    asked: list[Named] = []
    if manager is PIP and isinstance(facts.requirements, Success):
        lines = facts.requirements.unwrap().requirements
        asked += [(line.name, line.extras) for line in lines if line.name]
        itself = any(line.kind in ("local_path", "editable") and _OWN.match(line.text) for line in lines)
    itself = itself or manager is PROJECT
    if itself and manager.tool is PIP_TOOL:
        asked += declared.requires
        asked += [each for extra, listed in declared.optional if extra in managed.selection.extras for each in listed]
    names = (*managed.lock.names, *((declared.name,) if itself and declared.name else ()))
    return declared_distributions(asked) | {normalise_name(name): "" for name in names}


def _provide_only(facts: Facts, requirers: Requirers, nested: tuple[str, ...]) -> Outcome[Plan, PlanError]:
    enabled = switch(facts.variables, PROVIDE_ONLY_VARIABLE)
    if isinstance(enabled, BadSwitch):
        return Failure(enabled)
    if not enabled:
        return Failure(NothingRequired(variable=PROVIDE_ONLY_VARIABLE, nested=nested))
    python = choose_runtime(facts, requirers)
    if isinstance(python, Failure):
        return python
    neither = not requirers.build and not requirers.launch
    types = LayerTypes(build=requirers.build or neither, launch=requirers.launch or neither, cache=True)
    unwanted = f"${PROVIDE_ONLY_VARIABLE} provides the runtime only"
    dropped = tuple(drop_layer(name, unwanted) for name in STRUCTS if name in facts.restored and name != "python")
    return Success(
        Plan(
            target=facts.target,
            python=python.unwrap(),
            package_manager=None,
            layers=(_python_layer(facts, python.unwrap().runtime, types), *dropped),
            processes=Processes(processes=(), because=("only the runtime is provided, for other buildpacks",)),
        )
    )


def _layers(
    facts: Facts,
    runtime: Runtime,
    source: InstalledFrom,
    tool: PipChoice,
    pinning: Pinning,
    state: VenvState | None,
    built_with: str,
) -> tuple[LayerDecision, ...]:
    manager = MANAGERS[source.manager]
    digest = pinning.digest if isinstance(pinning, Fingerprint) else ""
    arch, distro = facts.target.arch, str(facts.target.distro or "")
    venv = decide_layer(
        "venv",
        VenvLayer(arch=arch, distro=distro, python_minor=runtime.minor, installer=manager.name),
        facts.restored.get("venv"),
        environment=venv_layer_environment(f"{facts.layers_dir}/venv"),
    )
    if venv.action is Action.KEEP and state is not None and state.built_with != built_with:
        other = ("settings that say whether and how distributions are built have changed",)
        venv = msgspec.structs.replace(venv, action=Action.RECREATE, because=other)
    made = (
        _python_layer(facts, runtime, None),
        *_tool_layers(facts, runtime, manager.tool, tool),
        _reconciled(msgspec.structs.replace(venv, built_from=digest), pinning, state, source, _built_from(facts)),
    )
    unused = f"{manager.tool.title} installs the dependencies, and it doesn't use this layer"
    kept = {layer.name for layer in made}
    return (*made, *(drop_layer(name, unused) for name in STRUCTS if name in facts.restored and name not in kept))


def _tool_layers(facts: Facts, runtime: Runtime, tool: Tool, choice: PipChoice) -> tuple[LayerDecision, ...]:
    arch, distro, minor = facts.target.arch, str(facts.target.distro or ""), runtime.minor
    name, restored = tool.name, facts.restored.get(tool.name)
    match name:
        case "uv":
            return (decide_layer(name, UvLayer(arch=arch, uv_version=choice.version), restored),)
        case "poetry":
            poetry = PoetryLayer(arch=arch, distro=distro, python_minor=minor, poetry_version=choice.version)
            return (decide_layer(name, poetry, restored),)
        case "pipenv":
            pipenv = PipenvLayer(arch=arch, distro=distro, python_minor=minor, pipenv_version=choice.version)
            return (decide_layer(name, pipenv, restored),)
        case "pdm":
            pdm = PdmLayer(arch=arch, distro=distro, python_minor=minor, pdm_version=choice.version)
            return (decide_layer(name, pdm, restored),)
        case _:
            return (
                decide_layer(
                    "pip",
                    PipLayer(arch=arch, python_minor=minor, pip_version=choice.version),
                    restored,
                    environment=pip_layer_environment(f"{facts.layers_dir}/pip"),
                ),
                decide_layer(
                    "pip-cache",
                    PipCacheLayer(arch=arch, distro=distro, python_minor=minor),
                    facts.restored.get("pip-cache"),
                ),
            )


def _python_layer(facts: Facts, runtime: Runtime, types: LayerTypes | None) -> LayerDecision:
    return decide_layer(
        "python",
        PythonLayer(
            os=runtime.os,
            arch=runtime.arch,
            distro=str(runtime.distro or ""),
            python_version=runtime.version,
            archive_sha256=runtime.sha256,
        ),
        facts.restored.get("python"),
        environment=python_layer_environment(f"{facts.layers_dir}/python", runtime.minor),
        types=types,
    )


def _previous(facts: Facts) -> VenvState | None:
    if facts.venv_state is None:
        return None
    match decode_state(facts.venv_state):
        case Success(state):
            return state
        case Failure():
            return None


def _built_from(facts: Facts) -> str:
    """What the restored environment was made from, if that is known."""
    restored = facts.restored.get("venv")
    return decode_built_from(restored.toml) if restored else ""


def _reconciled(
    venv: LayerDecision, pinning: Pinning, state: VenvState | None, source: InstalledFrom, built_from: str
) -> LayerDecision:
    """A kept environment is only kept as it is where that is known to be right; otherwise it is reconciled."""
    if venv.action is not Action.KEEP:
        return venv
    if state is None:
        missing = ("its record of what was installed is missing or unreadable",)
        return msgspec.structs.replace(venv, action=Action.RECREATE, because=missing)
    manager = MANAGERS[source.manager]
    locked = manager.synchronises
    changed = f"{path(source.folder, source.files[0])}, the configuration, groups or settings have changed"
    because: tuple[str, ...] = (changed if locked else "the pinned requirements, or settings that count, have changed",)
    match pinning:
        case NotPinned(because=reasons, more=more):
            left_out = (f"and {count(more, 'more reason')}",) if more else ()
            first = "what the lock installs may have changed" if locked else _MAY_HAVE_CHANGED
            because = (first, *reasons, *left_out)
        case Fingerprint(digest=digest) if digest == built_from:
            because = (f"{_UNCHANGED}, so {manager.tool.title} isn't started",) if locked else (_NONE_HAS_CHANGED,)
            return msgspec.structs.replace(venv, because=because)
        case Fingerprint():
            pass
    return msgspec.structs.replace(venv, action=Action.RECONCILE, because=because)


_MAY_HAVE_CHANGED: Final = "what the requirements resolve to may have changed"
_NONE_HAS_CHANGED: Final = "every requirement is pinned with hashes, and none has changed"
_UNCHANGED: Final = "lock, configuration, groups, Python and target are the same, and nothing local is involved"
