"""Decides a whole build before anything happens: facts in, one immutable plan with its reasons out.

The plan drives four readers, none of which decides anything again: the executor (by ``pure.stages``), the build log,
``lamina plan``, and the machine-readable record.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

import msgspec

from pure.catalogue import Runtime
from pure.code_facts import CodeFacts
from pure.detection import (
    PROVIDE_ONLY_VARIABLE,
    BadSwitch,
    misspelled_requirements,
    python_markers,
    switch,
)
from pure.django import DjangoDecision, decide_django
from pure.environment import (
    BreakingVariables,
    offenders,
    pip_layer_environment,
    python_layer_environment,
    venv_layer_environment,
)
from pure.fingerprint import Fingerprint, NotPinned, pinned_fingerprint
from pure.layers import (
    Action,
    LayerDecision,
    LayerTypes,
    PipCacheLayer,
    PipLayer,
    PythonLayer,
    RestoredLayer,
    VenvLayer,
    decide_layer,
    drop_layer,
)
from pure.outcome import Failure, Outcome, Success
from pure.pip_settings import PipChoice, PipVersionError, choose_pip, configured_offenders
from pure.process_choice import ProcessesError, decide_processes
from pure.processes import Processes
from pure.requirements_file import RequirementsError
from pure.requirements_set import RequirementsSet
from pure.requirers import Requirers, RequirersError, read_requirers
from pure.runtime_choice import PythonDecision, RuntimeChoiceError, RuntimeFacts, choose_runtime
from pure.source import Source
from pure.start_command import declared_distributions
from pure.target import Target
from pure.venv_state import VenvState, decode_state
from pure.wording import count

REQUIREMENTS: Final = "requirements.txt"
NO_DJANGO: Final = DjangoDecision(manage=None, collect=False, because="only the runtime is provided")

# Other package managers' files; they tell whoever lacks a requirements.txt what this version can't do yet.
OTHER_MANAGERS: Final[Mapping[str, str]] = {
    "uv.lock": "uv",
    "poetry.lock": "Poetry",
    "Pipfile.lock": "Pipenv",
    "Pipfile": "Pipenv",
    "pdm.lock": "PDM",
    "pylock.toml": "PEP 751",
}


class Facts(RuntimeFacts, frozen=True, kw_only=True):
    """Everything that a plan depends on. Equal facts give equal plans.

    ``variables`` is the environment of the build; ``pip_settings`` are those of pip's configuration files as (variable,
    value, path). ``requirements`` is ``None`` where there is no ``requirements.txt``. ``restored`` holds what the
    platform brought back, by layer name; ``venv_state`` is the record inside the restored ``venv``. ``code`` is
    ``None`` where the project declares its processes; ``manage`` are its ``manage.py``, the best first.
    """

    version: str
    layers_dir: str
    app_dir: str
    names: tuple[str, ...]
    pip_pin: str
    pip_settings: tuple[tuple[str, str, str], ...] = ()
    procfile: bytes | None = None
    pyproject: bytes | None = None
    code: CodeFacts | None = None
    manage: tuple[str, ...] = ()
    requirements: Outcome[RequirementsSet, RequirementsError] | None = None
    buildpack_plan: bytes = b""
    restored: Mapping[str, RestoredLayer] = {}
    venv_state: bytes | None = None


class PackageManagerDecision(msgspec.Struct, frozen=True, kw_only=True):
    """Which tool installs the dependencies, in which version."""

    name: str
    version: str
    hashed: bool
    source: Source
    because: tuple[str, ...]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All decisions of a build. ``package_manager`` is ``None`` where only the runtime is provided.

    ``processes`` may be provisional until the dependencies are installed (``pure.after_dependencies``); ``django``
    holds if Django is among them.
    """

    target: Target
    python: PythonDecision
    package_manager: PackageManagerDecision | None
    layers: tuple[LayerDecision, ...]
    processes: Processes
    django: DjangoDecision = NO_DJANGO
    fingerprint: str | None = None
    previous: VenvState | None = None

    def layer(self, name: str) -> LayerDecision | None:
        """The decision over one layer; ``None`` where there is nothing to decide."""
        return next((layer for layer in self.layers if layer.name == name), None)


