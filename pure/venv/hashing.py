"""Says which commands pin an application's requirements with hashes, so that an unchanged build starts nothing."""

import shlex
from collections.abc import Mapping
from typing import Final

from pure.manager.managed import Managed
from pure.project.files import ProjectFiles
from pure.project.requirements.collection import RequirementsSet
from pure.python.catalogue import Runtime
from pure.venv.requirements_fingerprint import OPEN_MARKERS, OPEN_SETTINGS, hash_checking

_OPTION: Final = "--generate-hashes"
_OFF: Final = ("--no-hashes", "--no-generate-hashes", "--without-hashes")
# They have to be asked for hashes; what exports a lock has them unless it is told otherwise.
_ASKED: Final = ("uv pip compile", "pip-compile")
# What uv calls the platforms, for which it decides over markers whatever machine it runs on.
_PLATFORMS: Final[Mapping[str, str]] = {"amd64": "linux", "arm64": "aarch64-unknown-linux-gnu"}


def pinned_by(
    managed: Managed,
    project: ProjectFiles,
    requirements: RequirementsSet,
    *,
    runtime: Runtime,
    settings: Mapping[str, str],
) -> tuple[str, ...]:
    """The commands, as they are entered in the application's root; none where there are hashes, or they would not do.

    They would not where pip can't check a requirement by its hash (folders, repositories), and where something else
    leaves open what is installed.
    """
    lines = requirements.requirements
    if not lines or hash_checking(requirements, settings) or requirements.remote:
        return ()
    if any(settings.get(name) for name in OPEN_SETTINGS) or len(managed.source.files) != 1:
        return ()
    # Whatever made the file would write the same markers again.
    if any(line.kind not in ("named", "direct_url") for line in lines) or (
        managed.source.maker and any(OPEN_MARKERS.search(line.marker) for line in lines)
    ):
        return ()
    folder = managed.source.folder
    commands = _commands(managed, project, runtime)
    return (f"cd {shlex.quote(folder)}", *commands) if folder and commands else commands


def _commands(managed: Managed, project: ProjectFiles, runtime: Runtime) -> tuple[str, ...]:
    maker, command, (file,) = managed.source.maker, managed.source.command, managed.source.files
    if command:
        return (_with_hashes(maker, command),)
    if maker:
        # With options that aren't repeated, such as an index's address.
        return (f"{maker} {_OPTION} …  (and what else the first lines of {file} name)",)
    if "/" in file:
        # Nobody has looked what it is made from, if it is.
        return ()
    declared = f"{file.removesuffix('.txt')}.in"
    source, target = shlex.quote(declared), shlex.quote(file)
    place = f"--python-version {runtime.minor} --python-platform {_PLATFORMS[runtime.arch]}"
    compiled = f"uv pip compile {_OPTION} {place} {source} -o {target}"
    return (compiled,) if declared in project.names else (f"mv {target} {source}", compiled)


def _with_hashes(maker: str, command: str) -> str:
    """The command that made a file, so that it writes hashes."""
    words = [word for word in command.split() if word not in _OFF]
    if maker in _ASKED and _OPTION not in words:
        words.insert(len(maker.split()), _OPTION)
    return " ".join(words)
