"""Compares what two references lead to: images, local builds, plans."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pure.image.difference import Comparison, compare
from pure.image.side import Side, side_of_image
from pure.message import Message
from pure.outcome import Failure, Outcome, Success
from pure.report.build_log import error_lines
from pure.report.compared import comparison_lines, comparison_markdown, encode_comparison
from pure.report.planned import side_of_plan
from pure.report.prose.images import describe_image
from pure.report.prose.plans import describe_plan, describe_unread_plan
from pure.report.record import encode_error

from shell.command.local_runtime import application_cache
from shell.disk import said
from shell.images import open_image
from shell.images.inside import read_contents
from shell.images.places import stored_in
from shell.output import Output

PLAN: Final = "plan:"
_STDIN: Final = "-"

# As of diff: a difference must not be mistaken for something that couldn't be compared.
DIFFERS: Final = 1
FAILED: Final = 2

FORMATS: Final[dict[str, Callable[[Comparison], tuple[str, ...]]]] = {
    "text": comparison_lines,
    "markdown": comparison_markdown,
}


def print_comparison(before: str, after: str, *, platform: str, form: str, as_json: bool, output: Output) -> int:
    """Print how two sides differ; the exit status, which is ``DIFFERS`` where they do."""
    sides: list[Side] = []
    for text in (before, after):
        side = _plan(text) if text.startswith(PLAN) else _image(text, platform)
        if isinstance(side, Failure):
            message = side.failure()
            if as_json:
                output.document(encode_error(message, redact=output.redacted).decode())
            else:
                output.lines(error_lines(message))
            return FAILED
        sides.append(side.unwrap())
    compared = compare(*sides)
    if as_json:
        output.document(encode_comparison(compared).decode())
    else:
        output.lines(FORMATS[form](compared))
    return DIFFERS if compared.differs else 0


def _plan(text: str) -> Outcome[Side, Message]:
    file = text.removeprefix(PLAN)
    try:
        document = sys.stdin.buffer.read() if file == _STDIN else Path(file).read_bytes()
    except OSError as error:
        return Failure(describe_unread_plan(text, said(error)))
    side = side_of_plan(document, name=text)
    return Failure(describe_plan(text, side.failure())) if isinstance(side, Failure) else Success(side.unwrap())


def _image(text: str, platform: str) -> Outcome[Side, Message]:
    folder = Path(text)
    # The folder of an application's builds can be named itself: so two builds of one application are compared.
    cache = folder if stored_in(folder) is not None else application_cache(folder)
    opened = open_image(text, cache=cache, platform=platform)
    if isinstance(opened, Failure):
        return Failure(describe_image(opened.failure()))
    with opened.unwrap() as image:
        inside = read_contents(image)
        if isinstance(inside, Failure):
            return Failure(describe_image(inside.failure()))
        return Success(side_of_image(image.image, inside.unwrap(), name=text))
