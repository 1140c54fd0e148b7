"""Decides whether distributions come from an index, or from folders that somebody declares.

Such folders stand for all indexes: a build then asks none, unless ``PIP_NO_INDEX`` says expressly that it may.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote

from pure.manager.table import Manager
from pure.outcome import Failure, Outcome, Success
from pure.project.files import ProjectFiles
from pure.project.requirements.collection import RequirementsSet
from pure.project.vendored import FOLDERS_VARIABLE, USUAL, BadVendorFolder, Vendored, Wheelhouse
from pure.switches import FALSE_WORDS
from pure.wording import count

FIND_LINKS: Final = "PIP_FIND_LINKS"
_NO_INDEX: Final = "PIP_NO_INDEX"


def variables(declared: Vendored, home: str, settings: Mapping[str, str]) -> dict[str, str]:
    """The variables by which pip, and whoever is told what pip is told, takes distributions from these folders.

    ``settings`` are those that it has anyway: folders and pages of ``PIP_FIND_LINKS`` are asked beside these.
    """
    folders = (_place(folder if folder.startswith("/") else f"{home}/{folder}") for folder in declared.folders)
    places = " ".join(dict.fromkeys((*folders, *settings.get(FIND_LINKS, "").split())))
    return {FIND_LINKS: places} | ({_NO_INDEX: "1"} if alone(settings) else {})


def _place(path: str) -> str:
    """A folder as one word: pip separates places by blanks, and uv by commas."""
    return f"file://{quote(path)}" if re.search(r"[\s,]", path) else path


def folder_of(place: str) -> str:
    """The folder that such a word names, and any other place as it is."""
    return unquote(place.removeprefix("file://")) if place.startswith("file:///") else place


def alone(settings: Mapping[str, str]) -> bool:
    """Whether no index is asked beside declared folders."""
    stated = settings.get(_NO_INDEX, "").strip().lower()
    return not (stated and stated in FALSE_WORDS)


def supplied(
    manager: Manager, project: ProjectFiles, declared: Vendored | None, settings: Mapping[str, str]
) -> Outcome[tuple[str, ...], BadVendorFolder]:
    """Why distributions come from folders; nothing where they come from where the manager looks by itself."""
    if declared is None or not manager.finds_links:
        return Success(())
    words = []
    for folder in declared.folders:
        if folder.startswith("/"):
            words.append(folder)
            continue
        found = project.wheelhouses.get(folder)
        if found is None:
            because = "is no folder of the application"
            return Failure(BadVendorFolder(value=folder, source=declared.source, because=because))
        words.append(f"{folder}/ ({_held(found)})")
    where = " and ".join(words)
    index = "alone: no index is asked" if alone(settings) else f"and from an index, since ${_NO_INDEX} is off"
    return Success((f"{declared.source} has distributions come from {where} {index}",))


def undeclared(
    manager: Manager,
    project: ProjectFiles,
    requirements: RequirementsSet | None,
    settings: Mapping[str, str],
) -> tuple[str, ...]:
    """What to say of folders with wheels where nothing, in ``settings`` or in files, names a folder."""
    options = (option.name for each in (requirements.files if requirements else ()) for option in each.content.options)
    if not manager.finds_links or settings.get(FIND_LINKS, "").strip() or "--find-links" in options:
        return ()
    return tuple(
        f"{name}/ has {count(found.wheels, 'wheel')}, and nothing says that it counts, so an index is asked: "
        f"{FOLDERS_VARIABLE}={name} takes distributions from there alone"
        for name in USUAL
        if (found := project.wheelhouses.get(name)) and found.wheels
    )


def unheard(manager: Manager, declared: Vendored | None) -> tuple[str, ...]:
    """What to say of declared folders that the manager takes nothing from."""
    if declared is None or manager.finds_links:
        return ()
    return (f"{declared.source} has no effect: {manager.title} takes distributions from where {manager.lock} says",)


def _held(found: Wheelhouse) -> str:
    parts = [count(number, noun) for number, noun in ((found.wheels, "wheel"), (found.sources, "archive")) if number]
    return ", ".join(parts) or "no distributions"
