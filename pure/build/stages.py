"""Turns a plan into steps, in named stages: facts in, steps out.

The runtime and the package manager's tool follow from the plan alone. What the dependencies need is known in three
stages: ``dependencies`` starts a fresh installation, asks pip what it would install, or has a tool synchronise;
``after_resolution`` compares pip's answer with what is there (``pure.build.synchronise`` does what surrounds a tool);
``after_installation`` checks the result against what was resolved. Each returns steps, and what they are for as a value
that the log and the record can show.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

import msgspec

from pure.build.facts import Facts
from pure.build.plan import Plan
from pure.build.steps import (
    BeginLayer,
    CleanOrigins,
    CompileBytecode,
    CreateEnvironment,
    DropLayer,
    Environment,
    FinishLayer,
    InstallRuntime,
    InstallTool,
    RemoveFiles,
    RemoveHistories,
    RunPip,
    RunTool,
    Step,
    WriteFiles,
)
from pure.layers.decision import Action, LayerDecision
from pure.manager.commands import Places, commands
from pure.manager.decision import PackageManagerDecision
from pure.manager.environment import pip_bootstrap_environment, pip_environment, tool_environment
from pure.manager.pip_configuration import bootstrap_settings
from pure.manager.settings import tool_settings
from pure.manager.table import PIP_TOOL, PROJECT, TOOLS
from pure.venv.difference import Changes, diff, verify
from pure.venv.installed import (
    InstalledSet,
    Mismatch,
    Overlap,
    RequestedChange,
    emptied_directories,
    missing_files,
    overlaps,
    record_with_digest,
    record_with_requested,
    removal,
    requested_changes,
    strays,
)
from pure.venv.resolved import Local, ResolvedSet, pins, without_credentials
from pure.venv.state import VenvState, encode_state

STATE_FOLDER: Final = ".lamina"
STATE_FILE: Final = f"{STATE_FOLDER}/state.json"
# What Lamina and the platform keep in a layer's root besides the environment (specification, Layers).
_OURS: Final = frozenset({STATE_FOLDER, "env", "env.build", "env.launch"})

Steps: TypeAlias = tuple[Step, ...]

# Where pip checks editable repositories out to, below an environment's root.
_CHECKOUTS: Final = "src"


class Workplace(msgspec.Struct, frozen=True, kw_only=True):
    """The absolute paths that steps name. ``temporary`` is a folder that ends with the build."""

    layers: str
    app: str
    buildpack: str
    temporary: str

    def layer(self, name: str) -> str:
        """The root of a layer."""
        return f"{self.layers}/{name}"

    @property
    def python(self) -> str:
        """The runtime's interpreter."""
        return f"{self.layers}/python/bin/python3"

    @property
    def report(self) -> str:
        """Where pip writes its installation report."""
        return f"{self.temporary}/report.json"

    @property
    def constraints(self) -> str:
        """Where the pins of an exact installation are written."""
        return f"{self.temporary}/resolved.txt"


class Fresh(msgspec.Struct, frozen=True, kw_only=True):
    """The environment is made from nothing; ``because`` says why where the plan had hoped to reconcile it."""

    steps: Steps
    because: tuple[str, ...] = ()


class Resolve(msgspec.Struct, frozen=True, kw_only=True):
    """pip is asked what a fresh installation would give."""

    steps: Steps


class Synchronise(msgspec.Struct, frozen=True, kw_only=True):
    """The manager's tool is to bring the environment to what the lock says, see ``pure.build.synchronise``."""


class Unchanged(msgspec.Struct, frozen=True, kw_only=True):
    """The environment is kept as it is, without starting anything."""

    steps: Steps


class Reconcile(msgspec.Struct, frozen=True, kw_only=True):
    """The environment is changed in place; ``changes`` may be empty."""

    changes: Changes
    steps: Steps


class Complete(msgspec.Struct, frozen=True, kw_only=True):
    """The environment is what was resolved; what remains is to compile it and to record it."""

    steps: Steps


class NotAsResolved(msgspec.Struct, frozen=True, kw_only=True):
    """pip reported success, and what it installed isn't what it said it would install."""

    mismatches: tuple[Mismatch, ...]


def environment(plan: Plan, facts: Facts, work: Workplace) -> dict[str, str]:
    """The environment of our own steps."""
    return tool_environment(
        facts.variables,
        path=(f"{work.layer('venv')}/bin", f"{work.layer('python')}/bin"),
        library_path=(f"{work.layer('python')}/lib",),
    )


