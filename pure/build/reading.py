"""Decides which files of an application are read, and which of them count: the project's, its workspace's, the root's.

``application`` is asked with what was seen so far, until it no longer answers a ``Look``.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from pure.build.foreign import BELOW
from pure.manager.choice import asked_requirements
from pure.manager.table import LOCK_NAMES, MANAGERS, PIP, UV
from pure.outcome import Failure, Success
from pure.project.document import Document
from pure.project.files import (
    REQUIREMENTS_FOLDER,
    BadProjectFolder,
    ProjectFiles,
    ProjectOutcome,
    has_script_block,
    project_folder,
    requirement_files,
    requirement_inputs,
)
from pure.project.ignoring import DESCRIPTOR, IGNORE_FILES
from pure.project.locks.pylock import NAME as PYLOCK_NAME
from pure.project.nested import nested
from pure.project.requirements.collection import Pending, pending
from pure.project.seen import Listing, Look, NotListed, Seen, inside
from pure.project.vendored import Wheelhouse, counted, looked_at
from pure.project.workspace import Workspace, workspace_above
from pure.python.sources import from_above, version_files, version_texts
from pure.start.declared import PYPROJECT
from pure.start.peers import APP_ENGINE
from pure.start.processes import PROCFILE
from pure.start.source_files import IGNORED_FOLDERS

_SOURCES: Final = "src"
# So many programs in a folder are looked at for a comment that declares what they need.
_MOST_PROGRAMS: Final = 50
# A build system that finds packages in other folders (pure.project.own_package).
_LOOKS_INSIDE: Final = "hatchling"
_MOST_FOLDERS: Final = 100
_PIP_CONSTRAINT: Final = "PIP_CONSTRAINT"
# What decides over package managers, wherever it lies.
_PROJECT_FILES: Final = frozenset(
    name for each in MANAGERS.values() for name in (each.lock, *each.declared_in, *each.configuration)
)
_DECLARING: Final = frozenset(name for each in MANAGERS.values() for name in each.declared_in)


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """An application's files, as far as a plan depends on them; its code is read apart."""

    # The names in its root.
    names: tuple[str, ...]
    project: ProjectOutcome
    # Those that may name a Python version, by name: the project's, its workspace's lock, the root's pins.
    version_files: Mapping[str, Document] = {}
    procfile: bytes | None = None
    pyproject: Document | None = None
    # What other platforms read, in its root.
    elsewhere: Mapping[str, Document | None] = {}

    @property
    def folder(self) -> str:
        """The project's, from the root; the root, if there is no project."""
        return self.project.unwrap().folder if isinstance(self.project, Success) else ""


def application(seen: Seen, variables: Mapping[str, str]) -> Application | Look | NotListed:
    """The application, or what else has to be looked at to know it."""
    root = _listed(seen, "")
    if not isinstance(root, Listing):
        return root
    folder = project_folder(variables)
    if isinstance(folder, Failure):
        return Application(names=root.names, project=folder)
    home = folder.unwrap()
    project = _project(seen, home, variables)
    if isinstance(project, BadProjectFolder):
        return Application(names=root.names, project=Failure(project))
    if not isinstance(project, ProjectFiles):
        return project
    names = version_files(variables)
    if look := seen.unseen(files=(inside(home, name) for name in (*names, PROCFILE, PYPROJECT))):
        return look
    own = seen.texts(home, names)
    above = tuple(name for name in from_above(names) if name not in own)
    if look := seen.unseen(files=above):
        return look
    others = [name for name in BELOW if name.partition("/")[0] in root.folders]
    others += [name for name in (APP_ENGINE, DESCRIPTOR, *IGNORE_FILES) if name in root.files]
    if look := seen.unseen(files=others):
        return look
    procfile = seen.files[inside(home, PROCFILE)]
    return Application(
        names=root.names,
        project=Success(project),
        version_files=version_texts(names, own=own, workspace=project.workspace_texts, root=seen.texts("", above)),
        procfile=procfile.raw if procfile else None,
        pyproject=seen.files[inside(home, PYPROJECT)],
        elsewhere={name: seen.files[name] for name in others},
    )


def requirements(variables: Mapping[str, str], settings: Mapping[str, str]) -> Pending:
    """Where the collection of the project's requirements files starts; ``settings`` are those of pip's files."""
    names = asked_requirements(variables)[1] or (PIP.lock,)
    constraints = variables.get(_PIP_CONSTRAINT) or settings.get(_PIP_CONSTRAINT, "")
    return pending(requirements=names, constraints=tuple(constraints.split()))


def _listed(seen: Seen, folder: str) -> Listing | Look | NotListed:
    if look := seen.unseen(folders=(folder,)):
        return look
    listing = seen.folders[folder]
    if listing is None or listing.unlisted:
        return NotListed(folder=folder, detail=listing.unlisted if listing else "No such directory")
    return listing


