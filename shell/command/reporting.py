"""Writes the page of an image: ``lamina report``."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pure.image.contents import Contents
    from pure.image.errors import ImageError
    from pure.image.manifest import Image
    from pure.outcome import Outcome
    from pure.report.page.filling import Known

    from shell.output import Output


@click.command()
@click.argument("image")
@click.option(
    "--html",
    "file",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file for the page, which is all that the page needs.",
)
@click.option("--previous", metavar="IMAGE", help="Show what differs from another image, too.")
@click.option("--platform", default="", metavar="OS/ARCH", help="Of an image for several, that for this one.")
def report(image: str, file: Path, previous: str | None, platform: str) -> None:
    """Show IMAGE as a page for a browser: what it is made of, what was decided and why, what its build took.

    \b
    IMAGE is one of:
      a folder with an OCI image layout, or an archive of an image
      an application's folder, of which lamina build made an image
      the folder of such builds, as --cache names it
      docker:NAME, podman:NAME, or HOST/NAME:TAG in a registry

    \b
    Examples:
      lamina report path/to/app --html report.html
      lamina report docker:shop --html report.html --previous registry.example/shop:v1
    """
    from pure.message import Message
    from pure.outcome import Failure
    from pure.redaction import redactor
    from pure.report.build_log import error_lines
    from pure.report.page.document import document
    from pure.report.page.filling import page
    from pure.report.page.sections import summary
    from pure.report.prose.images import describe_image
    from pure.wording import size
    from rich.console import Console

    from shell.disk import said
    from shell.layer_store import write_atomically
    from shell.output import Output

    output = Output(redactor({}))
    console = Console(stderr=True)
    with console.status(f"Reading {output.shown(image)}") if console.is_terminal else nullcontext():
        known = _known(image, previous, platform=platform, output=output)
    if isinstance(known, Failure):
        output.lines(error_lines(describe_image(known.failure())))
        sys.exit(1)
    shown = page(known.unwrap())
    text = document(shown).encode()
    try:
        if file.exists() and not file.is_file():
            # A pipe or a terminal, which nothing may take the place of.
            file.write_bytes(text)
        else:
            write_atomically(file.resolve(), text)
    except OSError as error:
        place = str(error.filename or file)
        message = Message(happened="The page can't be written", found=(f"{place}: {said(error)}",))
        output.lines(error_lines(message))
        sys.exit(1)
    output.lines((f"Wrote {file} ({size(len(text))}): {shown.name}, {summary(shown)}",))


def _known(text: str, previous: str | None, *, platform: str, output: "Output") -> "Outcome[Known, ImageError]":
    from pure.image.difference import compare
    from pure.image.side import side_of_image
    from pure.outcome import Failure, Success
    from pure.report.page.filling import Known

    from shell.command.timing import kept_timeline

    read = _read(text, platform)
    if isinstance(read, Failure):
        return read
    image, contents = read.unwrap()
    name = output.redacted(text)
    compared = None
    if previous is not None:
        other = _read(previous, platform)
        if isinstance(other, Failure):
            return other
        before = side_of_image(*other.unwrap(), name=output.redacted(previous))
        compared = compare(before, side_of_image(image, contents, name=name))
    times = kept_timeline(_builds(text), image.labels)
    return Success(Known(reference=name, image=image, contents=contents, timeline=times, compared=compared))


def _builds(text: str) -> Path:
    """The folder of the builds of an application, were the reference an application's folder, or that one itself."""
    from shell.command.local_runtime import application_cache
    from shell.images.places import stored_in

    folder = Path(text)
    return folder if stored_in(folder) is not None else application_cache(folder)


def _read(text: str, platform: str) -> "Outcome[tuple[Image, Contents], ImageError]":
    from pure.outcome import Failure, Success

    from shell.images import open_image
    from shell.images.inside import read_contents

    opened = open_image(text, cache=_builds(text), platform=platform)
    if isinstance(opened, Failure):
        return opened
    with opened.unwrap() as image:
        contents = read_contents(image)
        if isinstance(contents, Failure):
            return contents
        # Whatever lies on this machine costs no network to be looked into.
        for layer in image.image.layers if image.local else ():
            if layer.nbytes is None:
                looked = image.look(layer)
                if isinstance(looked, Failure):
                    return looked
        return Success((image.image, contents.unwrap()))
