"""Opens an image by a reference to it."""

import errno
import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import assert_never

from pure.image.errors import ImageError, ImageUnreadable
from pure.image.reference import (
    ApplicationReference,
    ArchiveReference,
    AtPath,
    EngineReference,
    LayoutReference,
    Reference,
    RegistryReference,
    decide_reference,
    places,
)
from pure.outcome import Failure, Outcome
from pure.target import target_from_environment

from shell.disk import said
from shell.images.blobs import Wanted
from shell.images.compression import Damaged, Unsupported
from shell.images.opened import OpenedImage, Refused
from shell.images.places import is_layout, open_archive, open_layout, open_stored, stored_in
from shell.tars import UNREADABLE, Oversized


def open_image(
    text: str, *, cache: Path, platform: str = "", environ: Mapping[str, str] = os.environ
) -> Outcome[OpenedImage, ImageError]:
    """The image that a reference means.

    ``cache`` is the folder of the builds of the application, were the reference an application's folder; ``platform``
    (``linux/arm64``) chooses one of several images. Whoever opens an image closes it.
    """
    try:
        here = {each: _found(Path(each), cache) for each in places(text)}
    except OSError as error:
        return Failure(ImageUnreadable(reference=text, reason=said(error)))
    decided = decide_reference(text, here, cache=str(cache))
    if isinstance(decided, Failure):
        return decided
    machine = target_from_environment({}, machine=os.uname().machine)
    reference = decided.unwrap()
    name = reference.name if isinstance(reference, LayoutReference | ArchiveReference) else ""
    wanted = Wanted(reference=text, name=name, platform=platform, machine=f"{machine.os}/{machine.arch}")
    with ExitStack() as held:
        try:
            opened = _open(reference, wanted, cache, held, environ)
        except Refused as error:
            return Failure(ImageUnreadable(reference=text, reason=str(error)))
        except Oversized as error:
            return Failure(ImageUnreadable(reference=text, reason=f"it has more than {error.most:,} {error.what}"))
        except Unsupported as error:
            return Failure(ImageUnreadable(reference=text, reason=f"it is compressed by {error}"))
        except RecursionError:
            return Failure(ImageUnreadable(reference=text, reason="too many headers follow each other"))
        except (Damaged, *UNREADABLE) as error:
            return Failure(ImageUnreadable(reference=text, reason=f"it is no archive of an image: {error}"))
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            reason = f"{place}{said(error) if error.errno else error}"
            return Failure(ImageUnreadable(reference=text, reason=reason))
        if not isinstance(opened, Failure):
            # It holds on to what it reads from until it is closed itself.
            opened.unwrap().holding(held.pop_all())
        return opened


def _found(path: Path, cache: Path) -> AtPath:
    try:
        folder = path.is_dir()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return AtPath.NOTHING
        raise
    if not folder:
        return AtPath.FILE if path.exists() else AtPath.NOTHING
    if is_layout(path):
        return AtPath.LAYOUT
    return AtPath.BUILT if stored_in(cache) is not None else AtPath.FOLDER


def _open(
    reference: Reference, wanted: Wanted, cache: Path, held: ExitStack, environ: Mapping[str, str]
) -> Outcome[OpenedImage, ImageError]:
    match reference:
        case LayoutReference(path=path):
            return open_layout(Path(path), wanted)
        case ArchiveReference(path=path):
            return open_archive(Path(path), wanted, held)
        case ApplicationReference(path=path):
            return open_stored(path, cache, wanted)
        case EngineReference():
            from shell.images.engines import open_in_engine

            return open_in_engine(reference, wanted, held)
        case RegistryReference():
            from shell.images.registry import open_in_registry

            return open_in_registry(reference, wanted, held, environ)
        case _:
            assert_never(reference)
