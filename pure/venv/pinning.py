"""Decides whether what will be installed is known before anything runs, for pip and for managers that have a lock."""

from collections.abc import Mapping
from typing import Final

import msgspec

from pure.manager.managed import Managed
from pure.project.files import ProjectFiles
from pure.project.requirements.collection import RequirementsSet
from pure.python.catalogue import Runtime
from pure.target import Target
from pure.venv.hashing import pinned_by
from pure.venv.lock_fingerprint import lock_fingerprint
from pure.venv.requirements_fingerprint import NotPinned, Pinning, pinned_fingerprint

_CONFIGURATION_FILE: Final = "PIP_CONFIG_FILE"


def pinning(
    managed: Managed,
    project: ProjectFiles,
    requirements: RequirementsSet | None,
    *,
    runtime: Runtime,
    target: Target,
    settings: Mapping[str, str],
) -> Pinning:
    """The fingerprint of what will be installed, or why it is open. ``requirements`` are those that pip installs.

    ``settings`` are the variables of the build, with those of pip's configuration files.
    """
    manager = managed.manager
    # The configuration files' settings are known, so naming such a file leaves nothing open.
    known = {name: value for name, value in settings.items() if name != _CONFIGURATION_FILE}
    texts: dict[str, bytes] = {}
    if manager.by_requirements and requirements is not None and manager.synchronises:
        fixed = pinned_fingerprint(
            requirements, python_minor=runtime.minor, target=target, settings=known, tool=manager.tool.title
        )
        if isinstance(fixed, NotPinned):
            return fixed
        texts["requirements"] = fixed.digest.encode()
    if manager.synchronises:
        names = {*(managed.source.files if manager.by_lock else ()), *manager.configuration}
        texts |= {name: text.raw for name, text in project.texts.items() if name in names}
        above = {f"workspace/{name}": text.raw for name, text in project.workspace_texts.items() if name in names}
        return lock_fingerprint(
            manager,
            managed.lock,
            texts=texts | above,
            folder=project.folder,
            selection=managed.selection,
            python=runtime.version,
            target=target,
            settings=known,
        )
    if requirements is None and managed.alone:
        return NotPinned(because=("there is no lock file",))
    if requirements is None:
        return NotPinned(because=("the project itself is installed from its folder", "there is no lock file"))
    found = pinned_fingerprint(requirements, python_minor=runtime.minor, target=target, settings=known)
    if isinstance(found, NotPinned):
        by = pinned_by(managed, project, requirements, runtime=runtime, settings=known)
        return msgspec.structs.replace(found, pinned_by=by)
    return found
