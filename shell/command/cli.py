"""Defines the console script ``lamina``: plan, build, run, compare and pack without a platform."""

import os
import shlex
import shutil
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from pure.outcome import Failure
from pure.redaction import redactor

from shell.command import doctor, plan
from shell.command.comparing import compare
from shell.command.documented import Documented, DocumentedGroup
from shell.command.explaining import explain
from shell.command.given import (
    BUILDPACK,
    application,
    cache_option,
    described,
    env_file_option,
    env_option,
    fail,
    given_variables,
    production_option,
)
from shell.command.progress import working
from shell.command.reporting import report
from shell.output import Output, utf8_streams

if TYPE_CHECKING:
    from shell.command.local_runtime import LocalRuntime


@click.group(
    cls=DocumentedGroup,
    examples={
        "lamina plan .": "see what would be decided over this folder, and why",
        "lamina build .": "build it",
        "lamina run .": "start what was built",
        "lamina doctor": "see what this machine lacks for that",
    },
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="lamina")
def lamina() -> None:
    """Build Python applications into images, and see every decision before it is carried out."""


lamina.add_command(plan.plan)
lamina.add_command(doctor.doctor)


@lamina.command(
    cls=Documented,
    examples={
        "lamina build .": "build this folder",
        "lamina build . --env PIP_INDEX_URL --env BP_PYTHON_VERSION=3.13": "with a variable of this shell, and another",
        "lamina build . --run-image base --output image": "an image for others, as an OCI layout",
        "lamina build . --clear-cache --production-runtime": "as a platform builds it for the first time",
    },
)
@application
@env_option
@env_file_option
@cache_option
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
@production_option
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
    from pure.report.build_log import build_failed

    from shell.command.local_runtime import application_cache
    from shell.command.terminal import Terminal
    from shell.command.timing import Timing
    from shell.lifecycle import LocalBuild
    from shell.lifecycle import build as build_locally
    from shell.world import read_target

    descriptor = described(app)
    given = dict(descriptor.env) | given_variables(env, env_file)
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
            output.lines(build_failed(error.buildpack))
            sys.exit(1)
        fail(describe_lifecycle(error), output)
    timing.keep(request.cache, built.unwrap().labels)
    words = (_own_name(), "run", str(app), *(("--cache", str(cache)) if cache else ()))
    terminal.finished(built.unwrap(), shlex.join(words))


@lamina.command(
    cls=Documented,
    examples={
        "lamina run . --env PORT=8080": "start what was built from this folder",
        "lamina run . --process worker": "another of its processes",
        "lamina run . -- python -m this": "another command in the same image",
    },
    statuses={"any other": "that of the process"},
    context_settings={"ignore_unknown_options": False},
)
@application
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--env",
    "-e",
    "env",
    multiple=True,
    metavar="NAME[=VALUE]",
    help="Set a variable for the process, such as PORT; without a value, pass on that of this shell.",
)
@env_file_option
@cache_option
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

    from shell.command.local_runtime import application_cache
    from shell.lifecycle import run as run_locally

    given = given_variables(env, env_file)
    ended = run_locally(cache or application_cache(app), process=process, command=command or None, env=given)
    if isinstance(ended, Failure):
        fail(describe_lifecycle(ended.failure()), Output(redactor(given)))
    sys.exit(ended.unwrap())


lamina.add_command(explain)
lamina.add_command(compare)
lamina.add_command(report)


@lamina.group(
    cls=DocumentedGroup,
    examples={"lamina runtime pack --output runtimes": "make an archive of the Python that runs lamina"},
)
def runtime() -> None:
    """Make and inspect archives of Python."""


@runtime.command(
    cls=Documented,
    examples={
        "lamina runtime pack": "pack the Python that runs lamina, into this folder",
        "lamina runtime pack --python /usr/bin/python3.13 --output runtimes": "another one, into another folder",
    },
)
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
    with working(f"Packing {python}"):
        packed = pack_installation(python, folder.resolve())
    if isinstance(packed, Failure):
        fail(describe_archive(packed.failure()), output)
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
    # As after Ctrl+C: what was started must not outlive us.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        utf8_streams()
        lamina(prog_name="lamina")
    except Exception as error:  # noqa: BLE001  (the last resort: the user gets a message, not a traceback)
        from shell.failure import internal_error

        sys.exit(internal_error(error))


def _local_runtime() -> "LocalRuntime":
    from pure.report.prose.archives import describe_archive

    from shell.command.local_runtime import cache_folder, is_packed, local_runtime

    cache = cache_folder()
    if not is_packed(cache):
        click.echo("Packing the interpreter that runs lamina, once (--production-runtime does without)", err=True)
    with working("Packing the interpreter"):
        packed = local_runtime(cache)
    if isinstance(packed, Failure):
        fail(describe_archive(packed.failure()), Output(redactor({})))
    return packed.unwrap()


def _own_interpreter() -> dict[str, str]:
    """What the launchers start the buildpack with where its folder has no interpreter, as an installed one."""
    return {"LAMINA_PYTHON": sys.executable, "LAMINA_PACKAGES": str(Path(msgspec.__file__).parents[1])}


def _own_name() -> str:
    """What starts this command again: its path, where the shell wouldn't find it by its name."""
    started = sys.argv[0]
    return started if Path(started).name == "lamina" and not shutil.which("lamina") else "lamina"
