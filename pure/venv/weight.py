"""Measures what an environment's modules weigh, by the sizes that the RECORDs of its distributions state."""

import msgspec

from pure.venv.installed import InstalledSet


class Weight(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The bytes of what Python can load: modules written in Python, and libraries."""

    modules: int = 0
    libraries: int = 0


def weight(installed: InstalledSet) -> Weight:
    """What is installed weighs; a size that no RECORD states counts as none."""
    modules = libraries = 0
    for each in installed.distributions:
        for entry in each.files:
            size = int(entry.size) if entry.size.isdecimal() and len(entry.size) < 16 else 0
            if entry.path.endswith(".py"):
                modules += size
            elif entry.path.endswith(".so") or ".so." in entry.path:
                libraries += size
    return Weight(modules=modules, libraries=libraries)
