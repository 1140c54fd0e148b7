"""Gives the help of each command its examples, its exit statuses, and words that a shell completes."""

from collections.abc import Mapping
from typing import Any, Final

import click

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


def write_sections(formatter: click.HelpFormatter, examples: Mapping[str, str], statuses: Mapping[str, str]) -> None:
    """Examples, each on a line of its own that can be copied, below what it does; then exit statuses."""
    with formatter.section("Examples"):
        for command, does in examples.items():
            formatter.write(f"{'':{formatter.current_indent}}# {does}\n{'':{formatter.current_indent}}{command}\n")
    with formatter.section("Exit statuses"):
        formatter.write_dl(sorted(statuses.items(), key=lambda row: (not row[0].isdigit(), row[0].zfill(9))))
