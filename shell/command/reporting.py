"""Defines ``lamina report``: the page of an image."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from pure.redaction import redactor, without_credentials

from shell.command.documented import Documented
from shell.command.given import OutputFile
from shell.command.images import ImageReader, builds_of, end_of_life, image_options, offer_paths
from shell.output import Output

if TYPE_CHECKING:
    from pure.image.contents import Contents
    from pure.image.difference import Comparison
    from pure.image.manifest import Image
    from pure.views.page.filling import Known


@click.command(
    cls=Documented,
    examples={
        "lamina report path/to/app --html report.html": "of what was built here, with what its build took",
        "lamina report podman:shop --html report.html --previous registry.example.com/shop:v1": "with what differs",
    },
)
@click.argument("image", shell_complete=offer_paths)
@click.option(
    "--html",
    "file",
    required=True,
    type=OutputFile(),
    help="The file for the page, which needs nothing beside it.",
)
@click.option(
    "--previous", metavar="IMAGE", shell_complete=offer_paths, help="Show what differs from another image, too."
)
@image_options
def report(image: str, file: Path, previous: str | None, cache: Path | None, platform: str) -> None:
    """Show IMAGE as a page for a browser: what it is made of, what was decided and why, what its build took.

    Images are what explain takes, or the folder that builds had as --cache.
    """
    from pure.message import Message
    from pure.views.page.document import document
    from pure.views.page.filling import page
    from pure.views.page.sections import summary
    from pure.wording import size

    from shell.disk import said

    hide = redactor({})
    output = Output(hide)
    shown = without_credentials(page(_known(output, image, previous, cache=cache, platform=platform)), hide)
    text = document(shown).encode()
    try:
        _write(file, text)
    except OSError as error:
        place = f"{error.filename or file}: {said(error)}"
        ImageReader(output, as_json=False).stop(Message(happened="The page can't be written", found=(place,)))
    output.lines((f"Wrote {file} ({size(len(text))}): {shown.name}, {summary(shown)}",))


def _write(file: Path, text: bytes) -> None:
    from shell.layer_store import write_atomically

    if file.exists() and not file.is_file():
        # A pipe or a terminal, which nothing may take the place of.
        file.write_bytes(text)
    else:
        write_atomically(file.resolve(), text)


def _known(output: Output, text: str, previous: str | None, *, cache: Path | None, platform: str) -> "Known":
    from datetime import UTC, datetime

    from pure.views.explained import explained_python
    from pure.views.page.filling import Known

    from shell.command.timing import kept_timeline

    def read(reference: str) -> "tuple[Image, Contents]":
        return _read(ImageReader(output, as_json=False, cache=cache, platform=platform), reference)

    before = None if previous is None else (output.redacted(previous), *read(previous))
    image, contents = read(text)
    name = output.redacted(text)
    today = datetime.now(tz=UTC).date()
    return Known(
        reference=name,
        image=image,
        contents=contents,
        python=explained_python(image, contents, end_of_life=end_of_life(), today=today),
        timeline=kept_timeline(builds_of(text, cache), image.labels),
        compared=_compared(before, (name, image, contents)) if before else None,
    )


def _read(reader: ImageReader, reference: str) -> "tuple[Image, Contents]":
    from shell.images.inside import measure, read_contents

    with reader.opened(reference) as opened:
        contents = reader.read(read_contents(opened))
        if opened.local:
            reader.read(measure(opened))
        return opened.image, contents


def _compared(before: "tuple[str, Image, Contents]", after: "tuple[str, Image, Contents]") -> "Comparison":
    from pure.image.difference import compare_sides
    from pure.image.side import side_of_image

    one, other = (side_of_image(image, contents, name=name) for name, image, contents in (before, after))
    return compare_sides(one, other)
