"""Defines the console script ``lamina``: plan, build, run, compare and pack without a platform."""

import os
import re
import shlex
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
import msgspec
from pure.message import Message
from pure.outcome import Failure
from pure.python.reasons import DEFAULT_VARIABLE
from pure.redaction import redactor
from pure.report import build_log
from pure.target import Target

from shell.command.comparing import compare
from shell.command.explaining import explain
from shell.command.local_runtime import (
    LocalRuntime,
    application_cache,
    cache_folder,
    foreseen_runtime,
    is_packed,
    local_runtime,
)
from shell.command.reporting import report
from shell.output import Output, utf8_streams

if TYPE_CHECKING:
    from pure.lifecycle.project_toml import ProjectDescriptor

# The folder that holds `shell/`: the repository, or that of the installed package.
BUILDPACK = Path(__file__).resolve().parents[2]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="lamina")
def lamina() -> None:
    """Build Python applications into images, and see every decision before it is carried out."""


_application = click.argument("app", type=click.Path(exists=True, file_okay=False, path_type=Path))
_env = click.option(
    "--env",
    "-e",
    "env",
    multiple=True,
    metavar="NAME[=VALUE]",
    help="Set a variable for the build; without a value, pass on that of this shell.",
)
_env_file = click.option(
    "--env-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Set the variables of a file of NAME=VALUE lines.",
)
_cache = click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder for this application's cache and image  [default: below ~/.cache/lamina]",
)
_production = click.option(
    "--production-runtime",
    is_flag=True,
    help="Take Python from the buildpack's catalogue, as a platform does, not the interpreter that runs lamina.",
)


@lamina.command()
@_application
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--layers",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Plan against the restored layers found in this folder.",
)
@click.option("--target", default=None, metavar="OS/ARCH", help="Plan for another target  [default: this machine]")
@_env
@_env_file
@_production
def plan(
    app: Path,
    as_json: bool,
    layers: Path | None,
    target: str | None,
    env: tuple[str, ...],
    env_file: Path | None,
    production_runtime: bool,
) -> None:
    """Print what a build of APP would decide, and why, without doing any of it."""
    from pure.report.record import encode_error

    from shell.command.planning import print_plan

    descriptor = _descriptor(app)
    given = dict(descriptor.env) | _variables(env, env_file)
    minor, catalogue = (None, None) if production_runtime else foreseen_runtime(cache_folder())
    output = Output(redactor(given))
    error = print_plan(
        buildpack=BUILDPACK,
        app=app.resolve(),
        descriptor=descriptor,
        layers=layers.resolve() if layers else None,
        environ=({DEFAULT_VARIABLE: minor} if minor else {}) | given,
        catalogue=catalogue,
        target=_target(target),
        as_json=as_json,
        output=output,
    )
    if error is None:
        return
    if as_json:
        # Whoever reads JSON gets JSON in either case; the exit status tells them apart.
        output.document(encode_error(error, redact=output.redacted).decode())
        sys.exit(1)
    _fail(error, output)


@lamina.command()
@_application
@_env
@_env_file
@_cache
@click.option("--clear-cache", is_flag=True, help="Build as if for the first time.")
@click.option(
    "--run-image",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The image to build upon, as an OCI layout folder.",
)
@click.option("--output", "layout", type=click.Path(path_type=Path), help="Write the image to this OCI layout folder.")
@click.option(
    "--buildpack",
    "buildpacks",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Build with these buildpack folders, in order, instead of Lamina alone; repeatable.",
)
@_production
def build(
    app: Path,
    env: tuple[str, ...],
    env_file: Path | None,
    cache: Path | None,
    clear_cache: bool,
    run_image: Path | None,
    layout: Path | None,
    buildpacks: tuple[Path, ...],
    production_runtime: bool,
) -> None:
    """Build APP by a local lifecycle: detect, restore, build, export."""
    from pure.lifecycle.errors import BuildpackFailed
    from pure.lifecycle.prose import describe_lifecycle

    from shell.command.terminal import Terminal
    from shell.command.timing import Timing
    from shell.lifecycle import LocalBuild
    from shell.lifecycle import build as build_locally
    from shell.world import read_target

    descriptor = _descriptor(app)
    given = dict(descriptor.env) | _variables(env, env_file)
    output = Output(redactor(given))
    if descriptor.group:
        output.lines(("Note: the buildpacks that project.toml names aren't followed; --buildpack names others",))
    local = None if production_runtime else _local_runtime()
    request = LocalBuild(
        app=app.resolve(),
        buildpacks=buildpacks or (BUILDPACK,),
        cache=cache or application_cache(app),
        target=read_target({}),
        env=given,
        operator_env=(local.operator_env() if local else {}) | _own_interpreter(),
        # This shell's search paths belong to its user, not to a build image.
        environ={name: value for name, value in os.environ.items() if not name.endswith("PATH")},
        clear_cache=clear_cache,
        run_image=run_image,
        output=layout,
        descriptor=descriptor,
    )
    with Terminal(output) as terminal:
        timing = Timing(terminal.show)
        built = build_locally(request, on_event=timing.hear)
    if isinstance(built, Failure):
        error = built.failure()
        if isinstance(error, BuildpackFailed):
            # The buildpack has explained itself: a second block would only push its own out of sight.
            output.lines(build_log.build_failed(error.buildpack))
            sys.exit(1)
        _fail(describe_lifecycle(error), output)
    timing.keep(request.cache, built.unwrap().labels)
    words = (_own_name(), "run", str(app), *(("--cache", str(cache)) if cache else ()))
    terminal.finished(built.unwrap(), shlex.join(words))


