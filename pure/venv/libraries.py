"""Decides which libraries of the system an environment lacks: what it holds, against what builder and runtime have.

A name that anything in the environment has is taken as found: wheels bring their libraries along and load them in ways
of their own. So what is reported is nowhere at all.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from pure.complaints.system_libraries import LOADED, VARIANTS, not_missed, optional, packages_of
from pure.venv.elf import MACHINES, Dynamic
from pure.venv.installed import InstalledSet
from pure.venv.lacks import MissingLibraries

_SHARED: Final = ".so"


def shared_libraries(files: Iterable[str]) -> tuple[str, ...]:
    """Which of an environment's files are extension modules or shared libraries, by their names."""
    names = ((path, path.rpartition("/")[2]) for path in files)
    return tuple(path for path, name in names if name.endswith(_SHARED) or f"{_SHARED}." in name)


def missing_libraries(
    sections: Mapping[str, Dynamic],
    installed: InstalledSet,
    files: Iterable[str],
    *,
    available: frozenset[str],
    arch: str,
) -> tuple[MissingLibraries, ...]:
    """What is missing, by distribution. ``available`` are the names in the loader's folders of the build image."""
    known = available | {path.rpartition("/")[2] for path in files}
    machine = MACHINES.get(arch)
    wanting = {
        path: tuple(name for name in section.needed if name not in known and not not_missed(name))
        for path, section in sections.items()
        if section.machine == machine and not optional(path)
    }
    wanting = {path: names for path, names in wanting.items() if names}
    owners = (
        {entry.path: each.name for each in installed.distributions if wanting for entry in each.files}
        if wanting
        else {}
    )
    by_distribution: dict[str, dict[str, tuple[str, ...]]] = {}
    for path, names in sorted(wanting.items()):
        by_distribution.setdefault(owners.get(path, ""), {})[path] = names
    found = [
        _missing(name, next(iter(paths)), (each for names in paths.values() for each in names))
        for name, paths in sorted(by_distribution.items())
    ]
    present = {each.name for each in installed.distributions}
    for name, row in LOADED.items():
        lacking = [each for each in row.libraries if not any(here.startswith(each) for here in known)]
        if name in present and lacking and not present & set(row.unless) and name not in by_distribution:
            found.append(_missing(name, "", lacking))
    return tuple(found)


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
