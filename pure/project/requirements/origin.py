"""Tells a requirements file that was written for another purpose, which pip would refuse line by line.

Two lists look like requirements and aren't: ``conda list --export`` writes ``name=version=build``, and ``pip freeze``
in an environment of conda's writes the folders that its distributions were built in. Only what no build can have is
told here; what pip might accept is left to pip.
"""

import re
from collections.abc import Iterable
from typing import Final

from pure.project.requirements.errors import CondaList, ForeignLine, ForeignPaths
from pure.project.requirements.file import RequirementLine, RequirementsFile

_SHOWN: Final = 5
_CONDA: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*=[A-Za-z0-9_.!+*-]+(?:=[A-Za-z0-9_.]+)?")
# Folders of conda's build machines, of Macs, and drives of Windows: in an image of Linux they don't exist.
_ELSEWHERE: Final = re.compile(
    r"file:/*+(?:[A-Za-z]:/|home/conda/|croot/|opt/(?:mini|ana)?conda\d?/|private/|Users/|work/ci_py|tmp/(?:abs|build)[^/]*/"
    r"|(?:[^;]*/)?(?:feedstock_root|conda-bld|croot)/)"
)
# Where people have their projects; editable ones are frozen with that place.
_AT_HOME: Final = re.compile(r"(?:file:/{0,3})?(?:/?home/[^/]|/?Users/[^/]|/?root/|/?mnt/[a-z]/|[A-Za-z]:[\\/])")
_FOLDERS: Final = frozenset({"editable", "local_path"})


def written_for_something_else(files: Iterable[RequirementsFile]) -> CondaList | ForeignPaths | None:
    """The first file whose lines pip is sure to refuse, with some of them; ``None`` if there is none."""
    for file in files:
        conda = [line for line in file.lines if line.kind == "unparsed" and _CONDA.fullmatch(line.text.strip())]
        if conda:
            return CondaList(file=file.file, lines=_shown(conda), number=len(conda))
        # A marker may leave such a line out on Linux.
        paths = [line for line in file.lines if not line.marker and _elsewhere(line)]
        if paths:
            return ForeignPaths(file=file.file, lines=_shown(paths), number=len(paths))
    return None


def _elsewhere(line: RequirementLine) -> bool:
    if line.url and _ELSEWHERE.match(line.url):
        return True
    return line.kind in _FOLDERS and bool(_AT_HOME.match(line.text.rpartition(" @ ")[2]))


def _shown(lines: list[RequirementLine]) -> tuple[ForeignLine, ...]:
    return tuple(ForeignLine(line=each.line, text=each.text) for each in lines[:_SHOWN])
