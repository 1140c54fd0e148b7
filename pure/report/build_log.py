"""Renders a build's decisions and results as the lines of its log.

Every function returns whole lines. Headings stand at the margin, what was decided and why below them with two spaces,
what tools say with four.
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias, assert_never

from pure.build import news
from pure.build.estimate import Estimate
from pure.build.news import News
from pure.build.plan import Plan
from pure.build.steps import Compiled
from pure.layers.cost import Cost
from pure.layers.decision import Action
from pure.layers.moved import Moved
from pure.layers.names import AT_LAUNCH, PYTHON, VENV, is_heavy
from pure.message import Message
from pure.project.baggage import Baggage
from pure.python.choice import IgnoredSource, PythonWarning
from pure.python.resolution import NewerPatch
from pure.report.billed import bill_lines
from pure.report.binding_lines import binding_lines
from pure.report.command_lines import command_lines, command_lines_planned
from pure.report.composing import composition_lines
from pure.report.defaults_lines import defaults_lines
from pure.report.ending import cost_lines, estimate_lines, moved_lines
from pure.report.layer_lines import apart_lines, contents_lines, divided_lines, layer_lines
from pure.report.prose.apt import apt_lines, missing_packages
from pure.report.prose.archives import fetch_failure_in_short
from pure.report.prose.findings import finding_lines
from pure.report.prose.versions import describe_python_warning
from pure.report.static_lines import static_lines, static_lines_planned
from pure.runtime.fetching import FetchEvent, FetchRetry, FetchSlow, FetchStarted
from pure.venv.accelerators import AcceleratedTorch
from pure.venv.difference import Changed, Changes, Redone, RedoReason
from pure.venv.resolved import ResolvedSet
from pure.visible import visible
from pure.wording import count, duration, listing, size

Lines: TypeAlias = tuple[str, ...]
Tense: TypeAlias = Mapping[Action, str]

WIDTH: Final = 110

DOES: Final[Mapping[Action, str]] = {
    Action.CREATE: "creating",
    Action.KEEP: "keeping",
    Action.RECREATE: "recreating",
    Action.RECONCILE: "reconciling",
    Action.DROP: "dropping",
}

WOULD: Final[Mapping[Action, str]] = {
    Action.CREATE: "create",
    Action.KEEP: "keep",
    Action.RECREATE: "recreate",
    Action.RECONCILE: "reconcile",
    Action.DROP: "drop",
}

_REDONE: Final[Mapping[RedoReason, str]] = {
    "editable": "editable, and so installed anew each time",
    "local_folder": "a local folder, and so installed anew each time",
    "local_wheel": "a local wheel, and so installed anew each time",
    "local_source_archive": "a local source archive, and so installed anew each time",
    "local_path": "a local path, and so installed anew each time",
    "url_with_query": "its URL may name another archive each time",
    "vcs_without_commit": "no full commit is named, so the repository may have moved on",
    "without_hash": "its lock has no hash for it, and so installed anew each time",
    "origin_unknown": "nobody knows what it was made from",
    "origin_changed": "it comes from another place now",
    "artefact_changed": "its archive has another hash now",
    "record_damaged": "its list of files is damaged",
    "installed_twice": "it is there twice",
    "shares_files": "it shares files with {shared_with}",
    "contents_lost": "its contents are in no layer that stays",
}


def lines(said: Iterable[News]) -> Lines:
    """What a build has to tell, in its order."""
    return tuple(line for each in said for line in _told(each))


def _told(told: News) -> Lines:
    match told:
        case news.PythonChosen(version=version, plan=decided):
            return (*heading(version, decided), *python(decided))
        case news.RuntimeArrived():
            return _runtime_arrived(told)
        case news.BytecodeCompiled(compiled=each):
            return _compiled(each)
        case news.ManagerChosen(plan=decided):
            return package_manager(decided)
        case news.ToolInstalled(title=title, wheel=wheel, seconds=seconds):
            return (f"  Installed {title} by {wheel} in {duration(seconds)}",)
        case news.LayersDropped(plan=decided):
            return dropped(decided, heavy=decided.package_manager is None)
        case news.DependenciesBegun(plan=decided):
            return dependencies(decided)
        case news.InstalledFresh(resolved=resolved, seconds=seconds):
            return installed_fresh(resolved, duration(seconds))
        case news.StartedOver(because=because):
            return ("  The environment is made anew instead, because", *(f"    {reason}" for reason in because))
        case news.ChangesDecided(changes=changes):
            return changes_lines(changes)
        case news.Reconciled(changes=changes, seconds=seconds):
            return reconciled(changes, duration(seconds))
        case news.Synchronised(title=title, changes=changes):
            return synchronised_lines(title, changes)
        case news.AcceleratedFound(torch=torch):
            return accelerated(torch)
        case news.FindingsMade(findings=findings):
            found = (line for finding in findings for line in finding_lines(finding))
            return tuple(f"  {line}" for line in (*found, *apt_lines(missing_packages(findings))))
        case news.Divided(plan=decided, pieces=pieces):
            return divided_lines(decided, pieces)
        case news.NotTried(names=names, away=away):
            them = f"{', '.join(away)} {'lies' if len(away) == 1 else 'lie'} in layers that this build leaves alone"
            return (f"  Not imported to try it: {', '.join(names)} (it needs what this build hasn't: {them})",)
        case news.CommandsPlanned() | news.CommandBegun() | news.CommandDone():
            return command_lines(told, WIDTH)
        case news.StaticFilesPlanned() | news.StaticFilesCollected() | news.StaticFilesKept():
            return static_lines(told)
        case news.ProgramSaid(lines=said):
            return ("", *(f"    {line}" for line in said))
        case news.ProcessesDecided(plan=decided):
            return (*application(decided), *processes(decided), *labels(decided))
        case _:
            assert_never(told)


def heading(version: str, plan: Plan, *, tense: Tense = DOES) -> Lines:
    """The first line of a build, what is set in vain, and what is bound."""
    return (
        f"Lamina {version} for {plan.target}",
        *(f"  Warning: {each}" for each in plan.unheard),
        *composition_lines(plan.composition),
        *binding_lines(plan, tense, WIDTH),
    )


def python(plan: Plan, *, tense: Tense = DOES) -> Lines:
    """Which Python, why, and what becomes of its layer."""
    decision = plan.python
    return (
        "",
        f"Python {decision.version}",
        *(f"  {_sentence(reason)}" for reason in decision.because),
        *(f"  {ignored_line(each)}" for each in decision.ignored),
        *(f"  {warning_line(warning)}" for warning in decision.warnings),
        *(line for layer in plan.layers if layer.name == PYTHON for line in layer_lines(layer, tense)),
    )


def package_manager(plan: Plan, *, tense: Tense = DOES) -> Lines:
    """Which package manager, why, and what becomes of its layers."""
    manager = plan.package_manager
    if manager is None:
        return ()
    tool = manager.manager.tool
    return (
        "",
        f"{tool.title} {manager.version}",
        *(f"  {_sentence(reason)}" for reason in manager.because),
        *(f"  Warning: {advice}" for advice in manager.advice),
        *(
            line
            for layer in plan.layers
            if layer.name in (tool.name, f"{tool.name}-cache") and layer.action is not Action.DROP
            for line in layer_lines(layer, tense)
        ),
    )


def dependencies(plan: Plan, *, tense: Tense = DOES, heavy: bool = False) -> Lines:
    """The heading of the dependencies, and what is to become of their layer, or layers."""
    return (
        "",
        "Dependencies",
        *(
            line
            for layer in plan.layers
            if layer.name == VENV or (heavy and is_heavy(layer.name) and layer.action is not Action.DROP)
            for line in layer_lines(layer, tense)
        ),
        *apart_lines(plan),
        *(contents_lines(plan) if heavy and any(is_heavy(layer.name) for layer in plan.layers) else ()),
        *(("  To have unchanged requirements start nothing, pin them with hashes:",) if plan.pinned_by else ()),
        *(f"    {command}" for command in plan.pinned_by),
    )


def dropped(plan: Plan, *, tense: Tense = DOES, heavy: bool) -> Lines:
    """The layers of an earlier build that this one leaves out; those of single distributions if ``heavy``."""
    return tuple(
        line
        for layer in plan.layers
        if layer.action is Action.DROP and (heavy or not is_heavy(layer.name))
        for line in layer_lines(layer, tense)
    )


def plan(
    version: str,
    decided: Plan,
    *,
    moved: Iterable[Moved] = (),
    cost: Cost | None = None,
    estimate: Estimate | None = None,
) -> Lines:
    """A whole plan, as ``lamina plan`` prints it: what would be done, without the results.

    ``moved`` is what the platform would have to do, at which ``cost``, ``estimate`` which distributions may get layers
    of their own.
    """
    venv = decided.present(VENV)
    layers = (*moved_lines(moved), *cost_lines(cost), *bill_lines(decided))
    return (
        *heading(version, decided, tense=WOULD),
        *python(decided, tense=WOULD),
        *package_manager(decided, tense=WOULD),
        *(dependencies(decided, tense=WOULD, heavy=True) if venv else ()),
        *estimate_lines(estimate, WIDTH),
        *dropped(decided, tense=WOULD, heavy=True),
        *command_lines_planned(decided),
        *static_lines_planned(decided),
        *application(decided),
        *processes(decided, tense=WOULD),
        *labels(decided),
        *("", *layers),
    )


def ignored_line(ignored: IgnoredSource) -> str:
    """What was said about the Python version, and had no influence on it."""
    return f"Ignored: {ignored.source}{f' ({ignored.text})' if ignored.text else ''}: {ignored.because}"


def warning_line(warning: PythonWarning) -> str:
    """What the user of a runtime should know."""
    return f"{'Note' if isinstance(warning, NewerPatch) else 'Warning'}: {describe_python_warning(warning)}"


def fetch_event(event: FetchEvent, *, local: bool) -> Lines:
    """What a download is waiting for; while it goes on well, that isn't worth a line in a log."""
    match event:
        case FetchStarted(url=url, size=announced, offset=0) if not local:
            name = url.rpartition("/")[2].replace("%2B", "+")
            return (f"  Downloading {name}{f' ({size(announced)})' if announced else ''}",)
        case FetchRetry(failure=failure, seconds=seconds):
            return (f"  Trying again in {duration(seconds)}: {fetch_failure_in_short(failure)}",)
        case FetchSlow(received=received, size=whole, lately=lately, seconds=seconds):
            of = f" of {size(whole)}" if whole else ""
            return (f"  Still downloading: {size(received)}{of}, only {size(lately)} in the last {duration(seconds)}",)
        case _:
            return ()