@lamina.command(context_settings={"ignore_unknown_options": False})
@_application
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--env",
    "-e",
    "env",
    multiple=True,
    metavar="NAME[=VALUE]",
    help="Set a variable for the process, such as PORT; without a value, pass on that of this shell.",
)
@_env_file
@_cache
@click.option("--process", default=None, help="Start this process type  [default: the image's default]")
def run(
    app: Path,
    command: tuple[str, ...],
    env: tuple[str, ...],
    env_file: Path | None,
    cache: Path | None,
    process: str | None,
) -> None:
    """Start the image that was built from APP, with its launch layers only; or, after --, another command in it."""
    from pure.lifecycle.prose import describe_lifecycle

    from shell.lifecycle import run as run_locally

    given = _variables(env, env_file)
    ended = run_locally(cache or application_cache(app), process=process, command=command or None, env=given)
    if isinstance(ended, Failure):
        _fail(describe_lifecycle(ended.failure()), Output(redactor(given)))
    sys.exit(ended.unwrap())


lamina.add_command(explain)
lamina.add_command(compare)
lamina.add_command(report)


@lamina.group()
def runtime() -> None:
    """Make and inspect archives of Python."""


@runtime.command()
@click.option(
    "--python",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=Path(sys.executable),
    help="The interpreter whose installation is packed  [default: the one that runs lamina]",
)
@click.option(
    "--output",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="The folder for the archive and its catalogue  [default: here]",
)
def pack(python: Path, folder: Path) -> None:
    """Make an archive and its catalogue entry from an existing CPython installation."""
    from pure.python.catalogue import Catalogue, encode_catalogue
    from pure.report.prose.archives import describe_archive
    from pure.wording import size

    from shell.command.runtime_pack import pack as pack_installation
    from shell.layer_store import write_atomically

    output = Output(redactor({}))
    packed = pack_installation(python, folder.resolve())
    if isinstance(packed, Failure):
        _fail(describe_archive(packed.failure()), output)
    result = packed.unwrap()
    catalogue = Path(result.archive.removesuffix(".tar.gz") + ".json")
    write_atomically(catalogue, encode_catalogue(Catalogue(runtimes=(result.entry,))))
    output.lines(
        (
            f"Packed Python {result.entry.version} for {result.entry.target}",
            f"  Archive:   {result.archive} ({size(result.size)})",
            f"  Catalogue: {catalogue}",
            f"  Use it:    BP_PYTHON_CATALOGUE={shlex.quote(str(catalogue))}",
        )
    )


def main() -> None:
    """Run the console script; an exception that escapes is reported as the bug it is."""
    utf8_streams()
    # As after Ctrl+C: what was started must not outlive us.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        lamina(prog_name="lamina")
    except Exception as error:  # noqa: BLE001  (the last resort: the user gets a message, not a traceback)
        from shell.failure import internal_error

        sys.exit(internal_error(error))


def _variables(given: Sequence[str], file: Path | None) -> dict[str, str]:
    found: dict[str, str] = {}
    if file is not None:
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            stripped = line.strip()
            if stripped and not stripped.startswith("#"):
                name, value = _pair(stripped, f"{file}, line {number}")
                found[name] = value
    for pair in given:
        name, value = _pair(pair, "--env")
        found[name] = value
    return found


def _descriptor(app: Path) -> "ProjectDescriptor":
    """What the application's ``project.toml`` says."""
    from pure.lifecycle.project_toml import FILE, read_descriptor
    from pure.lifecycle.prose import describe_lifecycle

    from shell.files import ReadError, optional

    try:
        read = read_descriptor(optional(app / FILE, within=app))
    except ReadError as failed:
        from pure.report.prose.disk import describe_disk

        _fail(describe_disk(failed.error), Output(redactor({})))
    if isinstance(read, Failure):
        _fail(describe_lifecycle(read.failure()), Output(redactor({})))
    return read.unwrap()


def _pair(text: str, place: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not _NAME.match(name):
        # What was meant as a value may be a secret: only what stands before the first "=" is shown.
        raise click.UsageError(f"{place}: {name[:40]!r} is not a variable's name; write NAME=VALUE.")
    if equals:
        return name, value
    if name not in os.environ:
        raise click.UsageError(f"{place}: {name} has no value, and this shell has no variable of that name.")
    return name, os.environ[name]


def _local_runtime() -> LocalRuntime:
    from pure.report.prose.archives import describe_archive

    cache = cache_folder()
    if not is_packed(cache):
        click.echo("Packing the interpreter that runs lamina, once (--production-runtime does without)", err=True)
    packed = local_runtime(cache)
    if isinstance(packed, Failure):
        _fail(describe_archive(packed.failure()), Output(redactor({})))
    return packed.unwrap()


def _own_interpreter() -> dict[str, str]:
    """What the launchers start the buildpack with where its folder has no interpreter, as an installed one."""
    return {"LAMINA_PYTHON": sys.executable, "LAMINA_PACKAGES": str(Path(msgspec.__file__).parents[1])}


def _target(text: str | None) -> Target | None:
    if text is None:
        return None
    system, _, arch = text.partition("/")
    if system != "linux" or arch not in ("amd64", "arm64"):
        raise click.UsageError(f"--target: {text!r} is not a target of this buildpack; use linux/amd64 or linux/arm64.")
    return Target(os=system, arch=arch)


def _own_name() -> str:
    """What starts this command again: its path, where the shell wouldn't find it by its name."""
    started = sys.argv[0]
    return started if Path(started).name == "lamina" and not shutil.which("lamina") else "lamina"


def _fail(message: Message, output: Output) -> NoReturn:
    output.lines(build_log.error_lines(message))
    sys.exit(1)
