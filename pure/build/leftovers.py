"""Decides what an installation has left among the application's files, and what of it goes.

setuptools builds in the source's own folder and cleans up nothing: ``build/lib``, ``build/bdist.*`` and ``*.egg-info``
would all be part of the image, a second copy of the code among them. Poetry installs a project's ``requires-plugins``
into its ``.poetry``. Whatever was there before stays.
"""

import re
from collections.abc import Iterator, Set
from typing import Final

from pure.build.steps import RemoveFiles

BUILD: Final = "build"
EGG_INFO: Final = ".egg-info"
PLUGINS: Final = ".poetry"

# What distutils' commands make below ``build``. The first is made by whatever builds a wheel, and by nothing else.
_WHEEL: Final = r"bdist\.[^/]+"
_MADE: Final = rf"(?:{_WHEEL}|(?:lib|temp|scripts)(?:[.-][^/]+)?)"


def may_be_left(folder: str) -> bool:
    """Whether what lies in folders of this name may be left by an installation."""
    return folder in (BUILD, PLUGINS) or folder.endswith(EGG_INFO)


def leftovers(app: str, before: Set[str], after: Set[str]) -> tuple[RemoveFiles, ...]:
    """The step that removes what appeared, if anything did.

    ``before`` and ``after`` are the paths of folders so named and of all in them, from ``app``; folders end in ``/``.
    """
    new = after - before
    made = sorted(_left(new), key=lambda path: (-path.count("/"), path))
    if not made:
        return ()
    files = tuple(path for path in made if not path.endswith("/"))
    return (RemoveFiles(root=app, files=files, directories=tuple(path[:-1] for path in made if path.endswith("/"))),)


def _left(new: Set[str]) -> Iterator[str]:
    info = {path.removesuffix("PKG-INFO") for path in new if path.endswith(f"{EGG_INFO}/PKG-INFO")}
    marks = (re.fullmatch(rf"((?:.*/)?{BUILD}/){_WHEEL}/", path) for path in new)
    # A folder of metadata may have stood there; what is new in it would make it another one.
    info |= {path for path in new if path.endswith(f"{PLUGINS}/") and path.rpartition(PLUGINS)[0][-1:] in ("", "/")}
    starts = [re.escape(folder) for folder in info & new]
    starts += [rf"{re.escape(mark[1])}(?:{_MADE}/|\Z)" for mark in marks if mark]
    wanted = re.compile("|".join(starts)) if starts else None
    return (path for path in new if wanted and wanted.match(path))
