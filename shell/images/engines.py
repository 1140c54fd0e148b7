"""Asks a container engine of this machine for an image, by its own command line."""

import os
import shutil
import signal
from contextlib import ExitStack
from typing import Final

from pure.image.errors import EngineMissing, EngineRefused, EngineSilent, ImageError
from pure.image.reference import EngineReference
from pure.outcome import Failure, Outcome
from pure.wording import duration

from shell.images.blobs import Wanted
from shell.images.opened import OpenedImage
from shell.images.places import open_archive
from shell.process import Completed, run
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
    # This says what is wrong in a moment, where saving may take minutes.
    asked = _ask(program, "image", "inspect", "--format", "{{.Id}}", reference.name, timeout=_ANSWER)
    if not asked.ok:
        # An engine without the image still tells of those that it has.
        reached = not _ended(asked) and _ask(program, "image", "ls", "--quiet", timeout=_ANSWER).ok
        said = _said(asked, _ANSWER)
        if not reached:
            return Failure(EngineSilent(engine=engine, said=said))
        return Failure(EngineRefused(engine=engine, name=reference.name, said=said))
    saved = _ask(program, "save", "--output", str(archive), reference.name, timeout=_LONGEST)
    if not saved.ok:
        return Failure(EngineRefused(engine=engine, name=reference.name, there=True, said=_said(saved, _LONGEST)))
    return open_archive(archive, wanted, held)


def _ask(program: str, *words: str, timeout: float) -> Completed:
    return run((program, *words), env=dict(os.environ), timeout=timeout)


def _ended(asked: Completed) -> bool:
    """Whether it was ended, having taken too long."""
    return asked.returncode == -signal.SIGKILL


def _said(asked: Completed, timeout: float) -> tuple[str, ...]:
    lines = [each for each in (asked.stderr or asked.stdout).splitlines() if each.strip()]
    if _ended(asked):
        lines.append(f"it gave no answer in {duration(timeout)}, and was ended")
    return tuple(lines[-_SAID:]) or (f"it ended with status {asked.returncode}",)
