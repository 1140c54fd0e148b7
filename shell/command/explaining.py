"""Defines ``lamina explain``: what an image is made of, and why each part of it is there."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from pure.redaction import redactor, without_credentials

from shell.command.documented import Documented
from shell.command.images import ImageReader, end_of_life, image_options, offer_paths
from shell.output import Output

if TYPE_CHECKING:
    from pure.views.explained import Explained, ExplainedDistribution

    from shell.images import OpenedImage


@click.command(
    cls=Documented,
    examples={
        "lamina explain path/to/app": "what was built here, layer by layer",
        "lamina explain podman:shop flask": "why a distribution is in an engine's image",
        "lamina explain registry.example.com/team/shop:v1 --json": "an image of a registry, for programs",
    },
)
@click.argument("image", shell_complete=offer_paths)
@click.argument("distribution", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, of a documented schema.")
@image_options
def explain(image: str, distribution: str | None, as_json: bool, cache: Path | None, platform: str) -> None:
    """Say what IMAGE is made of and why, or why a DISTRIBUTION is in it.

    IMAGE is a folder of an application that was built here, the folder that its builds had as --cache, an OCI layout
    folder, an archive that an engine saved, docker:NAME, podman:NAME, or HOST/NAME:TAG of a registry.
    """
    from pure.texts import whole_json
    from pure.views.explained_view import distribution_view, image_view

    from shell.command.views import print_view

    hide = redactor({})
    output = Output(hide)
    reader = ImageReader(output, as_json=as_json, cache=cache, platform=platform)
    with reader.opened(image) as opened:
        if distribution is None:
            whole = without_credentials(_image(reader, opened), hide)
            told, view = whole_json(whole), image_view(whole)
        else:
            one = without_credentials(_distribution(reader, opened, distribution), hide)
            told, view = whole_json(one), distribution_view(one)
    if as_json:
        output.document(told.decode())
    else:
        print_view(view, output)


def _image(reader: ImageReader, opened: "OpenedImage") -> "Explained":
    from datetime import UTC, datetime

    from pure.views.explained import explained

    from shell.images.inside import measure, read_contents

    contents = reader.read(read_contents(opened))
    if opened.local:
        reader.read(measure(opened))
    today = datetime.now(tz=UTC).date()
    return explained(opened.image, contents, reference=opened.reference, end_of_life=end_of_life(), today=today)


def _distribution(reader: ImageReader, opened: "OpenedImage", name: str) -> "ExplainedDistribution":
    from pure.outcome import Failure
    from pure.views.explained import explained_distribution
    from pure.views.explained_view import describe_absent

    from shell.images.inside import read_contents, read_demands

    demanded = reader.read(read_demands(opened))
    contents = reader.read(read_contents(opened, demanded))
    found = explained_distribution(opened.image, contents, demanded, reference=opened.reference, name=name)
    if isinstance(found, Failure):
        reader.stop(describe_absent(found.failure()))
    return found.unwrap()
