"""Defines ``lamina compare``: how two images, local builds or plans differ."""

import shutil
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from pure.outcome import Failure
from pure.redaction import redactor, without_credentials
from pure.visible import whole

from shell.command.documented import Documented
from shell.command.images import ImageReader, image_options, offer_paths
from shell.output import Output

if TYPE_CHECKING:
    from pure.image.side import Side

# As of diff: what can't be read must not be mistaken for a difference.
DIFFERS: Final = 1
FAILED: Final = 2

_PLAN: Final = "plan:"
_STDIN: Final = "-"
_MARKDOWN: Final = "markdown"


@click.command(
    cls=Documented,
    examples={
        "lamina compare registry.example.com/team/shop:v1 registry.example.com/team/shop:v2": "what a release changes",
        "lamina compare podman:shop path/to/app --exit-code": "a local build with an engine's image, for a script",
        "lamina compare podman:shop plan:plan.json --format markdown": "an image with what plan --json printed",
    },
    statuses={"1": "with --exit-code: something differs", "2": "the command line is wrong, or a side can't be read"},
)
@click.argument("before", metavar="A", shell_complete=offer_paths)
@click.argument("after", metavar="B", shell_complete=offer_paths)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, of a documented schema.")
@click.option("--exit-code", is_flag=True, help="End with status 1 if anything differs.")
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", _MARKDOWN)),
    default="text",
    show_default=True,
    help="As text, or as Markdown for a comment.",
)
@image_options
def compare(
    before: str, after: str, as_json: bool, exit_code: bool, form: str, cache: Path | None, platform: str
) -> None:
    """Say how B differs from A: what was decided and why, distributions, layers, and the bytes that move.

    Each is what explain takes, or the folder that builds had as --cache, or plan:FILE with what plan --json printed
    (plan:- reads it from the standard input).
    """
    from pure.image.difference import compare_sides
    from pure.views.compared import comparison_lines, comparison_markdown, encode_comparison

    hide = redactor({})
    output = Output(hide)

    def side(text: str) -> "Side":
        reader = ImageReader(output, as_json=as_json, cache=cache, platform=platform, status=FAILED)
        return _plan(reader, text) if text.startswith(_PLAN) else _image(reader, text)

    compared = without_credentials(compare_sides(side(before), side(after)), hide)
    if as_json:
        output.document(encode_comparison(compared).decode())
    elif form == _MARKDOWN:
        output.lines(comparison_markdown(compared))
    elif sys.stdout.isatty():
        output.lines(comparison_lines(compared, width=shutil.get_terminal_size().columns))
    else:
        output.lines(comparison_lines(compared))
    if exit_code and compared.differs:
        sys.exit(DIFFERS)


def _plan(reader: ImageReader, text: str) -> "Side":
    from pure.views.plan_words import describe_plan, describe_unread_plan
    from pure.views.planned import side_of_plan
    from pure.wording import size

    from shell.disk import said
    from shell.files import MOST_BYTES

    file = text.removeprefix(_PLAN)
    try:
        # It may be a pipe, as of <(lamina plan --json).
        with nullcontext(sys.stdin.buffer) if file == _STDIN else Path(file).open("rb") as stream:
            document = stream.read(MOST_BYTES + 1)
    except OSError as error:
        reader.stop(describe_unread_plan(file, said(error)))
    if len(document) > MOST_BYTES:
        reader.stop(describe_unread_plan(file, f"it has more than {size(MOST_BYTES)}, the most that is read"))
    found = side_of_plan(document, name=whole(text))
    if isinstance(found, Failure):
        reader.stop(describe_plan(file, found.failure()))
    return found.unwrap()


def _image(reader: ImageReader, text: str) -> "Side":
    from pure.image.side import side_of_image

    from shell.images.inside import read_contents

    with reader.opened(text) as opened:
        contents = reader.read(read_contents(opened))
        return side_of_image(opened.image, contents, name=whole(text))