def runtime(plan: Plan, work: Workplace) -> Steps:
    """The steps that make, keep or replace the runtime."""
    # Layers that aren't wanted any more go at once only where no tool comes that could start from the wheel in them.
    steps: list[Step] = [] if plan.package_manager else list(_drops(plan))
    decision = _decision(plan, "python")
    if decision.action is not Action.KEEP:
        install = InstallRuntime(
            runtime=plan.python.runtime,
            url=plan.python.url,
            root=work.layer("python"),
            wheel_to=f"{work.temporary}/wheel",
        )
        steps += [BeginLayer(layer="python"), install]
    return (*steps, FinishLayer(decision=decision))


def tool(plan: Plan, facts: Facts, work: Workplace) -> Steps:
    """The steps that make, keep or replace the package manager's tool, and drop the layers of others."""
    decided = plan.package_manager
    if decided is None:
        return ()
    steps: list[Step] = []
    own = decided.manager.tool
    cache = f"{work.temporary}/cache"
    if own is PIP_TOOL:
        cache = work.layer("pip-cache")
        cache_decision = _decision(plan, "pip-cache")
        if cache_decision.action is not Action.KEEP:
            steps.append(BeginLayer(layer="pip-cache"))
        steps.append(FinishLayer(decision=cache_decision))
    decision = _decision(plan, own.name)
    if decision.action is not Action.KEEP:
        root = work.layer(own.name)
        # The pin file holds the whole closure; another version brings what it needs by itself.
        wanted = ("-r", f"{work.buildpack}/{own.pin_file}") if decided.hashed else (f"{own.name}=={decided.version}",)
        alone = ("--no-deps",) if decided.hashed or own is PIP_TOOL else ()
        steps.append(
            InstallTool(
                layer=own.name,
                title=own.title,
                root=root,
                wheel_folders=(
                    f"{work.temporary}/wheel",
                    *(f"{work.layer(name)}/seed" for name in dict.fromkeys((own.name, *TOOLS))),
                ),
                archives=f"{work.buildpack}/archives",
                folder=work.app,
                # -P: a module of the application must not stand in for one of the standard library's.
                argv=(work.python, "-P", "{wheel}/pip", "install", "--user", "--ignore-installed", *alone,
                      "--no-compile", "--no-warn-script-location", "--quiet", *wanted),
                environment=_sorted(
                    pip_bootstrap_environment(
                        environment(plan, facts, work) | _missing(facts, bootstrap_settings(facts.pip_settings)),
                        user_base=root,
                        cache=cache,
                    )
                    | {"PIP_CONFIG_FILE": "/dev/null"}
                ),
            )
        )  # fmt: skip
        steps.append(CompileBytecode(python=work.python, roots=(f"{root}/lib",)))
    return (*steps, FinishLayer(decision=decision), *_drops(plan))


def _drops(plan: Plan) -> Steps:
    return tuple(DropLayer(layer=layer.name) for layer in plan.layers if layer.action is Action.DROP)


def dependencies(plan: Plan, facts: Facts, work: Workplace) -> Fresh | Resolve | Synchronise | Unchanged:
    """The first stage of the dependencies: install from nothing, ask pip, start a tool, or leave all as it is."""
    decision = _decision(plan, "venv")
    match decision.action:
        case Action.KEEP:
            return Unchanged(steps=(FinishLayer(decision=decision),))
        case Action.RECONCILE if _manager(plan).manager.synchronises:
            return Synchronise()
        case Action.RECONCILE:
            # Checkouts of repositories go elsewhere: pip would ask what to do with those that are there.
            checkouts = f"{work.temporary}/{_CHECKOUTS}"
            options = ("--dry-run", "--ignore-installed", "--quiet", "--src", checkouts)
            return Resolve(steps=(_run_pip(plan, facts, work, options, quiet=True),))
        case Action.CREATE | Action.RECREATE | Action.DROP:
            return fresh(plan, facts, work)


def fresh(plan: Plan, facts: Facts, work: Workplace, *, because: tuple[str, ...] = ()) -> Fresh:
    """Make the environment from nothing."""
    root = work.layer("venv")
    tools = environment(plan, facts, work)
    return Fresh(
        because=because,
        steps=(
            BeginLayer(layer="venv"),
            CreateEnvironment(
                root=root,
                argv=(work.python, "-I", "-m", "venv", "--without-pip", "--symlinks", root),
                environment=_sorted(tools),
                configuration=_pyvenv_cfg(work, plan.python.runtime.minor),
            ),
            *install(plan, facts, work),
        ),
    )