def _runtime_arrived(told: news.RuntimeArrived) -> Lines:
    done, verb = told.installed, "Read" if told.local else "Downloaded"
    borrowed = "; this build alone needs it, the image has it" if told.borrowed else ""
    spared = f", left out {count(done.left_out, 'file')} that no running application needs" if done.left_out else ""
    if done.nbytes is None:
        copied = count(done.files, "file")
        return (f"  Copied {copied} from the buildpack in {duration(done.unpacked_in)}, sha256 verified{borrowed}",)
    return (
        f"  {verb} {size(done.nbytes)} in {duration(done.fetched_in)}, sha256 verified",
        f"  Unpacked {count(done.files, 'file')} in {duration(done.unpacked_in)}{borrowed or spared}",
    )


def _compiled(done: Compiled) -> Lines:
    if not done.compiled:
        return ()
    kept = f", kept that of {done.current:,}" if done.current else ""
    spared = f"; left out {count(done.left_out, 'test module')}" if done.left_out else ""
    return (f"  Compiled {count(done.compiled, 'module')} in {duration(done.seconds)}{kept}{spared}",)


def installed_fresh(resolved: ResolvedSet, seconds: str) -> Lines:
    """All distributions were installed into an empty environment."""
    if not resolved.distributions:
        return (f"  Nothing to install: the requirements name no distribution for this target ({seconds})",)
    return (
        f"  Installed {count(len(resolved.distributions), 'distribution')} in {seconds}",
        *listing((f"{each.name} {each.version}" for each in resolved.distributions), width=WIDTH, indent="    "),
    )


