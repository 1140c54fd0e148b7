"""Plans a build without carrying it out, and prints the plan."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
from pure.build.credentials import known_secrets
from pure.build.estimate import Estimate, estimated
from pure.build.facts import Facts
from pure.build.plan import Plan, decide
from pure.build.tally import foreseen, foreseen_cost
from pure.lifecycle.project_toml import ProjectDescriptor, takes_part
from pure.message import Message
from pure.outcome import Failure, Outcome, Success
from pure.python.offer import CatalogueText
from pure.report import build_log
from pure.report.prose.describe import describe
from pure.report.record import encode_record, record
from pure.target import Target
from pure.views.plan_words import describe_no_layers

from shell.command.given import BUILDPACK
from shell.lifecycle.disk import copy_tree
from shell.output import Output
from shell.scratch import scratch_folder
from shell.world import read_facts

# Where a platform puts them: a plan doesn't depend on the place, apart from the paths that it mentions.
_LAYERS = Path("/layers/lamina_python")
_APP = "/workspace"


class PlanRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What to plan, and for what.

    ``descriptor`` says which of the application's files take part, as in a build; its variables are in ``environ``.
    ``layers`` is a folder with restored layers, ``catalogue`` stands in for the operator's where that isn't set.
    """

    app: Path
    descriptor: ProjectDescriptor = ProjectDescriptor()
    layers: Path | None = None
    environ: Mapping[str, str]
    target: Target | None = None
    catalogue: CatalogueText | None = None


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A plan, and what it was decided from."""

    facts: Facts
    plan: Plan

    @property
    def estimate(self) -> Estimate | None:
        """Which distributions will likely get layers of their own."""
        return estimated(self.plan, self.facts)


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


def planned(request: PlanRequest, output: Output) -> Outcome[Planned, Message]:
    """The plan, or what prevents one; nothing is written. What is secret is hidden from ``output`` from then on."""
    with _taking_part(request.app, request.descriptor) as seen:
        read = read_facts(
            buildpack=BUILDPACK, app=seen, layers=request.layers or _LAYERS, plan=None, environ=request.environ
        )
    if isinstance(read, Failure):
        return Failure(describe(read.failure()))
    facts = read.unwrap()
    if request.layers is not None and not facts.restored:
        return Failure(describe_no_layers(str(request.layers)))
    # Paths in the plan are those that a build on a platform will see.
    facts = msgspec.structs.replace(facts, app_dir=_APP)
    if facts.operator_catalogue is None:
        facts = msgspec.structs.replace(facts, operator_catalogue=request.catalogue)
    if request.target is not None:
        facts = msgspec.structs.replace(facts, target=request.target)
    output.learn(known_secrets(facts))
    decided = decide(facts)
    if isinstance(decided, Failure):
        return Failure(describe(decided.failure()))
    return Success(Planned(facts=facts, plan=decided.unwrap()))


def print_plan(found: Planned, *, as_json: bool, output: Output) -> None:
    """Print a plan for people, or for programs."""
    facts, plan, estimate = found.facts, found.plan, found.estimate
    sizes = {name: _size(Path(facts.layers_dir, name)) for name, layer in facts.restored.items() if layer.contents}
    moved = foreseen(plan, facts, sizes)
    cost = foreseen_cost(moved, facts, sizes) if moved else None
    if as_json:
        recorded = record(
            plan, version=facts.version, redact=output.redacted, moved=moved, cost=cost, estimate=estimate
        )
        output.document(encode_record(recorded).decode())
        return
    output.lines(build_log.plan(facts.version, plan, moved=moved, cost=cost, estimate=estimate))


def _size(folder: Path) -> int:
    """The bytes of the files in a folder."""
    return sum(Path(place, name).lstat().st_size for place, _, files in os.walk(folder) for name in files)
