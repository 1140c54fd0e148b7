"""Turns decisions over the dependencies into steps: made from nothing, resolved, changed in place, completed."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec

from pure.build.facts import Facts
from pure.build.plan import Plan
from pure.build.steps import (
    BeginLayer,
    CompileBytecode,
    Environment,
    FinishLayer,
    ListBuildFolders,
    ListFiles,
    PruneDownloads,
    Purpose,
    ReadFiles,
    RemoveFiles,
    RemoveHistories,
    RunProgram,
    Step,
    Steps,
    WithoutBytecode,
    WriteFiles,
)
from pure.build.workplace import (
    CHECKOUTS,
    STATE_FILE,
    Workplace,
    asks_by_ssh,
    bare_environment,
    own_environment,
)
from pure.layers.names import PIP_CACHE, VENV
from pure.manager import uv_requirements
from pure.manager.commands import Command, Places, Required, commands, resolving
from pure.manager.decision import PackageManagerDecision
from pure.manager.environment import pip_environment
from pure.manager.settings import tool_settings
from pure.manager.table import PIP, PIP_TOOL, PROJECT, UV_TOOL
from pure.venv.difference import Changes
from pure.venv.installed import (
    InstalledSet,
    RequestedChange,
    emptied_directories,
    record_with_digest,
    record_with_requested,
    removal,
    requested_changes,
)
from pure.venv.resolved import ResolvedSet, pins, without_credentials
from pure.venv.state import Insight, VenvState

INDEX_LOG: Final = "indexes.log"
# What a distribution brings to test itself. No application imports it, and of many it is half of all that there is to
# compile; who runs such tests after all has them compiled while they are imported.
TESTS: Final = WithoutBytecode(below=("tests",), names=("test_*.py", "*_test.py", "conftest.py"))
METADATA: Final = ("METADATA", "RECORD", "REQUESTED", "direct_url.json", "INSTALLER", "WHEEL")


def make_anew(plan: Plan, facts: Facts, work: Workplace) -> Steps:
    """The steps that make the environment from nothing."""
    root = work.venv
    return (
        BeginLayer(layer=VENV),
        RunProgram(
            purpose="create-environment",
            argv=(work.interpreter, "-I", "-m", "venv", "--without-pip", "--symlinks", root),
            environment=_sorted(own_environment(facts, work)),
            folder=work.temporary,
        ),
        WriteFiles(root=root, files=(("pyvenv.cfg", _pyvenv_cfg(work, plan.python.runtime.minor)),)),
        *install(plan, facts, work),
    )


def install(plan: Plan, facts: Facts, work: Workplace) -> Steps:
    """The steps that install all dependencies into an environment as it is."""
    decided = plan.manager
    manager = decided.manager
    if not manager.synchronises:
        return (_distrusted_cache(work), _pip(plan, facts, work, ()), _report(work))
    return (
        *((_constraints(work, decided.lock.pinned),) if decided.managed.resolves else ()),
        *_started(plan, facts, work, "synchronise", *_commands(decided, facts, work)),
    )


def _commands(decided: PackageManagerDecision, facts: Facts, work: Workplace) -> tuple[Command, ...]:
    manager = decided.manager
    return commands(
        manager,
        _places(decided, work),
        file=decided.files[0],
        selection=decided.selection,
        groups=decided.declared.groups,
        defaults=decided.lock.default_groups,
        comparable=decided.to_compare,
        itself=manager.name in decided.declared.installs_itself,
        alone=decided.managed.alone,
        required=_required(decided, facts, work),
    )


def _required(decided: PackageManagerDecision, facts: Facts, work: Workplace) -> Required:
    if not decided.manager.by_requirements:
        return Required()
    constraints = work.constraints if decided.managed.resolves else ""
    return Required(files=decided.files, options=uv_requirements.options(facts.settings), constraints=constraints)


def _places(decided: PackageManagerDecision, work: Workplace) -> Places:
    layer = work.layer(decided.manager.tool.name)
    return Places(layer=layer, venv=work.venv, python=work.interpreter, temporary=work.temporary)


def _started(plan: Plan, facts: Facts, work: Workplace, purpose: Purpose, *asked: Command) -> Steps:
    decided = plan.manager
    own = own_environment(facts, work)
    if decided.manager.by_requirements:
        own = uv_requirements.variables(facts.settings) | own
    if decided.manager.tool is UV_TOOL and facts.bound.uv is not None:
        # Below those of the project, which one that is named by a variable would replace.
        folders = own.get("XDG_CONFIG_DIRS") or "/etc/xdg"
        own["XDG_CONFIG_DIRS"] = f"{work.configuration}:{folders}"
    variables = _sorted(tool_settings(decided.manager, own, _places(decided, work), ssh=asks_by_ssh(facts)))
    return tuple(
        RunProgram(
            purpose="check-lock" if command.check else purpose,
            argv=command.argv,
            environment=variables,
            folder=_folder(decided, work),
        )
        for command in asked
    )


def resolve(plan: Plan, facts: Facts, work: Workplace) -> Steps:
    """The steps by which pip, or uv for pip's files, says what a fresh installation would give."""
    decided = plan.manager
    if decided.manager.synchronises:
        asked = resolving(
            _places(decided, work), _required(decided, facts, work), f"{work.temporary}/{uv_requirements.RESOLUTION}"
        )
        read = ReadFiles(root=work.temporary, patterns=(uv_requirements.RESOLUTION,))
        return (*_started(plan, facts, work, "resolve", asked), read)
    options = _without_installing(work)
    return (_pip(plan, facts, work, options, purpose="resolve"), _report(work))


