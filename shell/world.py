"""Reads the world into facts: the application, the buildpack, the machine and restored layers, each once."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, urlsplit

import msgspec
import tomli
from pure.bindings.at_launch import wanted_at_launch
from pure.bindings.contents import NONE, Bindings, understood
from pure.bindings.decision import files_named, netrc_of
from pure.bindings.folder import BindingError, root_of
from pure.build.collected import CollectedBefore, decode_record
from pure.build.errors import NotReadable
from pure.build.facts import Facts
from pure.build.reading import Application, requirements
from pure.build.tool_steps import SEEDS, WHEELS
from pure.build.undeclared import imports_matter
from pure.build.watched import names_digest
from pure.build.workplace import COLLECTED, COLLECTED_RECORD, PACKED_STATE, PACKED_VENV, STATE_FILE
from pure.layers.names import STATIC_CACHE, VENV, VENV_CACHE
from pure.layers.programs import PROGRAMS
from pure.manager.pip_configuration import ConfigurationFile, configured, places
from pure.manager.table import PIP_TOOL, TOOLS
from pure.outcome import Failure, Outcome, Success
from pure.python.offer import CATALOGUE_VARIABLE, CatalogueText, CatalogueUnreachable
from pure.start.choice import code_matters
from pure.start.code_search import code_facts
from pure.start.imports import foreign_imports
from pure.start.offered import DeclaredFiles
from pure.start.peers import peer_commands
from pure.start.source_files import Sources
from pure.target import Target, distro_from_os_release, target_from_environment
from pure.urls import visible_url

from shell.application import read_application, read_requirements
from shell.baggage import find_baggage
from shell.certificates import joined_certificates
from shell.files import ReadError, kept, optional, regular
from shell.layer_store import LayerStore
from shell.sources import find_manage, read_sources

CATALOGUE: Final = "data/cpython.json"
CARRIED: Final = "data/carried.json"
CARRIED_TOOLS: Final = "data/carried-tools.json"
END_OF_LIFE: Final = "data/end-of-life.json"
CARRIED_SCHEME: Final = b"buildpack:"

_LIBRARY_PATH: Final = "LD_LIBRARY_PATH"


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
    except ReadError as failed:
        return Failure(failed.error)


def _facts(*, buildpack: Path, app: Path, layers: Path, plan: Path | None, environ: Mapping[str, str]) -> Facts:
    application = read_application(app, environ)
    home = app / application.folder
    bindings = _bindings(environ)
    bound = bindings.value_or(NONE) if bindings is not None else NONE
    named = {**environ, **files_named(bound, environ)}
    pip_settings = configured(pip_configuration(named, home))
    settings = {name: value for name, value, _ in pip_settings}
    needed = read_requirements(app, home, requirements(environ, settings))
    code = code_matters(application.procfile, application.pyproject, peer_commands(environ, application.elsewhere))
    project = application.project
    imports = isinstance(project, Success) and imports_matter(project.unwrap(), environ)
    declared = None if code else _declared(home, application, environ)
    # What the project declares is checked against the code, too.
    seen = code or declared is not None
    sources = read_sources(home) if seen or imports else Sources()
    manage = find_manage(home)
    carried_pip = next((str(path) for path in sorted((buildpack / WHEELS).glob("pip-*.whl"))), None)
    return Facts(
        version=buildpack_version(buildpack),
        buildpack_dir=str(buildpack),
        target=read_target(environ),
        today=datetime.now(UTC).date(),
        layers_dir=str(layers),
        app_dir=str(app),
        variables=environ,
        names=application.names,
        catalogue=CatalogueText(raw=_needed(buildpack / CATALOGUE), origin=CATALOGUE),
        carried=_carried(buildpack),
        carried_tools=_carried_tools(buildpack),
        operator_catalogue=_operator_catalogue(environ),
        end_of_life=CatalogueText(raw=_needed(buildpack / END_OF_LIFE), origin=END_OF_LIFE),
        pip_pin=_needed(buildpack / PIP_TOOL.pin_file).decode(),
        pip_settings=pip_settings,
        version_files=application.version_files,
        procfile=application.procfile,
        pyproject=application.pyproject,
        declared=declared,
        baggage=find_baggage(app, home),
        elsewhere=application.elsewhere,
        imports=foreign_imports(sources) if imports else None,
        code=code_facts(sources) if seen else None,
        manage=manage,
        requirements=needed.found,
        requirement_texts=needed.texts,
        certificates=joined_certificates({**settings, **environ}, bound.certificates, carried_pip=carried_pip),
        netrc=netrc_of(bound, _netrc(named)),
        bindings=bindings,
        mapped=bound.mapped,
        programs={
            name: program.joined(_needed(buildpack / program.file), _needed(buildpack / program.needs))
            for name, program in PROGRAMS.items()
            if name != "certificates" or wanted_at_launch(bound, environ)
        },
        project=application.project,
        tool_pins={
            tool.name: _needed(buildpack / tool.pin_file).decode() for tool in TOOLS.values() if tool is not PIP_TOOL
        },
        buildpack_plan=(optional(plan) if plan else None) or b"",
        restored=LayerStore(layers).restored(),
        venv_state=kept(layers / VENV / STATE_FILE),
        packed_state=kept(layers / VENV_CACHE / PACKED_STATE),
        packed_nbytes=_size(layers / VENV_CACHE / PACKED_VENV),
        collected=_collected(app, layers) if manage else None,
        seed_wheels=_seed_wheels(layers),
        carried_pip=carried_pip,
    )


def _bindings(environ: Mapping[str, str]) -> Outcome[Bindings, BindingError] | None:
    """What the platform binds; ``None`` where it has no folder for that."""
    root, variable = root_of(environ)
    # One look is all that builds without bindings pay.
    if not root or not os.path.lexists(root):
        return None
    from shell.bindings import read_bindings

    read = read_bindings(root, variable)
    return read if isinstance(read, Failure) else understood(read.unwrap())


def _size(path: Path) -> int | None:
    """A file's bytes; ``None`` where there is none."""
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None


