"""Runs ``bin/build``: reads facts, asks for the plan, executes its stages and reports."""

import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from pure.build import after_dependencies, stages, synchronise
from pure.build.credentials import known_secrets
from pure.build.errors import MissingVariable, NotReadable, RunError
from pure.build.facts import Facts
from pure.build.leftovers import leftovers
from pure.build.plan import Plan, decide
from pure.build.stages import (
    Complete,
    Fresh,
    NotAsResolved,
    Resolve,
    Result,
    Synchronise,
    Unchanged,
    Workplace,
)
from pure.outcome import Failure, Outcome, Success
from pure.redaction import Redactor, redactor
from pure.report import build_log
from pure.report.launch import launch_toml
from pure.report.record import encode_record, record
from pure.venv.accelerators import accelerated_torch
from pure.venv.difference import Changes
from pure.venv.installed import InstalledSet, parse_installed
from pure.venv.resolved import ResolvedSet, parse_report, with_hidden_urls
from pure.wording import duration

from shell.executor import Executor, not_written
from shell.layer_store import LayerStore, write_atomically
from shell.output import Output, utf8_streams
from shell.sources import build_folders
from shell.world import read_facts, variables

RECORD_FILE = "lamina-record.json"


def main(root: str, arguments: list[str]) -> int:
    """Build with the buildpack in the folder ``root``; 0 if all is well, 1 after an error that was explained."""
    utf8_streams()
    # Layers are the same whatever the platform's umask is, and readable for the user that the image runs as.
    os.umask(0o022)
    environ = variables()
    output = Output(redactor(environ))
    finished = build(Path(root).absolute(), arguments, environ, output)
    if isinstance(finished, Failure):
        from pure.report.prose.describe import describe

        output.lines(build_log.error_lines(describe(finished.failure())))
        return 1
    return 0


def build(buildpack: Path, arguments: list[str], environ: Mapping[str, str], output: Output) -> Outcome[Plan, RunError]:
    """Build the application in the working directory, as the platform's arguments and variables say."""
    started = time.monotonic()
    # Buildpack API 0.8 and newer name them in variables, older platforms as arguments only.
    layers = environ.get("CNB_LAYERS_DIR") or (arguments[0] if arguments else "")
    plan_file = environ.get("CNB_BP_PLAN_PATH") or (arguments[2] if len(arguments) > 2 else "")
    if not layers:
        return Failure(MissingVariable(name="CNB_LAYERS_DIR"))
    app = Path.cwd()
    read = read_facts(
        buildpack=buildpack,
        app=app,
        layers=Path(layers),
        plan=Path(plan_file) if plan_file else None,
        environ=environ,
    )
    if isinstance(read, Failure):
        return read
    facts = read.unwrap()
    known = known_secrets(facts)
    output.learn(known)
    decided = decide(facts)
    if isinstance(decided, Failure):
        return decided
    plan = decided.unwrap()
    output.lines(build_log.heading(facts.version, plan))
    try:
        temporary = Path(tempfile.mkdtemp(prefix="lamina-"))
    except OSError as error:
        return Failure(not_written(error, Path(environ.get("TMPDIR") or "/tmp")))  # noqa: S108 (named, not used)
    try:
        work = Workplace(layers=layers, app=str(app), buildpack=str(buildpack), temporary=str(temporary))
        store = LayerStore(Path(layers))
        try:
            store.sweep()
        except OSError as error:
            return Failure(not_written(error, Path(layers)))
        executor = Executor(plan=plan, store=store, output=output, environ=environ, temporary=temporary)
        stages_of_build = _Build(plan=plan, facts=facts, work=work, executor=executor, output=output, hide=known)
        built = stages_of_build.run()
        if isinstance(built, Failure):
            return built
        resolved = built.unwrap()
        if resolved is not None:
            settled = _after_dependencies(plan, facts, work, resolved, executor, output)
            if isinstance(settled, Failure):
                return settled
            plan = settled.unwrap()
        try:
            store.write_launch(launch_toml(plan, resolved))
            document = encode_record(record(plan, version=facts.version, redact=output.redacted))
            write_atomically(Path(layers, RECORD_FILE), document)
        except OSError as error:
            return Failure(not_written(error, Path(layers)))
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    output.lines(build_log.processes(plan))
    output.lines(build_log.done(plan, duration(time.monotonic() - started), started_over=stages_of_build.started_over))
    return Success(plan)