def _project(seen: Seen, home: str, variables: Mapping[str, str]) -> ProjectFiles | BadProjectFolder | Look | NotListed:
    """The folder that is the project, with the files that decide how it is installed."""
    if home in seen.folders and seen.folders[home] is None:
        return BadProjectFolder(value=home, because="is no folder of the application")
    listing = _listed(seen, home)
    if not isinstance(listing, Listing):
        return listing
    if listing.outside:
        return BadProjectFolder(value=home, because="leaves the application's folder by a link")
    matter = tuple(name for name in listing.names if name in listing.files and _matters(name))
    _, asked = asked_requirements(variables)
    if look := seen.unseen(files=(inside(home, name) for name in (*matter, *asked))):
        return look
    texts = seen.texts(home, matter)
    # A folder, or a link to nothing, of such a name declares nothing.
    names = tuple(name for name in listing.names if name in texts or not _matters(name))
    houses = looked_at(variables, texts.get(PYPROJECT), listing.folders)
    if look := seen.unseen(folders=(inside(home, name) for name in houses)):
        return look
    workspace: Workspace | None = None
    # Only what declares a project can be a member.
    if home and UV.lock not in names and set(UV.declared_in) <= set(names):
        above = workspace_above(seen, home, lock=UV.lock, configuration=UV.configuration)
        if isinstance(above, Look):
            return above
        workspace = above
    sources: tuple[str, ...] = ()
    if _SOURCES in listing.folders:
        source = _listed(seen, inside(home, _SOURCES))
        if not isinstance(source, Listing):
            return source
        sources = source.names
    files = ProjectFiles(
        folder=home,
        names=names,
        texts=texts | seen.texts(home, asked),
        workspace=workspace.folder if workspace else None,
        workspace_texts=workspace.texts if workspace else {},
        source_names=sources,
        folders=listing.folders.intersection(names),
        wheelhouses={name: _house(seen.folders[inside(home, name)]) for name in houses},
    )
    return _with_inner(seen, files) if set(LOCK_NAMES) & set(names) else _unlocked(seen, files)


def _house(listing: Listing | None) -> Wheelhouse | None:
    return counted(listing.files) if listing and not listing.outside and not listing.unlisted else None


def _with_inner(seen: Seen, project: ProjectFiles) -> ProjectFiles | Look:
    """A project with the folders in its folders, where its build system may look for a package there."""
    declared = project.texts.get(PYPROJECT)
    if declared is None or _LOOKS_INSIDE not in declared.text:
        return project
    visible = sorted(name for name in project.folders if name not in IGNORED_FOLDERS and not name.startswith("."))
    if look := seen.unseen(folders=(inside(project.folder, name) for name in visible[:_MOST_FOLDERS])):
        return look
    return msgspec.structs.replace(project, inner=_inner(seen, project))


def _inner(seen: Seen, project: ProjectFiles) -> tuple[str, ...]:
    return tuple(
        f"{folder}/{name}"
        for folder in sorted(project.folders)
        if (listing := seen.folders.get(inside(project.folder, folder)))
        for name in sorted(listing.folders)
    )


def _unlocked(seen: Seen, project: ProjectFiles) -> ProjectFiles | Look | NotListed:
    """A project without a lock, with what may have been meant instead of one."""
    folders = project.folders
    inner: tuple[str, ...] = ()
    if REQUIREMENTS_FOLDER in folders:
        found = _listed(seen, inside(project.folder, REQUIREMENTS_FOLDER))
        if not isinstance(found, Listing):
            return found
        inner = tuple(f"{REQUIREMENTS_FOLDER}/{name}" for name in found.names if name in found.files)
    below = nested(seen, project.folder, folders, ignored=IGNORED_FOLDERS, locks=LOCK_NAMES, declared_in=PYPROJECT)
    if isinstance(below, Look):
        return below
    names = tuple(name for name in project.names if name not in folders)
    # Whoever declares a project elsewhere isn't asked for a comment.
    programs = tuple(name for name in names if name.endswith(".py"))[:_MOST_PROGRAMS]
    programs = () if _DECLARING & set(names) else programs
    if look := seen.unseen(files=(inside(project.folder, name) for name in programs)):
        return look
    scripts = (name for name, file in seen.texts(project.folder, programs).items() if has_script_block(file.text))
    return msgspec.structs.replace(
        project,
        nested=below,
        requirement_files=requirement_files((*names, *inner)),
        requirement_inputs=requirement_inputs((*names, *inner)),
        scripts=tuple(scripts),
        inner=_inner(seen, project),
    )


def _matters(name: str) -> bool:
    return name in _PROJECT_FILES or PYLOCK_NAME.match(name) is not None
