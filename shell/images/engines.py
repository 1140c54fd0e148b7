"""Asks a container engine of this machine for an image, by its own command line."""

import os
import shutil
from contextlib import ExitStack
from typing import Final

from pure.image.errors import EngineMissing, EngineRefused, ImageError
from pure.image.reference import EngineReference
from pure.outcome import Failure, Outcome

from shell.images.blobs import Wanted
from shell.images.opened import OpenedImage
from shell.images.places import open_archive
from shell.process import run
from shell.scratch import scratch_folder

_SAID: Final = 5
_LONGEST: Final = 600.0
_ANSWER: Final = 30.0


def open_in_engine(reference: EngineReference, wanted: Wanted, held: ExitStack) -> Outcome[OpenedImage, ImageError]:
    """The image that an engine knows by a name, saved by it into a temporary file."""
    engine = reference.engine
    program = shutil.which(engine)
    if program is None:
        return Failure(EngineMissing(engine=engine))
    folder = held.enter_context(scratch_folder())
    archive = folder / "image.tar"
    # The first says what is wrong in a moment, where saving may take minutes.
    asked = (
        ((program, "image", "inspect", "--format", "{{.Id}}", reference.name), _ANSWER),
        ((program, "save", "--output", str(archive), reference.name), _LONGEST),
    )
    for argv, timeout in asked:
        ended = run(argv, env=dict(os.environ), timeout=timeout)
        if not ended.ok:
            lines = [each for each in (ended.stderr or ended.stdout).splitlines() if each.strip()]
            said = tuple(lines[-_SAID:]) or (f"it ended with status {ended.returncode}",)
            return Failure(EngineRefused(engine=engine, name=reference.name, said=said))
    return open_archive(archive, wanted, held)
