"""Decides what a container of an image starts: a process that the lifecycle's label tells of, or something else.

The label stays as it was where somebody builds on an image and sets another entrypoint; what starts is what the
configuration says. A lifecycle's image starts by a link of the process type, or by the launcher; what ``lamina build
--output`` wrote has the process's own command.
"""

from typing import Final

import msgspec

from pure.image.manifest import Image, ProcessOfImage

_LINKS: Final = "/cnb/process/"
_LAUNCHER: Final = ("/cnb/lifecycle/launcher",)


class Starting(msgspec.Struct, frozen=True, kw_only=True):
    """What starts where a container is told nothing else."""

    process: ProcessOfImage | None = None
    """By the lifecycle's label; ``None`` where it is none of these, or nothing."""
    arguments: tuple[str, ...] | None = None
    """What the process gets in place of its own; ``None`` where these stay."""
    words: tuple[str, ...] = ()
    """All that is executed, where it is no process of the label."""


def starting(image: Image) -> Starting:
    """What a container of the image starts."""
    process, usual = _process(image)
    if process is None:
        words = (*image.entrypoint, *image.cmd)
        # By itself the launcher starts the default process, and there is none.
        return Starting(words=() if words == _LAUNCHER else words)
    return Starting(process=process, arguments=None if image.cmd == usual else image.cmd)


def _process(image: Image) -> tuple[ProcessOfImage | None, tuple[str, ...]]:
    """The process that the entrypoint names, and the arguments that stand beside it unless somebody changes them."""
    if (image.entrypoint, image.cmd) == (_LAUNCHER, ()):
        return next((each for each in image.processes if each.default), None), ()
    linked = next((each for each in image.processes if image.entrypoint == (_LINKS + each.type,)), None)
    if linked:
        return linked, ()
    own = [each for each in image.processes if each.command and each.command == image.entrypoint]
    found = max(own, key=lambda each: (each.args == image.cmd, each.default), default=None)
    return found, found.args if found else ()