def changes_lines(changes: Changes) -> Lines:
    """What reconciling will do, a line for each distribution that changes."""
    if changes.empty:
        return (f"  Resolved anew, nothing to change: {count(len(changes.keep), 'distribution')} kept",)
    return (
        *(f"    - {each.name} {each.version}" for each in changes.remove),
        *(f"    + {each.name} {each.version}" for each in changes.install),
        *(f"    {_redo(each)}" for each in changes.redo),
        *((f"    = {count(len(changes.keep), 'distribution')} kept",) if changes.keep else ()),
    )


def synchronised_lines(title: str, changes: Changes) -> Lines:
    """What a tool did to the environment."""
    if changes.empty:
        return (f"  {title} found nothing to change: {count(len(changes.keep), 'distribution')} kept",)
    return changes_lines(changes)


def accelerated(found: AcceleratedTorch) -> Lines:
    """The warning about a torch for graphics cards."""
    others = f" and {count(found.companions, 'distribution')} that come with it" if found.companions else ""
    return (
        f"  Warning: torch {found.version} is the build for {found.vendor} graphics cards.",
        f"  It{others} {'take' if others else 'takes'} {size(found.size)} of the image.",
        "  If the application runs on CPUs, take torch's build for CPUs, which is a small part of that. It is on",
        "  PyTorch's own package index: add that as --extra-index-url (PyTorch's installation page names it).",
    )


