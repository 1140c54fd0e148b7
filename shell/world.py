"""Reads the world into facts: files, environment, clock and restored layers, each once."""

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, urlsplit

import msgspec
import tomli
from pure.build.errors import NotReadable
from pure.build.facts import Facts
from pure.build.plan import REQUIREMENTS
from pure.build.tool_steps import SEEDS
from pure.build.workplace import STATE_FILE
from pure.manager.choice import REQUIREMENTS_VARIABLE
from pure.manager.pip_configuration import PIN_FILE, ConfigurationFile, configured
from pure.manager.table import LOCK_NAMES, MANAGERS, PIP_TOOL, TOOLS, UV
from pure.outcome import Failure, Outcome, Success
from pure.project.files import (
    REQUIREMENTS_FOLDER,
    BadProjectFolder,
    Project,
    ProjectFiles,
    project_folder,
    requirement_files,
)
from pure.project.locks.pylock import NAME as PYLOCK_NAME
from pure.project.requirements.collection import MissingFiles, RequirementsSet, collect
from pure.project.requirements.file import RequirementsError
from pure.project.workspace import has_member
from pure.python.choice import CATALOGUE_VARIABLE, CatalogueText, CatalogueUnreachable
from pure.python.sources import version_files
from pure.start.choice import code_matters
from pure.start.code_search import code_facts
from pure.start.declared import PYPROJECT
from pure.start.processes import PROCFILE
from pure.start.source_files import IGNORED_FOLDERS
from pure.target import Target, distro_from_os_release, target_from_environment
from pure.urls import visible_url

from shell.layer_store import LayerStore
from shell.sources import find_manage, known, read_sources

CATALOGUE: Final = "data/cpython.json"
CARRIED: Final = "data/carried.json"
END_OF_LIFE: Final = "data/end-of-life.json"
CARRIED_SCHEME: Final = b"buildpack:"

_LIBRARY_PATH: Final = "LD_LIBRARY_PATH"


class _ReadError(Exception):
    """Carries an expected failure to the one place that returns it."""

    def __init__(self, error: NotReadable) -> None:
        super().__init__()
        self.error = error


def buildpack_version(buildpack: Path) -> str:
    """The version that ``buildpack.toml`` states."""
    with (buildpack / "buildpack.toml").open("rb") as file:
        return str(tomli.load(file)["buildpack"]["version"])


def variables() -> dict[str, str]:
    """The environment that the platform gave us, as it was before our launcher protected itself from it."""
    found = dict(os.environ)
    kept = found.pop("LAMINA_LIBRARY_PATH", "")
    if kept:
        found[_LIBRARY_PATH] = kept
    return found


def read_facts(
    *,
    buildpack: Path,
    app: Path,
    layers: Path,
    plan: Path | None,
    environ: Mapping[str, str],
    temporary: Path | None = None,
) -> Outcome[Facts, NotReadable]:
    """Everything that a build depends on.

    ``plan`` is the buildpack plan's file, ``temporary`` a folder that ends with the build, if there is to be one.
    """
    try:
        facts = _facts(buildpack=buildpack, app=app, layers=layers, plan=plan, environ=environ)
        return Success(msgspec.structs.replace(facts, temporary=str(temporary or "")))
    except _ReadError as failed:
        return Failure(failed.error)


def _facts(*, buildpack: Path, app: Path, layers: Path, plan: Path | None, environ: Mapping[str, str]) -> Facts:
    project = read_project(app, environ)
    home = app / project.unwrap().folder if isinstance(project, Success) else app
    pip_settings = configured(_pip_configuration(environ, home))
    procfile, pyproject = _optional(home / PROCFILE), _optional(home / PYPROJECT)
    requirements, requirement_texts = _requirements(home, environ, {name: value for name, value, _ in pip_settings})
    return Facts(
        version=buildpack_version(buildpack),
        buildpack_dir=str(buildpack),
        target=read_target(environ),
        today=datetime.now(UTC).date(),
        layers_dir=str(layers),
        app_dir=str(app),
        variables=environ,
        names=_names(app),
        catalogue=CatalogueText(raw=_needed(buildpack / CATALOGUE), origin=CATALOGUE),
        carried=_carried(buildpack),
        operator_catalogue=_operator_catalogue(environ),
        end_of_life=CatalogueText(raw=_needed(buildpack / END_OF_LIFE), origin=END_OF_LIFE),
        pip_pin=_needed(buildpack / PIN_FILE).decode(),
        pip_settings=pip_settings,
        version_files=_version_files(app, project, environ),
        procfile=procfile,
        pyproject=pyproject,
        code=code_facts(read_sources(home)) if code_matters(procfile, pyproject) else None,
        manage=find_manage(home),
        requirements=requirements,
        requirement_texts=requirement_texts,
        netrc=_netrc(environ),
        project=project,
        tool_pins={
            tool.name: _needed(buildpack / tool.pin_file).decode() for tool in TOOLS.values() if tool is not PIP_TOOL
        },
        buildpack_plan=(_optional(plan) if plan else None) or b"",
        restored=LayerStore(layers).restored(),
        venv_state=_optional(layers / "venv" / STATE_FILE),
        seed_wheels=_seed_wheels(layers),
        archives=tuple(str(path) for path in sorted((buildpack / "archives").glob("*.tar.gz"))),
    )