def install(plan: Plan, facts: Facts, work: Workplace) -> Steps:
    """The steps that install all dependencies into an environment as it is."""
    decided = _manager(plan)
    manager = decided.manager
    if not manager.synchronises:
        return (_run_pip(plan, facts, work, (), quiet=False),)
    places = Places(
        layer=work.layer(manager.tool.name), venv=work.layer("venv"), python=work.python, temporary=work.temporary
    )
    variables = _sorted(tool_settings(manager, environment(plan, facts, work), places))
    return tuple(
        RunTool(
            manager=manager.name,
            argv=command.argv,
            environment=variables,
            folder=_project_folder(decided, work),
            check=command.check,
        )
        for command in commands(
            manager,
            places,
            file=decided.files[0],
            selection=decided.selection,
            groups=decided.declared.groups,
            defaults=decided.lock.default_groups,
            comparable=decided.to_compare,
            itself=manager.name in decided.declared.installs_itself,
        )
    )


def after_resolution(
    plan: Plan, facts: Facts, work: Workplace, *, resolved: ResolvedSet, installed: InstalledSet
) -> Reconcile | Fresh:
    """The steps from what is installed to what was resolved."""
    untrusted = why_untrusted(work, installed)
    if untrusted:
        return fresh(plan, facts, work, because=(untrusted,))
    previous = plan.previous.resolved if plan.previous else ResolvedSet()
    changes = diff(installed, previous, resolved)
    if changes.empty:
        return Reconcile(changes=changes, steps=())
    steps = [*take_out(work, installed, changes.to_delete)]
    if changes.to_install:
        constraints = "".join(f"{pin}\n" for pin in pins(resolved)).encode()
        steps.append(WriteFiles(root=work.temporary, files=((work.constraints.rpartition("/")[2], constraints),)))
        steps.append(_run_pip(plan, facts, work, ("--constraint", work.constraints), quiet=False))
    return Reconcile(changes=changes, steps=tuple(steps))


def why_untrusted(work: Workplace, installed: InstalledSet) -> str:
    """Why an environment can't be changed in place; empty if it can."""
    if installed.problems:
        problem = installed.problems[0]
        return f"{problem.dist_info} cannot be trusted ({problem.kind})"
    checkouts = f"{work.layer('venv')}/{_CHECKOUTS}/"
    for each in installed.distributions:
        if isinstance(each.direct_url, Local) and each.direct_url.path.startswith(checkouts):
            return f"{each.name} is an editable checkout of a repository"
    return ""


def take_out(work: Workplace, installed: InstalledSet, names: Iterable[str]) -> Steps:
    """The steps with which a change in place begins: the record goes, and the files of these distributions.

    The record goes first: an environment without it is not trusted, so an interrupted change cannot be reused.
    """
    root = work.layer("venv")
    record = RemoveFiles(root=root, files=(STATE_FILE,), directories=())
    files = removal(installed, names)
    if not files:
        return (record,)
    return (record, RemoveFiles(root=root, files=files, directories=emptied_directories(installed, files)))


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What is on disk after an installation: the distributions and all files below the environment's root."""

    installed: InstalledSet
    files: tuple[str, ...]


def after_installation(
    plan: Plan,
    facts: Facts,
    work: Workplace,
    *,
    resolved: ResolvedSet,
    result: Result,
    changes: Changes | None,
    before: Result | None = None,
    metadata: Mapping[str, bytes],
    hide: Callable[[str], str],
) -> Complete | Fresh | NotAsResolved:
    """Check what is installed against what was resolved, then compile and record it.

    ``changes`` is ``None`` after a fresh installation: a mismatch is then an error instead of a reason to start over.
    ``before`` is what was on disk before a change.
    ``metadata`` holds each installed distribution's RECORD and, if it has one, direct_url.json, by their paths.
    ``hide`` takes out of a text what is known to be secret.
    """
    mismatches = verify(result.installed, resolved)
    if changes is None:
        if mismatches:
            return NotAsResolved(mismatches=mismatches)
    else:
        because = _not_equal(mismatches, result, changes, before)
        if because:
            return fresh(plan, facts, work, because=because)
    root = work.layer("venv")
    wanted = {each.name: each.requested for each in resolved.distributions}
    requested = requested_changes(result.installed, wanted) if changes is not None else ()
    decided = _manager(plan)
    locked = dict(decided.lock.artefacts)
    artefacts = tuple((each.name, locked[each.name]) for each in resolved.distributions if each.name in locked)
    state = VenvState(resolved=resolved, artefacts=artefacts, built_with=decided.built_with)
    return Complete(
        steps=(
            *_metadata_steps(root, requested, metadata, hide),
            # A clone remembers the URL that it was made from, with its credentials, and differs from the next one.
            RemoveHistories(root=f"{root}/{_CHECKOUTS}"),
            CleanOrigins(root=f"{work.layer('pip-cache')}/wheels"),
            CompileBytecode(python=f"{root}/bin/python", roots=(f"{root}/lib", f"{root}/src")),
            FinishLayer(decision=_decision(plan, "venv")),
            # Last, so that metadata which say what it was made from never stand beside a trusted environment of before.
            WriteFiles(root=root, files=((STATE_FILE, encode_state(state)),)),
        )
    )