def reconciled(changes: Changes, seconds: str) -> Lines:
    """What reconciling did, in one line."""
    if changes.empty:
        return ()
    parts = []
    if changes.to_install:
        parts.append(f"installed {count(len(changes.to_install), 'distribution')}")
    if changes.remove:
        parts.append(f"removed {count(len(changes.remove), 'distribution')}")
    return (f"  {_sentence(' and '.join(parts))} in {seconds}",)


def application(plan: Plan) -> Lines:
    """What the application's folder holds that no image needs."""
    found = [line for each in plan.findings if isinstance(each, Baggage) for line in finding_lines(each)]
    return ("", "Application", *(f"  {line}" for line in found)) if found else ()


def processes(plan: Plan, *, tense: Tense = DOES) -> Lines:
    """The image's processes, and what becomes of the layer of what starts them."""
    found = plan.processes
    provisional = " (provisional: what gets installed decides)" if found.provisional else ""
    lines = ["", f"Processes{provisional}"]
    for process in found.processes:
        default = ", the default" if process.default else ""
        place = f" in {process.working_dir}" if process.working_dir else ""
        line = f"  {process.type}: {process.shown}{place}"
        reason = f"{process.source}{default}; {process.because}"
        lines += [f"{line} ({reason})"] if len(line) + len(reason) + 3 <= WIDTH else [line, f"    {reason}"]
        lines += defaults_lines(process, WIDTH)
    if not found.processes:
        lines += [f"  None: {reason}" for reason in found.because]
        if plan.package_manager is not None:
            lines += ["  Give a command when you run the image, or write one into a Procfile:  web: python -m shop"]
    elif not any(process.default for process in found.processes):
        lines += [f"  {_sentence(reason)}" for reason in found.because]
    lines += [f"  Warning: {warning}" for warning in found.warnings]
    lines += [f"  Note: {note}" for note in found.notes]
    at_launch = (layer for layer in plan.layers if layer.name == AT_LAUNCH and layer.action is not Action.DROP)
    return (*lines, *(line for layer in at_launch for line in layer_lines(layer, tense)))


def labels(plan: Plan) -> Lines:
    """The image's labels, as far as variables ask for them."""
    asked = (f"  {visible(label.key)}: {visible(label.value)} (${label.variable})" for label in plan.labels)
    return ("", "Labels", *asked) if plan.labels else ()


def build_failed(buildpack: str) -> Lines:
    """The last line of a local build that a buildpack ended, below what the buildpack itself said."""
    return (f"===> Failed in {buildpack}; the image and the cache of the last successful build are unchanged",)


def error_lines(message: Message) -> Lines:
    """The one error block of a build that fails: what happened, what it means, what to do."""
    lines = ["", f"Error: {message.happened}"]
    lines += [f"    {line}" for line in message.found]
    if message.means:
        lines += ["", *(f"  {line}" for line in message.means)]
    if message.do:
        lines += ["", "  What to do:", *(f"    {line}" for line in message.do)]
    return (*lines, "")


def _redo(change: Changed | Redone) -> str:
    match change:
        case Changed(name=name, old=old, new=new):
            return f"~ {name} {old} → {new}"
        case Redone(name=name, version=version, because=because, shared_with=shared_with):
            reason = _REDONE[because].format(shared_with=shared_with)
            return f"~ {name} {version} ({reason})"


def _sentence(reason: str) -> str:
    """The reason as a line of its own; a name that it starts with, such as pip or a file's, keeps its small letter."""
    first = reason.partition(" ")[0].rstrip(",:")
    return reason if first in ("pip", "uv") or "." in first or "-" in first else reason[:1].upper() + reason[1:]