def look(plan: Plan, work: Workplace) -> Steps:
    """The steps that read what an environment holds."""
    site = f"lib/python{plan.python.runtime.minor}/site-packages"
    patterns = tuple(f"{site}/*.dist-info/{name}" for name in METADATA)
    return (ReadFiles(root=work.venv, patterns=patterns), ListFiles(root=work.venv))


def change(
    plan: Plan, facts: Facts, work: Workplace, installed: InstalledSet, changes: Changes, resolved: ResolvedSet
) -> Steps:
    """The steps from what is installed to what was resolved; none where that is the same."""
    if changes.empty:
        return ()
    steps: list[Step] = [*take_out(work, installed, changes.to_delete)]
    if changes.to_install:
        steps += [_distrusted_cache(work), _constraints(work, pins(resolved))]
        steps += [_pip(plan, facts, work, ("--constraint", work.constraints)), _report(work)]
    return tuple(steps)


def take_out(work: Workplace, installed: InstalledSet, names: Iterable[str]) -> Steps:
    """The steps with which a change in place begins: the record goes, and the files of these distributions.

    The record goes first: an environment without it is not trusted, so an interrupted change cannot be reused.
    """
    record = RemoveFiles(root=work.venv, files=(STATE_FILE,))
    files = removal(installed, names)
    if not files:
        return (record,)
    return (record, RemoveFiles(root=work.venv, files=files, directories=emptied_directories(installed, files)))


