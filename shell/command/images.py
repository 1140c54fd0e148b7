"""Has what all commands share that read an image: their options, how one is opened, what happens where it can't be."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click
from pure.message import Message
from pure.outcome import Failure, Outcome

from shell.command.given import fail
from shell.command.progress import working
from shell.output import Output

if TYPE_CHECKING:
    from datetime import date

    from click.shell_completion import CompletionItem
    from pure.image.errors import ImageError

    from shell.images import OpenedImage

T = TypeVar("T")

_BUILDPACK = Path(__file__).resolve().parents[2]


def offer_paths(context: click.Context, parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """What a shell completes the name of an image to: paths; other names it can't know."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def image_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of all commands that read an image."""
    cache = click.option(
        "--cache",
        type=click.Path(file_okay=False, path_type=Path),
        help="Where the builds of an application's folder lie  [default: below ~/.cache/lamina]",
    )
    platform = click.option(
        "--platform",
        default="",
        metavar="OS/ARCH",
        help="Of an image for several platforms the one for this  [default: this machine's]",
    )
    return cache(platform(command))


def builds_of(reference: str, cache: Path | None) -> Path:
    """The folder of the builds that a reference means, where it means any: that one itself, or an application's."""
    from shell.command.local_runtime import application_cache
    from shell.images.places import stored_in

    folder = Path(reference)
    try:
        own = stored_in(folder) is not None
    except OSError:
        # Whoever opens it finds that again, and says so.
        own = False
    return folder if own else cache or application_cache(folder)


def end_of_life() -> "Mapping[str, date]":
    """Until when each minor version of Python is supported."""
    from pure.python.catalogue import decode_end_of_life

    from shell.world import END_OF_LIFE

    return decode_end_of_life((_BUILDPACK / END_OF_LIFE).read_bytes(), origin=END_OF_LIFE).unwrap()


class ImageReader:
    """Opens images for a command; whatever can't be read ends that, in words or, where JSON was asked for, in JSON."""

    def __init__(
        self,
        output: Output,
        *,
        as_json: bool,
        cache: Path | None = None,
        platform: str = "",
        status: int = 1,
    ) -> None:
        """Read for a command that ends with ``status`` where it can't."""
        self._output, self._as_json, self._status = output, as_json, status
        self._cache, self._platform = cache, platform
        self._moving = ExitStack()

    @contextmanager
    def opened(self, reference: str) -> Iterator["OpenedImage"]:
        """An image, with something that moves on a terminal as long as it is read."""
        from shell.images import open_image

        cache = builds_of(reference, self._cache)
        with ExitStack() as self._moving:
            self._moving.enter_context(working(f"Reading {reference}"))
            found = open_image(reference, cache=cache, platform=self._platform)
            with self.read(found) as opened:
                yield opened

    def read(self, found: "Outcome[T, ImageError]") -> T:
        """What was read; an error ends the command."""
        if isinstance(found, Failure):
            from pure.views.image_words import describe_image

            self.stop(describe_image(found.failure(), cache=str(self._cache or "")))
        return found.unwrap()

    def stop(self, message: Message) -> NoReturn:
        """End the command with a message."""
        # What moves on the terminal would run into it.
        self._moving.close()
        fail(message, self._output, self._status, as_json=self._as_json)
