"""Decides what becomes of an application that says nowhere what to install: it may need nothing."""

from collections.abc import Mapping
from typing import Final

import msgspec

from pure.complaints.system_needs import IMPORT_NAMES
from pure.manager.choice import MANAGER_VARIABLE, NothingToInstall, asked_requirements
from pure.project.detection import declares_nothing, python_markers
from pure.project.files import ProjectFiles
from pure.python.standard_library import is_standard
from pure.start.imports import Imports
from pure.wording import count

# It may configure tools and declare nothing.
_CONFIGURES: Final = "pyproject.toml"
# What else says that nothing is installed from; any other hint is worth an error of its own.
_NO_HINT: Final = ("folder", "markers", "tools")


class NothingRequired(msgspec.Struct, frozen=True, kw_only=True):
    """The build was started for other buildpacks only, without the switch that allows it.

    ``nested`` are lock files of projects in folders below.
    """

    variable: str
    nested: tuple[str, ...] = ()


class UndeclaredImport(msgspec.Struct, frozen=True, kw_only=True):
    """A module that is neither Python's nor the application's, and the distribution that it probably is."""

    module: str
    places: tuple[str, ...]
    distribution: str


class UndeclaredImports(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing says what to install, and this is imported."""

    folder: str
    found: tuple[UndeclaredImport, ...]


def imports_matter(project: ProjectFiles, variables: Mapping[str, str]) -> bool:
    """Whether it has to be known what the code imports: programs are there, and nothing that says what to install."""
    markers = python_markers(project.names)
    asked = variables.get(MANAGER_VARIABLE, "").strip() or asked_requirements(variables)[1]
    return not asked and bool(markers) and all(each == _CONFIGURES or declares_nothing(each) for each in markers)


def undeclared(error: NothingToInstall, imports: Imports | None, minor: str) -> UndeclaredImports | str | None:
    """What is imported and declared nowhere, or the reason why nothing has to be installed; ``None`` if nobody knows.

    ``minor`` is the application's Python's.
    """
    hints = [name for name, value in msgspec.structs.asdict(error).items() if value and name not in _NO_HINT]
    if imports is None or hints or not imports.files:
        return None
    foreign = tuple(
        UndeclaredImport(
            module=each.module,
            places=each.places,
            distribution=IMPORT_NAMES.get(each.module.lower(), each.module).partition(" ")[0],
        )
        for each in imports.found
        if not each.module.startswith("_") and not is_standard(each.module, minor)
    )
    if foreign:
        return UndeclaredImports(folder=error.folder, found=foreign)
    if not imports.complete:
        return None
    read = count(imports.files, "file")
    return f"nothing has to be installed: {read} read, nothing imported but Python's own modules and the application's"