def complete(
    plan: Plan,
    facts: Facts,
    work: Workplace,
    *,
    resolved: ResolvedSet,
    installed: InstalledSet,
    in_place: bool,
    metadata: Mapping[str, bytes],
    origins: Mapping[str, bytes],
    hide: Callable[[str], str],
) -> Steps:
    """The steps that bring an environment's metadata in order and compile it.

    ``metadata`` holds each installed distribution's RECORD and, if it has one, direct_url.json, by their paths;
    ``origins`` are the notes in pip's cache on where a wheel that was built comes from. ``hide`` takes out of a text
    what is known to be secret. After a change in place the markers of what was asked for are brought up to date.
    """
    root = work.venv
    wanted = {each.name: each.requested for each in resolved.distributions}
    requested = requested_changes(installed, wanted) if in_place else ()
    cleaned = ((path, without_credentials(raw, hide)) for path, raw in sorted(origins.items()))
    clean = tuple((path, raw) for path, raw in cleaned if raw is not None)
    return (
        *_metadata_steps(root, requested, metadata, hide),
        # A clone remembers the URL that it was made from, with its credentials, and differs from the next one.
        RemoveHistories(root=f"{root}/{CHECKOUTS}"),
        *((WriteFiles(root=built_wheels(work), files=clean),) if clean else ()),
        *((FinishLayer(decision=plan.decided(PIP_CACHE)),) if plan.manager.manager.tool is PIP_TOOL else ()),
        CompileBytecode(
            python=f"{root}/bin/python",
            roots=(f"{root}/lib", f"{root}/{CHECKOUTS}"),
            environment=bare_environment(facts),
            left_out=TESTS,
        ),
        ListBuildFolders(app=work.app),
    )


def state_of(plan: Plan, resolved: ResolvedSet, seen: Insight) -> VenvState:
    """What an environment's record says that holds these distributions, and of which this was seen."""
    locked = dict(plan.manager.lock.artefacts)
    return VenvState(
        resolved=resolved,
        artefacts=tuple((each.name, locked[each.name]) for each in resolved.distributions if each.name in locked),
        built_with=plan.manager.built_with,
        divided=plan.division.divide,
        seen=seen,
    )


def prune(plan: Plan, work: Workplace) -> Steps:
    """The step that leaves in pip's cache what the next build needs; none where pip didn't run."""
    if plan.manager.manager.tool is not PIP_TOOL or plan.idle:
        return ()
    return (PruneDownloads(cache=work.cache, resolves=not plan.decided(VENV).built_from),)


def _distrusted_cache(work: Workplace) -> RemoveFiles:
    """The step that takes the metadata of pip's cache away: its notes hold credentials until they are cleaned."""
    return RemoveFiles(root=work.layers, files=(f"{PIP_CACHE}.toml",))


def read_origins(work: Workplace) -> ReadFiles:
    """The step that reads the notes in pip's cache on where wheels that were built come from."""
    return ReadFiles(root=built_wheels(work), patterns=("**/origin.json",))


def built_wheels(work: Workplace) -> str:
    """Where pip's cache keeps the wheels that it built."""
    return f"{work.cache}/wheels"


def ask_again(failed: RunProgram, work: Workplace) -> Steps:
    """The steps that have pip note in a log what it doesn't print.

    With a log, it doesn't print the output of failing builds, so it never gets one at first.
    """
    log = "pip.log"
    again = dict(failed.environment) | {"PIP_LOG": f"{work.temporary}/{log}", "PIP_RETRIES": "0"}
    return (
        RunProgram(
            purpose="ask-again",
            # Pipenv, which has pip install, can't be kept from trying again.
            argv=failed.argv if failed.purpose == "synchronise" else (*failed.argv, "--dry-run", "--quiet"),
            environment=_sorted(again),
            folder=failed.folder,
            may_fail=True,
        ),
        ReadFiles(root=work.temporary, patterns=(log,), ends=True),
    )


def _pip(
    plan: Plan, facts: Facts, work: Workplace, options: tuple[str, ...], *, purpose: Purpose = "install"
) -> RunProgram:
    base = own_environment(facts, work)
    decided = plan.manager
    # What a fresh installation would give doesn't depend on the environment, which may be packed.
    python = work.interpreter if purpose == "resolve" else f"{work.venv}/bin/python"
    return RunProgram(
        purpose=purpose,
        argv=(work.interpreter, "-P", "-m", "pip", "--python", python, "install",
              "--no-compile", "--progress-bar", "off", "--report", work.report, *options, *_requirements(decided)),
        environment=_sorted(
            pip_environment(base, user_base=work.layer("pip"), cache=work.cache, ssh=asks_by_ssh(facts))
        ),
        folder=_folder(decided, work),
    )  # fmt: skip


