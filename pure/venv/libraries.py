"""Decides which libraries of the system an environment lacks: what it holds, against what builder and runtime have.

A name that anything in the environment has is taken as found: wheels bring their libraries along and load them in ways
of their own. So what is reported is nowhere at all.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from pure.complaints.system_libraries import LOADED, VARIANTS, not_missed, optional, packages_of
from pure.venv.elf import MACHINES, Dynamic
from pure.venv.installed import InstalledSet
from pure.venv.lacks import ForeignLibraries, MissingLibraries

_SHARED: Final = ".so"
# The endings of most of what distributions hold, none of which a program has.
_NO_PROGRAMS: Final = (
    ".c", ".cpp", ".css", ".csv", ".cu", ".cuh", ".gz", ".h", ".hpp", ".html", ".inc", ".js", ".json", ".md", ".mo",
    ".npy", ".npz", ".pickle", ".pkl", ".png", ".po", ".pxd", ".py", ".pyc", ".pyi", ".pyx", ".rst", ".svg", ".ttf",
    ".txt", ".xml", ".yaml", ".yml", ".zip",
)  # fmt: skip


def shared_libraries(files: Iterable[str]) -> tuple[str, ...]:
    """Which of an environment's files are extension modules or shared libraries, by their names."""
    names = ((path, path.rpartition("/")[2]) for path in files)
    return tuple(path for path, name in names if name.endswith(_SHARED) or f"{_SHARED}." in name)


def possible_programs(files: Iterable[str]) -> tuple[str, ...]:
    """Which of a distribution's files may be programs, by their names: whoever reads one sees whether it is."""
    return tuple(path for path in files if not path.endswith(_NO_PROGRAMS) and not shared_libraries((path,)))


def foreign_libraries(
    sections: Mapping[str, Dynamic], installed: InstalledSet, files: Iterable[str], *, arch: str
) -> tuple[ForeignLibraries, ...]:
    """What an environment needs and doesn't have, wherever it is used; each library once for each distribution."""
    own = {path.rpartition("/")[2] for path in files}
    machine = MACHINES.get(arch)
    wanting = {
        path: names
        for path, section in sections.items()
        if section.machine == machine and not optional(path)
        if (names := tuple(name for name in section.needed if name not in own and not not_missed(name)))
    }
    owners = {entry.path: each.name for each in installed.distributions if wanting for entry in each.files}
    seen: set[tuple[str, str]] = set()
    found: list[ForeignLibraries] = []
    for path, names in sorted(wanting.items()):
        distribution = owners.get(path, "")
        new = tuple(dict.fromkeys(name for name in names if (distribution, name) not in seen))
        seen |= {(distribution, name) for name in new}
        if new:
            found.append(ForeignLibraries(distribution=distribution, path=path, libraries=new))
    present = {each.name for each in installed.distributions}
    for name, row in LOADED.items():
        lacking = tuple(each for each in row.libraries if not any(here.startswith(each) for here in own))
        if name in present and lacking and not present & set(row.unless):
            found.append(ForeignLibraries(distribution=name, path="", libraries=lacking))
    return tuple(found)


def missing_libraries(foreign: Iterable[ForeignLibraries], available: frozenset[str]) -> tuple[MissingLibraries, ...]:
    """What is missing, by distribution. ``available`` are the names in the loader's folders of the build image."""
    needed: dict[str, list[tuple[str, str]]] = {}
    loaded: list[tuple[str, tuple[str, ...]]] = []
    for each in foreign:
        if each.path:
            lacking = [(name, each.path) for name in each.libraries if name not in available]
            if lacking:
                needed.setdefault(each.distribution, []).extend(lacking)
        else:
            begun = tuple(name for name in each.libraries if not any(here.startswith(name) for here in available))
            loaded += [(each.distribution, begun)] if begun else []
    found = [_missing(name, each[0][1], (library for library, _ in each)) for name, each in sorted(needed.items())]
    return (*found, *(_missing(name, "", libraries) for name, libraries in loaded if name not in needed))


def _missing(distribution: str, path: str, libraries: Iterable[str]) -> MissingLibraries:
    names = tuple(dict.fromkeys(libraries))
    packages = tuple(dict.fromkeys(package for name in names for package in packages_of(name)))
    return MissingLibraries(
        distribution=distribution,
        path=path,
        libraries=names,
        packages=packages,
        instead=VARIANTS.get(distribution, ()),
    )
