"""Defines the command ``lamina compare``."""

import sys

import click
from pure.redaction import redactor

from shell.output import Output


@click.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object  [docs/schemas/comparison.json].")
@click.option("--exit-code", is_flag=True, help="End with status 1 if anything differs.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown"]),
    default="text",
    help="As text, or as Markdown for a comment  [default: text]",
)
@click.option(
    "--platform", default="", metavar="OS/ARCH", help="Of several images of one reference  [default: this machine's]"
)
def compare(before: str, after: str, as_json: bool, exit_code: bool, form: str, platform: str) -> None:
    """Print how B differs from A: decisions and why, distributions, layers, and the bytes that a deployment moves.

    \b
    A and B are each one of:
      a folder with an OCI image layout, or an archive of an image
      an application's folder, of which lamina build made an image
      the folder of such builds, as --cache names it
      docker:NAME, podman:NAME, or HOST/NAME:TAG in a registry
      plan:FILE, as lamina plan --json wrote it; plan:- is read from the standard input

    \b
    Examples:
      lamina compare registry.example/shop:v1 registry.example/shop:v2
      lamina compare --exit-code shop.tar path/to/app
      lamina plan path/to/app --json | lamina compare docker:shop plan:-
    """
    from shell.command.comparing import DIFFERS, print_comparison

    output = Output(redactor({}))
    status = print_comparison(before, after, platform=platform, form=form, as_json=as_json, output=output)
    sys.exit(0 if status == DIFFERS and not exit_code else status)
