"""Prints the plan of a build without carrying it out."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
from pure.build.credentials import known_secrets
from pure.build.estimate import estimated
from pure.build.plan import decide
from pure.build.tally import foreseen
from pure.lifecycle.project_toml import ProjectDescriptor, takes_part
from pure.message import Message
from pure.outcome import Failure
from pure.python.offer import CatalogueText
from pure.report import build_log
from pure.report.prose.describe import describe
from pure.report.record import encode_record, record
from pure.target import Target

from shell.lifecycle.disk import copy_tree
from shell.output import Output
from shell.scratch import scratch_folder
from shell.world import read_facts

# Where a platform puts them: a plan doesn't depend on the place, apart from the paths that it mentions.
_LAYERS = Path("/layers/lamina_python")
_APP = "/workspace"


_EVERYTHING = ProjectDescriptor()


@contextmanager
def _taking_part(app: Path, descriptor: ProjectDescriptor) -> Iterator[Path]:
    """The application, or a copy of what takes part of it."""
    wanted = takes_part(descriptor)
    if wanted is None:
        yield app
        return
    with scratch_folder() as temporary:
        copy = temporary / "app"
        copy_tree(app, copy, leave_out=temporary, wanted=wanted)
        yield copy


def print_plan(
    *,
    buildpack: Path,
    app: Path,
    descriptor: ProjectDescriptor = _EVERYTHING,
    layers: Path | None,
    environ: Mapping[str, str],
    target: Target | None,
    catalogue: CatalogueText | None,
    as_json: bool,
    output: Output,
) -> Message | None:
    """Print the plan, or return what prevents one; nothing is written.

    ``descriptor`` says which of the application's files take part, as in a build; its variables are in ``environ``.
    ``layers`` is a folder with restored layers, ``catalogue`` stands in for the operator's where that isn't set.
    """
    with _taking_part(app, descriptor) as seen:
        read = read_facts(buildpack=buildpack, app=seen, layers=layers or _LAYERS, plan=None, environ=environ)
    if isinstance(read, Failure):
        return describe(read.failure())
    facts = read.unwrap()
    # Paths in the plan are those that a build on a platform will see.
    facts = msgspec.structs.replace(facts, app_dir=_APP)
    if facts.operator_catalogue is None:
        facts = msgspec.structs.replace(facts, operator_catalogue=catalogue)
    if target is not None:
        facts = msgspec.structs.replace(facts, target=target)
    output.learn(known_secrets(facts))
    decided = decide(facts)
    if isinstance(decided, Failure):
        return describe(decided.failure())
    plan = decided.unwrap()
    moved, estimate = foreseen(plan, facts), estimated(plan, facts)
    if as_json:
        recorded = record(plan, version=facts.version, redact=output.redacted, moved=moved, estimate=estimate)
        output.document(encode_record(recorded).decode())
        return None
    output.lines(build_log.plan(facts.version, plan, moved=moved, estimate=estimate))
    return None