def compare_indexes(plan: Plan, facts: Facts, work: Workplace, resolved: ResolvedSet) -> Steps:
    """The steps by which pip notes which index has what of that which it installed, and which gave no answer.

    There are none where it asks one index only, or where hashes leave the indexes no choice.
    """
    decided = plan.manager
    if decided.manager.synchronises or plan.decided(VENV).built_from or not several_indexes(plan, facts):
        return ()
    options = (*_without_installing(work), "--constraint", work.constraints)
    asked = _pip(plan, facts, work, options, purpose="compare-indexes")
    logged = dict(asked.environment) | {"PIP_LOG": f"{work.temporary}/{INDEX_LOG}", "PIP_RETRIES": "0"}
    return (
        _constraints(work, pins(resolved)),
        msgspec.structs.replace(asked, environment=_sorted(logged), may_fail=True),
        ReadFiles(root=work.temporary, patterns=(INDEX_LOG,)),
    )


def several_indexes(plan: Plan, facts: Facts) -> bool:
    """Whether pip is told of more than one index."""
    named = facts.requirements.value_or(None) if facts.requirements and plan.manager.manager is PIP else None
    options = (option.name for each in (named.files if named else ()) for option in each.content.options)
    return bool(facts.settings.get("PIP_EXTRA_INDEX_URL", "").strip()) or "--extra-index-url" in options


def _without_installing(work: Workplace) -> tuple[str, ...]:
    # Checkouts of repositories go elsewhere: pip would ask what to do with those that are there.
    return ("--dry-run", "--ignore-installed", "--quiet", "--src", f"{work.temporary}/{CHECKOUTS}")


def _constraints(work: Workplace, pinned: Iterable[str]) -> WriteFiles:
    folder, _, name = work.constraints.rpartition("/")
    return WriteFiles(root=folder, files=((name, "".join(f"{pin}\n" for pin in pinned).encode()),))


def _report(work: Workplace) -> ReadFiles:
    folder, _, name = work.report.rpartition("/")
    return ReadFiles(root=folder, patterns=(name,))


def _requirements(decided: PackageManagerDecision) -> tuple[str, ...]:
    if decided.manager is not PROJECT:
        return tuple(word for file in decided.files for word in ("-r", file))
    if decided.managed.alone:
        # Without any, pip takes an empty list for an answer.
        named = decided.managed.dependencies or ("-r", "/dev/null")
        return (*named, *(word for group in decided.selection.groups for word in ("--group", group)))
    extras = f"[{','.join(decided.selection.extras)}]" if decided.selection.extras else ""
    return (f".{extras}", *(word for group in decided.selection.groups for word in ("--group", group)))


def _folder(decided: PackageManagerDecision, work: Workplace) -> str:
    return f"{work.app}/{decided.folder}" if decided.folder else work.app


def _metadata_steps(
    root: str, requested: tuple[RequestedChange, ...], metadata: Mapping[str, bytes], hide: Callable[[str], str]
) -> Iterable[Step]:
    """Bring the markers of what was asked for up to date, and take tokens out of recorded URLs."""
    records: dict[str, bytes] = {}
    for change_ in requested:
        records[change_.record] = record_with_requested(metadata[change_.record], change_)
        if change_.requested:
            yield WriteFiles(root=root, files=((change_.marker, b""),))
        else:
            yield RemoveFiles(root=root, files=(change_.marker,))
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


def _pyvenv_cfg(work: Workplace, minor: str) -> bytes:
    # As `venv` writes it, without the patch version and the command line: a new patch release of Python must leave
    # the layer as it is, byte for byte.
    return (
        f"home = {work.layer('python')}/bin\n"
        "include-system-site-packages = false\n"
        f"version = {minor}\n"
        f"executable = {work.layer('python')}/bin/python{minor}\n"
    ).encode()


def _sorted(variables: Mapping[str, str]) -> Environment:
    return tuple(sorted(variables.items()))
