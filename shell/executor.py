"""Carries out steps, in order, up to the first that fails."""

import os
import time
from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, assert_never

from pure.build.errors import (
    NoEnvironment,
    NoPipWheel,
    NotWritable,
    PipFailed,
    PipNotInstalled,
    RunError,
    RuntimeDoesNotStart,
    ToolFailed,
    complaint_of_no_room,
)
from pure.build.plan import Plan
from pure.build.stages import Steps
from pure.build.steps import (
    BeginLayer,
    CleanOrigins,
    CollectStatic,
    CompileBytecode,
    CreateEnvironment,
    DropLayer,
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
from pure.complaints.recognition import recognise, undecided, worth_keeping
from pure.outcome import Failure, Outcome, Success
from pure.report import build_log
from pure.runtime.fetching import FetchEvent
from pure.start.django import CollectStaticFailed, judge
from pure.venv.resolved import without_credentials
from pure.wording import duration

from shell.disk import NO_ROOM
from shell.layer_store import LayerStore, remove_files, remove_tree, write_atomically
from shell.output import Output
from shell.process import Completed, run

# Of a failing tool's output so many lines are kept to be shown.
_KEPT_LINES: Final = 2000
_SEEDS: Final = "seed"


class Executor:
    """Carries out the steps of one build."""

    def __init__(
        self, *, plan: Plan, store: LayerStore, output: Output, environ: Mapping[str, str], temporary: Path
    ) -> None:
        self._plan = plan
        self._store = store
        self._output = output
        self._environ = environ
        self._temporary = temporary

    def execute(self, steps: Steps) -> Outcome[None, RunError]:
        """Carry out the steps; the first failure ends it."""
        for step in steps:
            try:
                done = self._execute(step)
            except OSError as error:
                return Failure(not_written(error, self._store.root))
            if isinstance(done, Failure):
                return done
        return Success(None)

    def _execute(self, step: Step) -> Outcome[None, RunError]:
        match step:
            case BeginLayer(layer=layer):
                self._store.begin(layer)
            case DropLayer(layer=layer):
                self._store.drop(layer)
            case FinishLayer(decision=decision):
                self._store.finish(decision)
            case RemoveFiles(root=root, files=files, directories=directories):
                remove_files(Path(root), files, directories)
            case WriteFiles(root=root, files=files):
                for name, data in files:
                    write_atomically(Path(root, name), data)
            case CleanOrigins(root=root):
                for origin in Path(root).glob("**/origin.json"):
                    clean = without_credentials(origin.read_bytes(), self._output.redacted)
                    if clean is not None:
                        write_atomically(origin, clean)
            case RemoveHistories(root=root):
                for history in Path(root).glob("*/.git"):
                    remove_tree(history)
            case InstallRuntime():
                return self._install_runtime(step)
            case InstallTool():
                return self._install_tool(step)
            case CreateEnvironment():
                return self._create_environment(step)
            case RunPip():
                return self._run_pip(step)
            case RunTool():
                return self._run_tool(step)
            case CollectStatic():
                return self._collect_static(step)
            case CompileBytecode(python=python, roots=roots):
                return self._compile(Path(python), roots)
            case _:
                assert_never(step)
        return Success(None)

    def _install_runtime(self, step: InstallRuntime) -> Outcome[None, RunError]:
        # Only a build that installs a runtime needs these: urllib3 alone takes longer to import than an unchanged
        # build's other work.
        from shell.archive import unpack_runtime
        from shell.network import fetch

        archive = self._temporary / "runtime.tar.gz"
        local = step.url.startswith("file:")

        def hear(event: FetchEvent) -> None:
            self._output.lines(build_log.fetch_event(event, local=local))

        fetched = fetch(step.url, archive, sha256=step.runtime.sha256, environ=self._environ, on_event=hear)
        if isinstance(fetched, Failure):
            return fetched
        copied = fetched.unwrap()
        self._output.lines(build_log.runtime_copied(copied.size, duration(copied.seconds), local=local))
        started = time.monotonic()
        unpacked = unpack_runtime(archive, Path(step.root), wheel_to=Path(step.wheel_to))
        archive.unlink(missing_ok=True)
        if isinstance(unpacked, Failure):
            return unpacked
        result = unpacked.unwrap()
        spent = duration(time.monotonic() - started)
        self._output.lines(
            build_log.runtime_unpacked(result.files, sum(number for _, number in result.left_out), spent)
        )
        python = f"{step.root}/bin/python3"
        probe = run(
            (python, "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"),
            env=self._clean(),
            own_group=False,
        )
        if not probe.ok or probe.stdout.strip() != step.runtime.minor:
            said = _last_lines(probe, 5) or (f"it says that it is Python {probe.stdout.strip() or 'nothing'}",)
            target = str(self._plan.target)
            return Failure(RuntimeDoesNotStart(version=step.runtime.version, target=target, output=said))
        return self._compile(Path(python), (f"{step.root}/lib/python{step.runtime.minor}",))

    def _install_tool(self, step: InstallTool) -> Outcome[None, RunError]:
        assert self._plan.package_manager is not None
        wheel = _find_wheel((*step.wheel_folders, *_own_wheel_folders())) or self._carried_wheel(Path(step.archives))
        if wheel is None:
            return Failure(NoPipWheel(python=self._plan.python.version))
        name, data = wheel.name, wheel.read_bytes()
        self._store.begin(step.layer)
        seed = Path(step.root, _SEEDS, name)
        write_atomically(seed, data)
        argv = tuple(part.replace("{wheel}", str(seed)) for part in step.argv)
        started = time.monotonic()
        # In the application's folder, where a relative PIP_FIND_LINKS or PIP_CERT means what it means for the rest.
        ended = run(argv, env=dict(step.environment), cwd=step.folder, own_group=False)
        if not ended.ok:
            manager = self._plan.package_manager
            output = _last_lines(ended, 12)
            if full := self._full(output):
                return full
            return Failure(
                PipNotInstalled(
                    version=manager.version,
                    hashed=manager.hashed,
                    output=output,
                    title=step.title,
                    variable=manager.manager.tool.variable,
                )
            )
        self._output.lines((f"  Installed {step.title} by {name} in {duration(time.monotonic() - started)}",))
        return Success(None)

    def _carried_wheel(self, archives: Path) -> Path | None:
        """The wheel of a runtime that the packaged buildpack carries; the interpreter that runs it there has none."""
        from shell.archive import unpack_runtime

        for archive in sorted(archives.glob("*.tar.gz")):
            scratch = self._temporary / "carried"
            unpacked = unpack_runtime(archive, scratch, wheel_to=self._temporary / "carried-wheel")
            remove_tree(scratch)
            if isinstance(unpacked, Success) and (wheel := unpacked.unwrap().pip_wheel):
                return Path(wheel)
        return None

    def _create_environment(self, step: CreateEnvironment) -> Outcome[None, RunError]:
        ended = run(step.argv, env=dict(step.environment), cwd=self._temporary, own_group=False)
        if not ended.ok:
            output = _last_lines(ended, 12)
            return self._full(output) or Failure(NoEnvironment(returncode=ended.returncode, output=output))
        write_atomically(Path(step.root, "pyvenv.cfg"), step.configuration)
        return Success(None)

    def _run_tool(self, step: RunTool) -> Outcome[None, RunError]:
        said: deque[str] = deque(maxlen=_KEPT_LINES)

        def hear(line: str) -> None:
            said.append(line)
            if not step.check:
                self._output.lines(build_log.tool_line(line))

        ended = run(step.argv, env=dict(step.environment), cwd=step.folder, on_line=hear, own_group=False)
        if ended.ok:
            return Success(None)
        self._output.lines(("", *(f"    {line}" for line in said)))
        if full := self._full(said):
            return full
        assert self._plan.package_manager is not None
        decided = self._plan.package_manager
        return Failure(
            ToolFailed(
                source=decided.installed_from,
                version=decided.version,
                returncode=ended.returncode,
                signal=ended.signal_name,
                recognised=recognise(decided.manager.tool.name, said, returncode=ended.returncode),
            )
        )

    def _run_pip(self, step: RunPip) -> Outcome[None, RunError]:
        said: deque[str] = deque(maxlen=_KEPT_LINES)

        def hear(line: str) -> None:
            said.append(line)
            if not step.quiet:
                self._output.lines(build_log.pip_line(line))

        ended = run(step.argv, env=dict(step.environment), cwd=step.folder, on_line=hear, own_group=False)
        if ended.ok:
            return Success(None)
        recognised = recognise("pip", said, returncode=ended.returncode)
        if undecided(recognised):
            said += self._asked_again(step)
            recognised = recognise("pip", said, returncode=ended.returncode)
        self._output.lines(("", *(f"    {line}" for line in said)))
        if full := self._full(said):
            return full
        assert self._plan.package_manager is not None
        decided = self._plan.package_manager
        return Failure(
            PipFailed(
                source=decided.installed_from,
                version=decided.version,
                returncode=ended.returncode,
                signal=ended.signal_name,
                recognised=recognised,
            )
        )

    def _asked_again(self, step: RunPip) -> tuple[str, ...]:
        """What pip notes in a log and doesn't print: with a log, it doesn't print the output of failing builds."""
        log = self._temporary / "pip.log"
        again = dict(step.environment) | {"PIP_LOG": str(log), "PIP_RETRIES": "0"}
        run((*step.argv, "--dry-run", "--quiet"), env=again, cwd=step.folder, own_group=False)
        try:
            return worth_keeping(log.read_text(encoding="utf-8", errors="replace").splitlines())
        except OSError:
            return ()

    def _collect_static(self, step: CollectStatic) -> Outcome[None, RunError]:
        said: deque[str] = deque(maxlen=_KEPT_LINES)
        started = time.monotonic()
        ended = run(step.argv, env=dict(step.environment), cwd=step.folder, on_line=said.append, own_group=False)
        judged = judge(step.manage, ended.returncode, ended.signal_name, [*said, *ended.stderr.splitlines()])
        if isinstance(judged, CollectStaticFailed):
            self._output.lines(("", *(f"    {line}" for line in (*said, *ended.stderr.splitlines()))))
            return Failure(judged)
        self._output.lines(build_log.collected(judged, duration(time.monotonic() - started)))
        return Success(None)

    def _compile(self, python: Path, roots: tuple[str, ...]) -> Outcome[None, RunError]:
        from shell.bytecode import compile_files

        places = [Path(root) for root in roots if Path(root).exists()]
        compiled = compile_files(python, places, env=self._clean())
        if isinstance(compiled, Failure):
            return compiled
        summary = compiled.unwrap()
        self._output.lines(build_log.compiled(summary.compiled, summary.current, duration(summary.seconds)))
        return Success(None)

    def _full(self, output: Iterable[str]) -> Failure[RunError] | None:
        detail = complaint_of_no_room(output)
        return Failure(NotWritable(path=str(self._store.root), detail=detail, full=True)) if detail else None

    def _clean(self) -> dict[str, str]:
        """The little that an interpreter needs which reads no setting of the user's."""
        return {name: self._environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in self._environ}


def not_written(error: OSError, place: Path) -> NotWritable:
    """The error value for what the system said when something at ``place`` couldn't be written."""
    detail = error.strerror or str(error)
    return NotWritable(path=str(error.filename or place), detail=detail, full=error.errno in NO_ROOM)


def _find_wheel(folders: tuple[str, ...]) -> Path | None:
    found = (wheel for folder in folders for wheel in sorted(Path(folder).glob("pip-*.whl")))
    return next(found, None)


def _own_wheel_folders() -> tuple[str, ...]:
    """Where the interpreter that runs this keeps its pip wheel, for the rare case that the cache lost the runtime's."""
    return (f"{os.path.dirname(os.__file__)}/ensurepip/_bundled",)  # noqa: PTH120


def _last_lines(ended: Completed, number: int) -> tuple[str, ...]:
    lines = [line.rstrip() for line in f"{ended.stdout}\n{ended.stderr}".splitlines() if line.strip()]
    return tuple(lines[-number:])
