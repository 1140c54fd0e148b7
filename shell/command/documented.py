"""Gives the help of each command its examples, its exit statuses, and words that a shell completes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import click
from pure.message import Message
from pure.redaction import redactor

from shell.command.given import fail
from shell.output import Output

STATUSES: Final[Mapping[str, str]] = {
    "0": "all is well",
    "1": "an error that was explained",
    "2": "the command line is wrong",
    "70": "a bug of Lamina's, with what to report",
    "74": "the standard output can't be written to",
    "128 + n": "ended by signal n",
}
"""Of every command, unless it says otherwise."""


class Documented(click.Command):
    """A command whose help ends with examples, each with what it does, and with exit statuses."""

    def __init__(
        self,
        *args: Any,  # noqa: ANN401  (click's own, handed on)
        examples: Mapping[str, str],
        statuses: Mapping[str, str] | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        """``statuses`` replace those of every command, by their numbers, or come beside them."""
        super().__init__(*args, **kwargs)
        self.examples = examples
        self.statuses = {**STATUSES, **(statuses or {})}

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line."""
        asked = "--json" in args and any(each.name == "as_json" for each in self.params)
        with _told_as(ctx, as_json=asked):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        """Carry it out."""
        with _told_as(ctx, as_json=ctx.params.get("as_json", False)):
            return super().invoke(ctx)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write both below the options."""
        write_sections(formatter, self.examples, self.statuses)


class DocumentedGroup(click.Group):
    """A group of such commands."""

    def __init__(
        self,
        *args: Any,  # noqa: ANN401
        examples: Mapping[str, str],
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        """The same."""
        super().__init__(*args, **kwargs)
        self.examples, self.statuses = examples, STATUSES

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write both below the commands."""
        write_sections(formatter, self.examples, self.statuses)


@contextmanager
def _told_as(ctx: click.Context, *, as_json: bool) -> Iterator[None]:
    """What is wrong with the command line is a document to whoever asked for one, as every other error is."""
    try:
        yield
    except click.UsageError as error:
        if not as_json:
            raise
        message = Message(
            happened="The command line is wrong",
            found=(error.format_message(),),
            do=(f"See {ctx.command_path} --help",),
        )
        fail(message, Output(redactor({})), error.exit_code, as_json=True)


def write_sections(formatter: click.HelpFormatter, examples: Mapping[str, str], statuses: Mapping[str, str]) -> None:
    """Examples, each on a line of its own that can be copied, below what it does; then exit statuses."""
    with formatter.section("Examples"):
        for command, does in examples.items():
            formatter.write(f"{'':{formatter.current_indent}}# {does}\n{'':{formatter.current_indent}}{command}\n")
    with formatter.section("Exit statuses"):
        formatter.write_dl(sorted(statuses.items(), key=lambda row: (not row[0].isdigit(), row[0].zfill(9))))