def _declared(home: Path, application: Application, environ: Mapping[str, str]) -> DeclaredFiles | None:
    """What the processes that the project declares name; ``None`` where it declares none."""
    from pure.start.declared_check import declared_processes

    from shell.declared import read_declared

    peers = peer_commands(environ, application.elsewhere)
    processes = declared_processes(application.procfile, application.pyproject, peers)
    return read_declared(home, processes, environ) if processes else None


def _collected(app: Path, layers: Path) -> CollectedBefore | None:
    """What an earlier build collected of Django's static files, and how what it looked at is now."""
    raw = kept(layers / STATIC_CACHE / COLLECTED_RECORD)
    decoded = decode_record(raw) if raw is not None else None
    if not isinstance(decoded, Success):
        return None
    from shell.layer_archive import packed
    from shell.watched import hashed, look

    record = decoded.unwrap()
    return CollectedBefore(
        record=record,
        names=names_digest(look(app).files),
        reads=hashed(app, record.reads),
        archived=packed(layers / STATIC_CACHE / COLLECTED),
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
    release = optional(Path("/etc/os-release"))
    distro = distro_from_os_release((release or b"").decode("utf-8", "replace"))
    return Target(os=target.os, arch=target.arch, distro=distro)


def _netrc(environ: Mapping[str, str]) -> bytes | None:
    """The user's file of passwords, which every tool reads."""
    path = Path(environ.get("NETRC") or Path(environ.get("HOME") or "/nonexistent", ".netrc"))
    try:
        return regular(path)
    except (OSError, ValueError, ReadError):
        # Tools read it if they can, and so do we.
        return None


def _carried(buildpack: Path) -> CatalogueText | None:
    raw = optional(buildpack / CARRIED)
    if raw is None:
        return None
    base = f"file://{quote(str(buildpack))}/".encode()
    return CatalogueText(raw=raw.replace(CARRIED_SCHEME, base), origin=CARRIED)


def _carried_tools(buildpack: Path) -> dict[str, tuple[str, ...]] | None:
    raw = optional(buildpack / CARRIED_TOOLS)
    try:
        return None if raw is None else msgspec.json.decode(raw, type=dict[str, tuple[str, ...]])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ReadError(NotReadable(path=str(buildpack / CARRIED_TOOLS), detail=str(error))) from error


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
        return CatalogueText(raw=regular(path), origin=f"${CATALOGUE_VARIABLE}")
    except ReadError as failed:
        return CatalogueUnreachable(variable=CATALOGUE_VARIABLE, place=place, detail=failed.error.detail)
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        return CatalogueUnreachable(variable=CATALOGUE_VARIABLE, place=place, detail=detail)


def pip_configuration(environ: Mapping[str, str], app: Path) -> tuple[ConfigurationFile, ...]:
    """pip's configuration files that are there."""
    found: list[ConfigurationFile] = []
    for path in map(Path, places(environ, str(app))):
        try:
            inside = app if path.is_relative_to(app) else None
            text = regular(path, within=inside).decode("utf-8", "replace")
            found.append(ConfigurationFile(path=str(path), text=text))
        except (OSError, ValueError, ReadError):
            # pip reads those that it can, and so do we.
            continue
    return tuple(found)


def _needed(path: Path) -> bytes:
    raw = optional(path)
    if raw is None:
        raise ReadError(NotReadable(path=str(path), detail="no such file; the buildpack is incomplete"))
    return raw