def _not_equal(
    mismatches: tuple[Mismatch, ...], result: Result, changes: Changes, before: Result | None
) -> tuple[str, ...]:
    """Why a reconciled environment isn't what a fresh installation would give; empty if it is."""
    reasons = [
        f"{each.name} is {each.installed or 'missing'} instead of {each.wanted or 'absent'}" for each in mismatches
    ]
    shared: tuple[Overlap, ...] = overlaps(result.installed, changes.to_install) if changes.to_install else ()
    reasons += [f"{' and '.join(each.names)} share {each.path}" for each in shared]
    files = [path for path in result.files if path.partition("/")[0] not in _OURS]
    reasons += [f"{path} belongs to no distribution" for path in strays(result.installed, files)]
    # Some distributions record files that they don't have; a fresh installation wouldn't bring those back.
    known = frozenset(missing_files(before.installed, before.files)) if before else frozenset[str]()
    reasons += [f"{path} is missing" for path in missing_files(result.installed, files) if path not in known]
    return tuple(reasons[:5])


def _metadata_steps(
    root: str, requested: tuple[RequestedChange, ...], metadata: Mapping[str, bytes], hide: Callable[[str], str]
) -> Iterable[Step]:
    """Bring the markers of what was asked for up to date, and take tokens out of recorded URLs."""
    records: dict[str, bytes] = {}
    for change in requested:
        records[change.record] = record_with_requested(metadata[change.record], change)
        if change.requested:
            yield WriteFiles(root=root, files=((change.marker, b""),))
        else:
            yield RemoveFiles(root=root, files=(change.marker,), directories=())
    for path, raw in metadata.items():
        folder, _, name = path.rpartition("/")
        record = f"{folder}/RECORD"
        clean = without_credentials(raw, hide) if name == "direct_url.json" else None
        if clean is not None and record in metadata:
            row = f"{folder.rpartition('/')[2]}/{name}"
            records[record] = record_with_digest(records.get(record, metadata[record]), row, clean)
            yield WriteFiles(root=root, files=((path, clean),))
    if records:
        yield WriteFiles(root=root, files=tuple(records.items()))


def _run_pip(plan: Plan, facts: Facts, work: Workplace, options: tuple[str, ...], *, quiet: bool) -> RunPip:
    base = environment(plan, facts, work)
    decided = _manager(plan)
    return RunPip(
        argv=(work.python, "-P", "-m", "pip", "--python", f"{work.layer('venv')}/bin/python", "install",
              "--no-compile", "--progress-bar", "off", "--report", work.report, *options, *_requirements(decided)),
        environment=_sorted(pip_environment(base, user_base=work.layer("pip"), cache=work.layer("pip-cache"))),
        folder=_project_folder(decided, work),
        quiet=quiet,
    )  # fmt: skip


def _requirements(decided: PackageManagerDecision) -> tuple[str, ...]:
    if decided.manager is not PROJECT:
        return tuple(word for file in decided.files for word in ("-r", file))
    extras = f"[{','.join(decided.selection.extras)}]" if decided.selection.extras else ""
    return (f".{extras}", *(word for group in decided.selection.groups for word in ("--group", group)))


def _project_folder(decided: PackageManagerDecision, work: Workplace) -> str:
    return f"{work.app}/{decided.folder}" if decided.folder else work.app


def _manager(plan: Plan) -> PackageManagerDecision:
    assert plan.package_manager is not None, "without a package manager there are no dependencies"
    return plan.package_manager


def _pyvenv_cfg(work: Workplace, minor: str) -> bytes:
    # As `venv` writes it, without the patch version and the command line: a new patch release of Python must leave
    # the layer as it is, byte for byte.
    return (
        f"home = {work.layer('python')}/bin\n"
        "include-system-site-packages = false\n"
        f"version = {minor}\n"
        f"executable = {work.layer('python')}/bin/python{minor}\n"
    ).encode()


def _decision(plan: Plan, name: str) -> LayerDecision:
    decision = plan.layer(name)
    assert decision is not None, f"the plan decides over {name}"
    return decision


def _missing(facts: Facts, settings: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in settings.items() if name not in facts.variables}


def _sorted(variables: Mapping[str, str]) -> Environment:
    return tuple(sorted(variables.items()))
