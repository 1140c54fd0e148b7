"""Runs ``bin/build``: reads facts, then carries out what the build's conversation asks for, and reports."""

import os
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from pure.build.conversation import advance, begin
from pure.build.credentials import known_secrets
from pure.build.errors import BuildError, MissingVariable
from pure.build.facts import Facts
from pure.build.plan import Plan
from pure.build.states import Done
from pure.outcome import Failure, Outcome, Success
from pure.redaction import Redactor, redactor
from pure.report import build_log
from pure.report.composing import build_toml
from pure.report.ending import ending
from pure.report.launch import launch_toml
from pure.report.record import encode_record, record
from pure.report.sboms import sbom_files

from shell.disk import not_written
from shell.executor import Executor
from shell.layer_store import LayerStore, write_atomically
from shell.output import Output, utf8_streams
from shell.scratch import scratch_folder
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


def build(
    buildpack: Path, arguments: list[str], environ: Mapping[str, str], output: Output
) -> Outcome[Plan, BuildError]:
    """Build the application in the working directory, as the platform's arguments and variables say."""
    started = time.monotonic()
    # Buildpack API 0.8 and newer name them in variables, older platforms as arguments only.
    layers = environ.get("CNB_LAYERS_DIR") or (arguments[0] if arguments else "")
    plan_file = environ.get("CNB_BP_PLAN_PATH") or (arguments[2] if len(arguments) > 2 else "")
    if not layers:
        return Failure(MissingVariable(name="CNB_LAYERS_DIR"))
    store, app = LayerStore(Path(layers)), Path.cwd()
    with ExitStack() as until_the_end:
        try:
            temporary = until_the_end.enter_context(scratch_folder())
        except OSError as error:
            return Failure(not_written(error, Path(environ.get("TMPDIR") or "/tmp")))  # noqa: S108 (named, not used)
        read = read_facts(
            buildpack=buildpack,
            app=app,
            layers=store.root,
            plan=Path(plan_file) if plan_file else None,
            environ=environ,
            temporary=temporary,
        )
        if isinstance(read, Failure):
            return read
        facts = read.unwrap()
        secrets = known_secrets(facts)
        output.learn(secrets)
        executor = Executor(store=store, output=output, temporary=temporary)
        conversed = _converse(facts, secrets, store, executor, output)
        if isinstance(conversed, Failure):
            return conversed
        done = conversed.unwrap()
        document = encode_record(record(done.plan, version=facts.version, redact=output.redacted))
        try:
            launch = launch_toml(done.plan, done.resolved, done.record, layers=facts.layers_dir, redact=output.redacted)
            store.write_launch(launch)
            store.write_build(build_toml(done.plan))
            store.write_sboms(sbom_files(done.plan, done.record, facts.pins))
            write_atomically(store.root / RECORD_FILE, document)
        except OSError as error:
            return Failure(not_written(error, store.root))
    output.lines(ending(done, time.monotonic() - started))
    return Success(done.plan)


def _converse(
    facts: Facts, secrets: Redactor, store: LayerStore, executor: Executor, output: Output
) -> Outcome[Done, BuildError]:
    """Carry out turn after turn, up to the end."""
    begun = begin(facts, hide=secrets)
    if isinstance(begun, Failure):
        return begun
    try:
        store.sweep()
    except OSError as error:
        return Failure(not_written(error, store.root))
    turn = begun.unwrap()
    while True:
        output.lines(build_log.lines(turn.said))
        following = advance(turn.build, executor.execute(turn.steps))
        if isinstance(following, Failure):
            stopped = following.failure()
            output.lines(build_log.lines(stopped.said))
            return Failure(stopped.error)
        found = following.unwrap()
        if isinstance(found, Done):
            output.lines(build_log.lines(found.said))
            return Success(found)
        turn = found