class NoRequirements(msgspec.Struct, frozen=True, kw_only=True):
    """A Python project without a ``requirements.txt``; the other fields say what it has instead."""

    misspelled: tuple[str, ...]
    managers: tuple[tuple[str, str], ...]
    markers: tuple[str, ...]


class NothingRequired(msgspec.Struct, frozen=True, kw_only=True):
    """The build was started for other buildpacks only, without the switch that allows it."""

    variable: str


PlanError: TypeAlias = (
    BreakingVariables
    | BadSwitch
    | NoRequirements
    | NothingRequired
    | PipVersionError
    | ProcessesError
    | RequirementsError
    | RequirersError
    | RuntimeChoiceError
)


def decide(facts: Facts) -> Outcome[Plan, PlanError]:
    """Decide the whole build. Whatever the facts, the answer is a plan or an error value."""
    broken = _offenders(facts)
    if broken is not None:
        return Failure(broken)
    requirers = read_requirers(facts.buildpack_plan)
    if isinstance(requirers, Failure):
        return requirers
    if not python_markers(facts.names):
        return _provide_only(facts, requirers.unwrap())
    return _application(facts, requirers.unwrap())


def _offenders(facts: Facts) -> BreakingVariables | None:
    in_variables = offenders(facts.variables)
    in_files = configured_offenders(facts.pip_settings)
    found = (*(in_variables.found if in_variables else ()), *in_files)
    return BreakingVariables(found=found) if found else None


def _application(facts: Facts, requirers: Requirers) -> Outcome[Plan, PlanError]:
    if facts.requirements is None:
        return Failure(_no_requirements(facts.names))
    if isinstance(facts.requirements, Failure):
        return facts.requirements
    python = choose_runtime(facts, requirers)
    if isinstance(python, Failure):
        return python
    pip = choose_pip(facts.variables, facts.pip_pin)
    if isinstance(pip, Failure):
        return pip
    django = decide_django(facts.variables, facts.manage)
    if isinstance(django, BadSwitch):
        return Failure(django)
    runtime = python.unwrap().runtime
    # The configuration files' settings are known, so naming such a file leaves nothing open.
    settings = {name: value for name, value, _ in facts.pip_settings} | dict(facts.variables)
    settings.pop("PIP_CONFIG_FILE", None)
    fingerprint = pinned_fingerprint(
        facts.requirements.unwrap(), python_minor=runtime.minor, target=facts.target, settings=settings
    )
    state = _previous(facts)
    choice = pip.unwrap()
    layers = _layers(facts, runtime, choice, fingerprint, state)
    processes = _processes(facts, layers, state)
    if isinstance(processes, Failure):
        return processes
    return Success(
        Plan(
            target=facts.target,
            python=python.unwrap(),
            package_manager=PackageManagerDecision(
                name="pip",
                version=choice.version,
                hashed=choice.hashed,
                source=choice.source,
                because=(f"the application has a {REQUIREMENTS}", *choice.because),
            ),
            layers=layers,
            processes=processes.unwrap(),
            django=django,
            fingerprint=fingerprint.digest if isinstance(fingerprint, Fingerprint) else None,
            previous=state,
        )
    )


def _processes(
    facts: Facts, layers: tuple[LayerDecision, ...], state: VenvState | None
) -> Outcome[Processes, ProcessesError]:
    """The processes by what is known before the installation: what is kept as it is, else what is required by name."""
    kept = state is not None and any(each.name == "venv" and each.action is Action.KEEP for each in layers)
    if kept and state is not None:
        installed = {each.name: each.version for each in state.resolved.distributions}
    else:
        lines = facts.requirements.unwrap().requirements if isinstance(facts.requirements, Success) else ()
        installed = declared_distributions((line.name, line.extras) for line in lines if line.name)
    return decide_processes(
        facts.procfile, facts.pyproject, facts.code, installed=installed, app=facts.app_dir, provisional=not kept
    )


