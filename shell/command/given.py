"""Reads what several commands are given: the application, its variables, its ``project.toml``, a target."""

import os
import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click
from pure.message import Message
from pure.outcome import Failure
from pure.redaction import redactor
from pure.target import Target

from shell.output import Output

if TYPE_CHECKING:
    from pure.lifecycle.project_toml import ProjectDescriptor

# The folder that holds `shell/`: the repository, or that of the installed package.
BUILDPACK: Final = Path(__file__).resolve().parents[2]

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")

application = click.argument("app", type=click.Path(exists=True, file_okay=False, path_type=Path))
env_file_option = click.option(
    "--env-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Set the variables of a file of NAME=VALUE lines.",
)
env_option = click.option(
    "--env",
    "-e",
    "env",
    multiple=True,
    metavar="NAME[=VALUE]",
    help="Set a variable for the build; without a value, pass on that of this shell.",
)
cache_option = click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder for this application's cache and image  [default: below ~/.cache/lamina]",
)
production_option = click.option(
    "--production-runtime",
    is_flag=True,
    help="Take Python from the buildpack's catalogue, as a platform does, not the interpreter that runs lamina.",
)


class OutputFile(click.Path):
    """A file that is written, in a folder that is there: a word misspelt in a path makes no folders."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, path_type=Path)

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """The file, by its path; before anything is read or built for it."""
        file = super().convert(value, param, ctx)
        if os.fspath(value) == "-":
            # Elsewhere this is the standard input or output, and a file of that name is hard to be rid of.
            self.fail("- is the name of no file here; ./- is", param, ctx)
        folder = os.path.dirname(os.path.realpath(file))  # noqa: PTH120  (no link or lack of permission stops it)
        if not os.path.isdir(folder):  # noqa: PTH112
            shown = os.fsdecode(folder)
            self.fail(f"there is no folder {shown}; make it first: mkdir -p {shlex.quote(shown)}", param, ctx)
        return file


def given_variables(given: Sequence[str], file: Path | None) -> dict[str, str]:
    """The variables of ``--env-file``, and of ``--env``, which beat them."""
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


def described(app: Path, *, as_json: bool = False) -> "ProjectDescriptor":
    """What the application's ``project.toml`` says."""
    from pure.lifecycle.project_toml import FILE, read_descriptor
    from pure.lifecycle.prose import describe_lifecycle

    from shell.files import ReadError, optional

    try:
        read = read_descriptor(optional(app / FILE, within=app))
    except ReadError as failed:
        from pure.report.prose.disk import describe_disk

        fail(describe_disk(failed.error), Output(redactor({})), as_json=as_json)
    if isinstance(read, Failure):
        fail(describe_lifecycle(read.failure()), Output(redactor({})), as_json=as_json)
    return read.unwrap()


def asked_target(text: str | None) -> Target | None:
    """The target that ``--target`` names."""
    if text is None:
        return None
    system, _, arch = text.partition("/")
    if system != "linux" or arch not in ("amd64", "arm64"):
        raise click.UsageError(f"--target: {text!r} is not a target of this buildpack; use linux/amd64 or linux/arm64.")
    return Target(os=system, arch=arch)


def fail(message: Message, output: Output, status: int = 1, *, as_json: bool = False) -> NoReturn:
    """End with an error that is explained: in words, or as JSON to whoever asked for that.

    The exit status tells it from what was asked for.
    """
    if as_json:
        from pure.report.record import encode_error

        output.document(encode_error(message, redact=output.redacted).decode())
    else:
        from pure.report.build_log import error_lines

        output.lines(error_lines(message))
    sys.exit(status)
