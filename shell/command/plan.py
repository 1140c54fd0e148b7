"""Defines ``lamina plan``: print a plan, write its golden form, or check it against that."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
from pure.message import Message
from pure.outcome import Failure
from pure.redaction import redactor
from pure.target import Target

from shell.command.documented import Documented
from shell.command.given import (
    OutputFile,
    application,
    asked_target,
    described,
    env_file_option,
    env_option,
    fail,
    given_variables,
    production_option,
)
from shell.output import Output

if TYPE_CHECKING:
    from shell.command.planning import PlanRequest
    from shell.command.review import Prevented


@click.command(
    cls=Documented,
    examples={
        "lamina plan .": "what a build of this folder would decide, and why",
        "lamina plan . --json | jq .python": "the same for programs",
        "lamina plan . --write lamina.plan.json": "keep the application's decisions in its repository",
        "lamina plan . --check lamina.plan.json": "fail where a change decides otherwise, as in a pull request",
        "lamina plan . --check lamina.plan.json --format markdown": "the same as a comment",
        "lamina plan . --env BP_PYTHON_VERSION=3.13 --production-runtime": "as a platform would, with a variable",
    },
    statuses={
        "1": "an error that was explained, or a decision differs from those in the file of --check",
        "2": "the command line is wrong, or the file of --check or --write",
    },
)
@application
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--check",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Compare the decisions with those in FILE, as a platform would decide: implies --production-runtime.",
)
@click.option("--write", type=OutputFile(), metavar="FILE", help="Write the decisions to FILE, for --check.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown"]),
    default=None,
    help="How --check prints what differs  [default: text]",
)
@click.option(
    "--layers",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Plan against the restored layers found in this folder, and estimate what they cost.",
)
@click.option(
    "--target",
    default=None,
    metavar="OS/ARCH",
    help="Plan for another target  [default: this machine; of --write linux/amd64; of --check that in FILE]",
)
@env_option
@env_file_option
@production_option
def plan(
    app: Path,
    as_json: bool,
    check: Path | None,
    write: Path | None,
    form: str | None,
    layers: Path | None,
    target: str | None,
    env: tuple[str, ...],
    env_file: Path | None,
    production_runtime: bool,
) -> None:
    """Print what a build of APP would decide, and why, without doing any of it."""
    from pure.review.renewing import renewing

    from shell.command.planning import PlanRequest, planned, print_plan

    _refuse(check, write, form, layers, as_json=as_json)
    descriptor = described(app, as_json=as_json)
    given = dict(descriptor.env) | given_variables(env, env_file)
    output = Output(redactor(given))
    request = PlanRequest(app=app.resolve(), descriptor=descriptor, environ=given, target=asked_target(target))
    renew = renewing(str(app), str(check or write), env, str(env_file or ""))
    if check is not None:
        _check(request, check, form=form or "text", as_json=as_json, output=output, renew=renew)
    elif write is not None:
        _write(request, write, as_json=as_json, output=output, renew=renew)
    else:
        found = planned(_with_local_runtime(request, layers, production=production_runtime), output)
        if isinstance(found, Failure):
            fail(found.failure(), output, as_json=as_json)
        print_plan(found.unwrap(), as_json=as_json, output=output)


def _refuse(check: Path | None, write: Path | None, form: str | None, layers: Path | None, *, as_json: bool) -> None:
    """Options that don't go together."""
    if check is not None and write is not None:
        raise click.UsageError("--check compares with a file, --write replaces it: give one of them.")
    if layers is not None and (check is not None or write is not None):
        raise click.UsageError("--layers has no part in --check and --write: decisions don't depend on earlier builds.")
    if form is not None and (check is None or as_json):
        raise click.UsageError("--format says how --check prints what differs, without --json.")


def _with_local_runtime(request: "PlanRequest", layers: Path | None, *, production: bool) -> "PlanRequest":
    import msgspec
    from pure.python.reasons import DEFAULT_VARIABLE

    from shell.command.local_runtime import cache_folder, foreseen_runtime

    minor, catalogue = (None, None) if production else foreseen_runtime(cache_folder())
    return msgspec.structs.replace(
        request,
        layers=layers.resolve() if layers else None,
        environ=({DEFAULT_VARIABLE: minor} if minor else {}) | dict(request.environ),
        catalogue=catalogue,
    )


def _check(
    request: "PlanRequest", file: Path, *, form: str, as_json: bool, output: Output, renew: tuple[str, ...]
) -> None:
    from pure.views.review_lines import check_lines, check_markdown, encode_check

    from shell.command.review import checked

    compared = checked(request, file, output)
    if isinstance(compared, Failure):
        _prevented(compared.failure(), request.target, as_json=as_json, output=output, renew=renew)
    changed, target = compared.unwrap().changed, compared.unwrap().golden.target
    if as_json:
        output.document(encode_check(str(file), changed).decode())
    else:
        say = check_markdown if form == "markdown" else check_lines
        output.lines(say(str(file), changed, renew=_for(target, renew)))
    sys.exit(1 if changed else 0)


def _write(request: "PlanRequest", file: Path, *, as_json: bool, output: Output, renew: tuple[str, ...]) -> None:
    from pure.views.review_lines import encode_written, written_lines

    from shell.command.review import written

    compared = written(request, file, output)
    if isinstance(compared, Failure):
        _prevented(compared.failure(), request.target, as_json=as_json, output=output, renew=renew)
    result = compared.unwrap()
    if as_json:
        output.document(encode_written(str(file), result.written, result.changed).decode())
    else:
        output.lines(written_lines(str(file), result.written, result.changed, len(result.golden.decisions)))


def _prevented(
    error: "Prevented", target: Target | None, *, as_json: bool, output: Output, renew: tuple[str, ...]
) -> NoReturn:
    """End as what prevents a plan does, or with another status where the file of a plan is at fault."""
    from pure.views.review_words import describe_golden

    if isinstance(error, Message):
        fail(error, output, as_json=as_json)
    fail(describe_golden(error, renew=_for(str(target or ""), renew)), output, 2, as_json=as_json)


def _for(target: str, renew: tuple[str, ...]) -> tuple[str, ...]:
    from shell.command.review import DEFAULT_TARGET

    return renew if target in ("", str(DEFAULT_TARGET)) else (*renew, "--target", target)