def _provide_only(facts: Facts, requirers: Requirers) -> Outcome[Plan, PlanError]:
    enabled = switch(facts.variables, PROVIDE_ONLY_VARIABLE)
    if isinstance(enabled, BadSwitch):
        return Failure(enabled)
    if not enabled:
        return Failure(NothingRequired(variable=PROVIDE_ONLY_VARIABLE))
    python = choose_runtime(facts, requirers)
    if isinstance(python, Failure):
        return python
    neither = not requirers.build and not requirers.launch
    types = LayerTypes(build=requirers.build or neither, launch=requirers.launch or neither, cache=True)
    unwanted = f"${PROVIDE_ONLY_VARIABLE} provides the runtime only"
    dropped = tuple(drop_layer(name, unwanted) for name in ("pip", "pip-cache", "venv") if name in facts.restored)
    return Success(
        Plan(
            target=facts.target,
            python=python.unwrap(),
            package_manager=None,
            layers=(_python_layer(facts, python.unwrap().runtime, types), *dropped),
            processes=Processes(processes=(), because=("only the runtime is provided, for other buildpacks",)),
        )
    )


def _no_requirements(names: tuple[str, ...]) -> NoRequirements:
    present = frozenset(names)
    return NoRequirements(
        misspelled=misspelled_requirements(names),
        managers=tuple((name, manager) for name, manager in OTHER_MANAGERS.items() if name in present),
        markers=python_markers(names),
    )


def _layers(
    facts: Facts, runtime: Runtime, pip: PipChoice, fingerprint: Fingerprint | NotPinned, state: VenvState | None
) -> tuple[LayerDecision, ...]:
    arch, distro = facts.target.arch, str(facts.target.distro or "")
    pip_root, venv_root = f"{facts.layers_dir}/pip", f"{facts.layers_dir}/venv"
    venv = decide_layer(
        "venv",
        VenvLayer(arch=arch, distro=distro, python_minor=runtime.minor, installer="pip"),
        facts.restored.get("venv"),
        environment=venv_layer_environment(venv_root),
    )
    return (
        _python_layer(facts, runtime, None),
        decide_layer(
            "pip",
            PipLayer(arch=arch, python_minor=runtime.minor, pip_version=pip.version),
            facts.restored.get("pip"),
            environment=pip_layer_environment(pip_root),
        ),
        decide_layer(
            "pip-cache",
            PipCacheLayer(arch=arch, distro=distro, python_minor=runtime.minor),
            facts.restored.get("pip-cache"),
        ),
        _reconciled(venv, fingerprint, state),
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


def _reconciled(venv: LayerDecision, fingerprint: Fingerprint | NotPinned, state: VenvState | None) -> LayerDecision:
    """A kept environment is only kept as it is where that is known to be right; otherwise it is reconciled."""
    if venv.action is not Action.KEEP:
        return venv
    if state is None:
        missing = ("its record of what was installed is missing or unreadable",)
        return msgspec.structs.replace(venv, action=Action.RECREATE, because=missing)
    because: tuple[str, ...] = ("the pinned requirements, or settings that count, have changed",)
    match fingerprint:
        case NotPinned(because=reasons, more=more):
            left_out = (f"and {count(more, 'more reason')}",) if more else ()
            because = ("what the requirements resolve to may have changed", *reasons, *left_out)
        case Fingerprint(digest=digest) if digest == state.fingerprint:
            because = ("every requirement is pinned with hashes, and none has changed",)
            return msgspec.structs.replace(venv, because=because)
        case Fingerprint():
            pass
    return msgspec.structs.replace(venv, action=Action.RECONCILE, because=because)