def _after_dependencies(
    plan: Plan, facts: Facts, work: Workplace, resolved: ResolvedSet, executor: Executor, output: Output
) -> Outcome[Plan, RunError]:
    """What depends on what is installed: Django's static files, and the processes of the image."""
    installed = {each.name: each.version for each in resolved.distributions}
    collecting = after_dependencies.static_files(plan, facts, work, installed)
    if collecting is not None:
        output.lines(build_log.django(collecting))
    if isinstance(collecting, after_dependencies.StaticFiles):
        made = executor.execute(collecting.steps)
        if isinstance(made, Failure):
            return made
    return after_dependencies.with_final_processes(plan, facts, installed)


class _Build:
    """The stages of one build, in their order."""

    def __init__(
        self, *, plan: Plan, facts: Facts, work: Workplace, executor: Executor, output: Output, hide: Redactor
    ) -> None:
        self._plan = plan
        self._facts = facts
        self._work = work
        self._execute = executor.execute
        self._say = output.lines
        self._hide = hide
        self.started_over = False

    def run(self) -> Outcome[ResolvedSet | None, RunError]:
        """Carry out all stages; the resolved set of the dependencies, ``None`` where only Python is provided."""
        self._say(build_log.python(self._plan))
        made = self._execute(stages.runtime(self._plan, self._work))
        if isinstance(made, Failure):
            return made
        if self._plan.package_manager is None:
            self._say(build_log.dropped(self._plan))
            return Success(None)
        self._say(build_log.package_manager(self._plan))
        made = self._execute(stages.tool(self._plan, self._facts, self._work))
        if isinstance(made, Failure):
            return made
        self._say(build_log.dropped(self._plan))
        self._say(build_log.dependencies(self._plan))
        first = stages.dependencies(self._plan, self._facts, self._work)
        if isinstance(first, Unchanged):
            assert self._plan.previous is not None, "what is kept has a record"
            kept = self._execute(first.steps)
            return kept if isinstance(kept, Failure) else Success(self._plan.previous.resolved)
        app = Path(self._work.app)
        before = build_folders(app)
        installed = self._install(first)
        if isinstance(installed, Failure):
            return installed
        cleaned = self._execute(leftovers(str(app), before, build_folders(app)))
        return cleaned if isinstance(cleaned, Failure) else installed

    def _install(self, first: Fresh | Resolve | Synchronise) -> Outcome[ResolvedSet, RunError]:
        match first:
            case Fresh():
                return self._fresh(first)
            case Resolve(steps=steps):
                return self._reconcile(steps)
            case Synchronise():
                return self._synchronise()

    def _fresh(self, fresh: Fresh) -> Outcome[ResolvedSet, RunError]:
        if fresh.because:
            self._say(build_log.started_over(fresh.because))
            self.started_over = True
        started = time.monotonic()
        assert self._plan.package_manager is not None
        if self._plan.package_manager.manager.synchronises:
            made = self._execute(fresh.steps)
            if isinstance(made, Failure):
                return made
            result = self._tidied()
            if isinstance(result, Failure):
                return result
            resolved = with_hidden_urls(synchronise.resolved(result.unwrap().installed), self._hide)
            self._say(build_log.installed_fresh(resolved, duration(time.monotonic() - started)))
            return self._complete(resolved, result.unwrap(), None)
        report = self._run_and_report(fresh.steps)
        if isinstance(report, Failure):
            return report
        resolved = report.unwrap()
        self._say(build_log.installed_fresh(resolved, duration(time.monotonic() - started)))
        return self._complete(resolved, self._read_result(), None)

    def _reconcile(self, steps: stages.Steps) -> Outcome[ResolvedSet, RunError]:
        report = self._run_and_report(steps)
        if isinstance(report, Failure):
            return report
        resolved = report.unwrap()
        before = self._read_result()
        installed = before.installed
        following = stages.after_resolution(self._plan, self._facts, self._work, resolved=resolved, installed=installed)
        if isinstance(following, Fresh):
            return self._fresh(following)
        self._say(build_log.changes_lines(following.changes))
        started = time.monotonic()
        made = self._execute(following.steps)
        if isinstance(made, Failure):
            return made
        self._say(build_log.reconciled(following.changes, duration(time.monotonic() - started)))
        return self._complete(resolved, self._read_result(), following.changes, before)

    def _synchronise(self) -> Outcome[ResolvedSet, RunError]:
        before = self._read_result()
        following = synchronise.before(self._plan, self._facts, self._work, before.installed)
        if isinstance(following, Fresh):
            return self._fresh(following)
        made = self._execute(following.steps)
        if isinstance(made, Failure):
            return made
        result = self._tidied(before.installed)
        if isinstance(result, Failure):
            return result
        installed = result.unwrap().installed
        changes = synchronise.changes(before.installed, installed, following.redone)
        self._say(build_log.synchronised_lines(self._plan, changes))
        resolved = with_hidden_urls(synchronise.resolved(installed), self._hide)
        return self._complete(resolved, result.unwrap(), changes, before)

    def _tidied(self, old: InstalledSet | None = None) -> Outcome[Result, RunError]:
        """What a tool installed, without the traces that differ from build to build."""
        installed = self._read_installed()
        made = self._execute(synchronise.tidy(self._work, installed, self._metadata(installed), old=old))
        return made if isinstance(made, Failure) else Success(self._read_result())

    def _metadata(self, installed: InstalledSet) -> dict[str, bytes]:
        root = Path(self._work.layer("venv"))
        names = ("RECORD", "direct_url.json")
        paths = [f"{each.dist_info}/{name}" for each in installed.distributions for name in names]
        return {path: (root / path).read_bytes() for path in paths if (root / path).is_file()}

    def _complete(
        self, resolved: ResolvedSet, result: Result, changes: Changes | None, before: Result | None = None
    ) -> Outcome[ResolvedSet, RunError]:
        following = stages.after_installation(
            self._plan,
            self._facts,
            self._work,
            resolved=resolved,
            result=result,
            before=before,
            changes=changes,
            metadata=self._metadata(result.installed),
            hide=self._hide,
        )
        match following:
            case NotAsResolved() as wrong:
                return Failure(wrong)
            case Fresh() as fresh:
                return self._fresh(fresh)
            case Complete(steps=steps):
                self._say(build_log.accelerated(accelerated_torch(resolved, result.installed)))
                made = self._execute(steps)
                return made if isinstance(made, Failure) else Success(resolved)

    def _read_installed(self) -> InstalledSet:
        return read_installed(Path(self._work.layer("venv")), self._plan.python.runtime.minor)

    def _read_result(self) -> Result:
        return Result(installed=self._read_installed(), files=all_files(Path(self._work.layer("venv"))))

    def _run_and_report(self, steps: stages.Steps) -> Outcome[ResolvedSet, RunError]:
        made = self._execute(steps)
        if isinstance(made, Failure):
            return made
        try:
            raw = Path(self._work.report).read_bytes()
        except OSError as error:
            return Failure(NotReadable(path=self._work.report, detail=error.strerror or str(error)))
        parsed = parse_report(raw)
        return parsed if isinstance(parsed, Failure) else Success(with_hidden_urls(parsed.unwrap(), self._hide))


def read_installed(root: Path, minor: str) -> InstalledSet:
    """What an environment holds, from the metadata of its distributions."""
    site = root / f"lib/python{minor}/site-packages"
    names = ("METADATA", "RECORD", "REQUESTED", "direct_url.json", "INSTALLER")
    files: dict[str, bytes] = {}
    for folder in sorted(site.glob("*.dist-info")):
        for name in names:
            path = folder / name
            if path.is_file():
                files[f"{folder.name}/{name}"] = path.read_bytes()
    return parse_installed(files, python_minor=minor, root=str(root))


def all_files(root: Path) -> tuple[str, ...]:
    """Every file and link below an environment's root, relative to it; links to folders are not followed."""
    found: list[str] = []
    for folder, folders, files in os.walk(root):
        relative = os.path.relpath(folder, root)
        prefix = "" if relative == "." else f"{relative}/"
        found += (f"{prefix}{name}" for name in files)
        found += (f"{prefix}{name}" for name in folders if Path(folder, name).is_symlink())
    return tuple(sorted(found))