def _seed_wheels(layers: Path) -> dict[str, str]:
    """Wheels of pip: those that tools' layers keep, and that of the interpreter which runs this."""
    places = {name: layers / name / SEEDS for name in TOOLS} | {"": Path(os.__file__).parent / "ensurepip/_bundled"}
    found = {name: sorted(place.glob("pip-*.whl")) for name, place in places.items()}
    return {name: str(wheels[0]) for name, wheels in found.items() if wheels}


def read_target(environ: Mapping[str, str]) -> Target:
    """The target that the platform states; the distribution of this machine where it states none."""
    target = target_from_environment(environ, machine=os.uname().machine)
    if target.distro is not None:
        return target
    release = _optional(Path("/etc/os-release"))
    distro = distro_from_os_release((release or b"").decode("utf-8", "replace"))
    return Target(os=target.os, arch=target.arch, distro=distro)


_SOURCES: Final = "src"
# Enough for any repository that is one by hand.
_MOST_FOLDERS: Final = 200
# What decides over package managers, wherever it lies.
_PROJECT_FILES: Final = frozenset(
    name for each in MANAGERS.values() for name in (each.lock, *each.declared_in, *each.configuration)
)


def read_project(app: Path, environ: Mapping[str, str]) -> Project:
    """The folder that is the project, with the files that decide how it is installed."""
    folder = project_folder(environ)
    if isinstance(folder, Failure):
        return folder
    name = folder.unwrap()
    home = app / name
    if not known(home.is_dir):
        return Failure(BadProjectFolder(value=name, because="is no folder of the application"))
    if not home.resolve().is_relative_to(app.resolve()):
        return Failure(BadProjectFolder(value=name, because="leaves the application's folder by a link"))
    names = _names(home)
    texts = _texts(home, (each for each in names if each in _PROJECT_FILES or PYLOCK_NAME.match(each)))
    # A folder, or a link to nothing, of such a name declares nothing.
    names = tuple(each for each in names if each in texts or not (each in _PROJECT_FILES or PYLOCK_NAME.match(each)))
    texts |= _texts(home, environ.get(REQUIREMENTS_VARIABLE, "").split())
    workspace: str | None = None
    above: dict[str, bytes] = {}
    # Only what declares a project can be a member.
    member = bool(name) and UV.lock not in names and set(UV.declared_in) <= set(names)
    for parent in home.parents if member else ():
        if not parent.is_relative_to(app):
            break
        if (parent / UV.lock).is_file():
            texts_above = _texts(parent, (UV.lock, *UV.configuration))
            if has_member(texts_above, str(home.relative_to(parent))):
                workspace = "" if parent == app else str(parent.relative_to(app))
                above = texts_above
                break
    locks = frozenset(LOCK_NAMES)
    unlocked = not locks.intersection(names)
    folders = frozenset(each for each in names if (home / each).is_dir()) if unlocked else frozenset()
    return Success(
        ProjectFiles(
            folder=name,
            names=names,
            texts=texts,
            workspace=workspace,
            workspace_texts=above,
            nested=_nested(home, folders),
            source_names=_names(home / _SOURCES) if (home / _SOURCES).is_dir() else (),
            requirement_files=requirement_files(_files(home, names, folders)) if unlocked else (),
            folders=folders,
        )
    )


def _texts(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    found = ((name, _optional(folder / name)) for name in names)
    return {name: raw for name, raw in found if raw is not None}


def _nested(home: Path, folders: Iterable[str]) -> tuple[str, ...]:
    """What says what to install one or two folders deeper, for the error that says where it is; the nearest first."""
    level = [home / name for name in sorted(folders) if _may_be_a_project(name)][:_MOST_FOLDERS]
    below = [path for folder in level for path in _folders(folder)][:_MOST_FOLDERS]
    found = []
    for path in (*level, *below):
        locks = [path / lock for lock in LOCK_NAMES if known((path / lock).is_file)]
        found += locks or [declared for declared in (path / PYPROJECT,) if known(declared.is_file)]
    return tuple(path.relative_to(home).as_posix() for path in found)


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if _may_be_a_project(path.name) and path.is_dir())
    except OSError:
        # What can't be listed holds no project of ours.
        return []


def _may_be_a_project(name: str) -> bool:
    return name not in IGNORED_FOLDERS and name != REQUIREMENTS_FOLDER and not name.startswith(".")


def _files(home: Path, names: Iterable[str], folders: frozenset[str]) -> tuple[str, ...]:
    """The names of files, with those in a folder of requirements."""
    inner = _names(home / REQUIREMENTS_FOLDER) if REQUIREMENTS_FOLDER in folders else ()
    return (
        *(name for name in names if name not in folders),
        *(f"{REQUIREMENTS_FOLDER}/{name}" for name in inner if known((home / REQUIREMENTS_FOLDER / name).is_file)),
    )


def _names(app: Path) -> tuple[str, ...]:
    try:
        return tuple(sorted(path.name for path in app.iterdir()))
    except OSError as error:
        raise _ReadError(NotReadable(path=str(app), detail=error.strerror or str(error))) from error


# A workspace's own declaration is not that of its members.
_DECLARATIONS: Final = frozenset({PYPROJECT, "setup.cfg"})
# Read by their tools in every folder above a project, too.
_VERSIONS_FROM_ABOVE: Final = frozenset({".python-version", ".tool-versions", "mise.toml", ".mise.toml"})


def _version_files(app: Path, project: Project, environ: Mapping[str, str]) -> dict[str, bytes]:
    """Those files that may name a Python version, by name: the project's, its workspace's lock, the root's pins."""
    files = project.unwrap() if isinstance(project, Success) else None
    home = app / files.folder if files else app
    found: dict[str, bytes] = {}
    for name in version_files(environ):
        raw = _optional(home / name)
        if raw is None and files and name in files.workspace_texts and name not in _DECLARATIONS:
            raw = files.workspace_texts[name]
        if raw is None and name in _VERSIONS_FROM_ABOVE:
            raw = _optional(app / name)
        if raw is not None:
            found[name] = raw
    return found


def _requirements(
    app: Path, environ: Mapping[str, str], configured: Mapping[str, str]
) -> tuple[Outcome[RequirementsSet, RequirementsError] | None, dict[str, bytes]]:
    """The requirements, ``None`` where there are none, and the contents of all files that were read for them."""
    names = tuple(environ.get(REQUIREMENTS_VARIABLE, "").split()) or (REQUIREMENTS,)
    constraints = tuple((environ.get("PIP_CONSTRAINT") or configured.get("PIP_CONSTRAINT", "")).split())
    read: dict[str, bytes | None] = {name: _optional(app / name) for name in names}
    if None in read.values():
        return None, {}
    while True:
        collected = collect(read, requirements=names, constraints=constraints)
        found = {path: raw for path, raw in read.items() if raw is not None}
        if isinstance(collected, Failure):
            return collected, found
        match collected.unwrap():
            case RequirementsSet() as complete:
                return Success(complete), found
            case MissingFiles(paths=paths):
                read |= {path: _optional(app / path) for path in paths}


def _netrc(environ: Mapping[str, str]) -> bytes | None:
    """The user's file of passwords, which every tool reads."""
    path = Path(environ.get("NETRC") or Path(environ.get("HOME") or "/nonexistent", ".netrc"))
    try:
        return path.read_bytes() if path.is_file() else None
    except (OSError, ValueError):
        # Tools read it if they can, and so do we.
        return None


def _carried(buildpack: Path) -> CatalogueText | None:
    raw = _optional(buildpack / CARRIED)
    if raw is None:
        return None
    base = f"file://{quote(str(buildpack))}/".encode()
    return CatalogueText(raw=raw.replace(CARRIED_SCHEME, base), origin=CARRIED)


def _operator_catalogue(environ: Mapping[str, str]) -> CatalogueText | CatalogueUnreachable | None:
    place = environ.get(CATALOGUE_VARIABLE, "").strip()
    if not place:
        return None
    parts = urlsplit(place)
    path = Path(unquote(parts.path)) if parts.scheme == "file" else Path(place)
    if parts.scheme in ("http", "https"):
        detail = "a catalogue is read from a file, not from the network"
        return CatalogueUnreachable(variable=CATALOGUE_VARIABLE, place=visible_url(place), detail=detail)
    try:
        return CatalogueText(raw=path.read_bytes(), origin=f"${CATALOGUE_VARIABLE}")
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        return CatalogueUnreachable(variable=CATALOGUE_VARIABLE, place=place, detail=detail)


def _pip_configuration(environ: Mapping[str, str], app: Path) -> tuple[ConfigurationFile, ...]:
    """pip's configuration files in the order in which it reads them."""
    own = environ.get("PIP_CONFIG_FILE", "")
    if own == os.devnull:
        return ()
    home = Path(environ.get("HOME") or "/nonexistent")
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    shared = [Path(folder) / "pip/pip.conf" for folder in (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")]
    paths = [*shared, Path("/etc/pip.conf"), home / ".pip/pip.conf", config / "pip/pip.conf"]
    if own:
        # pip runs in the application's folder.
        paths.append(app / own)
    found: list[ConfigurationFile] = []
    for path in paths:
        try:
            found.append(ConfigurationFile(path=str(path), text=path.read_text("utf-8", "replace")))
        except OSError:
            # pip reads those that it can, and so do we.
            continue
    return tuple(found)


def _needed(path: Path) -> bytes:
    raw = _optional(path)
    if raw is None:
        raise _ReadError(NotReadable(path=str(path), detail="no such file; the buildpack is incomplete"))
    return raw


def _optional(path: Path) -> bytes | None:
    try:
        # Never a pipe, which would be waited for, nor a device.
        return path.read_bytes() if path.is_file() else None
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError):
        # ValueError: a name with a NUL character, which no file can have.
        return None
    except OSError as error:
        raise _ReadError(NotReadable(path=str(path), detail=error.strerror or str(error))) from error
