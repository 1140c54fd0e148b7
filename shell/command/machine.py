"""Tries and reads on this machine what local builds need of it."""

import os
import platform
import shutil
import sysconfig
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec
from pure.lifecycle.environment import inherited_env
from pure.lifecycle.errors import LifecycleError
from pure.machine.facts import AskedIndex, BuildPlace, EngineFound, MachineFacts
from pure.manager.pip_configuration import configured
from pure.outcome import Failure
from pure.runtime.fetching import DigestMismatch, FetchFailure, FetchPolicy
from pure.switches import FALSE_WORDS
from pure.urls import visible_url

from shell import process
from shell.connections import Connections, Failed
from shell.disk import said
from shell.lifecycle.building_site import APP, DEFAULT_PATH, LAYERS, PLATFORM
from shell.lifecycle.processes import Description, Mount, Room
from shell.network import fetch
from shell.scratch import scratch_folder
from shell.world import pip_configuration

_PYPI: Final = "https://pypi.org/simple/"
# Every index has it, and its page is short.
_PAGE: Final = "pip/"
_MOST_INDEXES: Final = 5
_PATIENCE: Final = FetchPolicy(connect_timeout=5.0, read_timeout=10.0, attempts=1, overall=15.0)
_SECONDS: Final = 10.0
# What each prints when it, and what it talks to, is well.
_ENGINES: Final[Mapping[str, tuple[str, ...]]] = {
    "docker": ("version", "--format", "{{.Server.Version}}"),
    "podman": ("version", "--format", "{{.Client.Version}}"),
    "nerdctl": ("version", "--format", "{{(index .Server.Components 0).Version}}"),
    "skopeo": ("--version",),
}
_WRITES: Final = f"read -r word < {PLATFORM}/probe && : > {LAYERS}/probe && : > {APP}/probe && test -d /cnb/buildpacks"


def read_machine(*, cache: Path, given: Mapping[str, str], doing: Callable[[str], None]) -> MachineFacts:
    """Everything; ``given`` are the variables of a build, ``doing`` is told what takes time."""
    system = os.uname()
    doing("Trying namespaces")
    place = _nearest(cache)
    kept = _place(place)
    linux = system.sysname == "Linux"
    tried = _tried(None if kept.refused else place) if linux else _Tried()
    environ = _settings(given)
    indexes = []
    for url, by_name in _indexes(environ):
        doing(f"Asking {visible_url(url)}")
        indexes.append(AskedIndex(url=visible_url(url), failure=_asked(url, environ), named=by_name))
    doing("Looking for programs")
    named, unusable = _certificates(environ)
    return MachineFacts(
        system=system.sysname,
        release=system.release,
        machine=system.machine,
        python=platform.python_version(),
        packable=_packable(),
        namespace=tried.refused,
        untried=tried.untried,
        without_users=tried.without_users,
        paths=tried.status,
        overlays=tried.overlays,
        cache=kept,
        temporary=_place(Path(tempfile.gettempdir())),
        certificates=named,
        certificates_refused=unusable,
        indexes=tuple(indexes),
        git=_said(("git", "--version")).removeprefix("git version "),
        compiler=next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), ""),
        engines=tuple(_engines()),
    )


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there: builds make the rest."""
    folder = folder.absolute()
    return next(each for each in (folder, *folder.parents) if each.is_dir())


def _place(folder: Path) -> BuildPlace:
    try:
        free = shutil.disk_usage(folder).free
        with scratch_folder(folder):
            return BuildPlace(path=str(folder), free=free)
    except OSError as error:
        return BuildPlace(path=str(folder), free=0, refused=said(error))


class _Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What entering a namespace says, how a program in it ends, whether it took root, and whether overlays work."""

    refused: LifecycleError | None = None
    untried: str = ""
    status: int = 0
    without_users: bool = False
    overlays: bool = False


def _tried(place: Path | None) -> _Tried:
    """Whether builds can have a namespace, tried in a folder, or among the temporary files."""
    try:
        with scratch_folder(place) as scratch:
            for name in ("layers", "workspace", "platform", "upper", "work", "room"):
                (scratch / name).mkdir()
            (scratch / "platform" / "probe").write_text("word\n")
            mounts = (
                Mount(target=LAYERS, source=str(scratch / "layers")),
                Mount(target=PLATFORM, source=str(scratch / "platform"), kind="read-only"),
                Mount(target="/cnb/buildpacks", source=str(scratch / "platform"), kind="read-only"),
            )
            plain = Mount(target=APP, source=str(scratch / "workspace"))
            over = Mount(
                target=APP,
                kind="overlay",
                lower=(str(scratch / "workspace"),),
                upper=str(scratch / "upper"),
                work=str(scratch / "work"),
            )
            room = Room(scratch / "room")
            bound = room.run(_probe((*mounts, plain)), on_line=lambda _: None)
            if isinstance(bound, Failure):
                return _Tried(refused=bound.failure())
            laid = room.run(_probe((*mounts, over)), on_line=lambda _: None)
            return _Tried(
                status=bound.unwrap(),
                without_users=not room.user_namespace,
                overlays=not isinstance(laid, Failure) and laid.unwrap() == 0,
            )
    except OSError as error:
        return _Tried(untried=said(error))


def _probe(mounts: tuple[Mount, ...]) -> Description:
    return Description(
        mounts=mounts, argv=("sh", "-c", _WRITES), env={"PATH": DEFAULT_PATH}, cwd=APP, app=APP, own_processes=True
    )


def _settings(given: Mapping[str, str]) -> dict[str, str]:
    """By what a build reaches an index: proxies of this shell, pip's configuration, and variables, which beat it."""
    read = configured(pip_configuration(given, Path.cwd()))
    return inherited_env(os.environ) | {name: value for name, value, _ in read} | dict(given)


def _indexes(environ: Mapping[str, str]) -> tuple[tuple[str, bool], ...]:
    """The indexes that pip would ask, each with whether somebody named it."""
    if environ.get("PIP_NO_INDEX", "").lower() not in FALSE_WORDS:
        return ()
    main = environ.get("PIP_INDEX_URL", "").strip()
    more = ((each, True) for each in environ.get("PIP_EXTRA_INDEX_URL", "").split())
    return ((main or _PYPI, bool(main)), *more)[:_MOST_INDEXES]


def _asked(url: str, environ: Mapping[str, str]) -> FetchFailure | None:
    """Why the index at ``url`` gave no page; nobody knows what a page holds, so one that came has another digest."""
    page = urlsplit(url)._replace(query="", fragment="").geturl().rstrip("/") + f"/{_PAGE}"
    with scratch_folder() as scratch:
        fetched = fetch(page, scratch / "page", sha256="0" * 64, environ=environ, policy=_PATIENCE)
    failure = fetched.failure().failure if isinstance(fetched, Failure) else None
    return None if isinstance(failure, DigestMismatch) else failure


def _certificates(environ: Mapping[str, str]) -> tuple[str, str]:
    """The certificates that are named, and why they can't be used."""
    connections = Connections(environ)
    try:
        connections.to("https://index.invalid/")
    except Failed as failed:
        from pure.report.prose.archives import fetch_failure_in_short

        return connections.authorities or "", fetch_failure_in_short(failed.failure)
    return connections.authorities or "", ""


def _packable() -> bool:
    """Whether the interpreter has the wheel of pip, which Debian keeps elsewhere."""
    folders = (f"{sysconfig.get_path('stdlib')}/ensurepip/_bundled", sysconfig.get_config_var("WHEEL_PKG_DIR") or "")
    return any(any(Path(folder).glob("pip-*.whl")) for folder in folders if folder)


def _engines() -> Iterator[EngineFound]:
    for name, arguments in _ENGINES.items():
        if shutil.which(name):
            said = _said((name, *arguments)).removeprefix(f"{name} version ")
            yield EngineFound(name=name, version=said)


def _said(argv: tuple[str, ...]) -> str:
    """The first line of what a program says; nothing where it isn't there, or fails."""
    ended = process.run(argv, env=os.environ, timeout=_SECONDS)
    lines = ended.stdout.splitlines() if ended.ok else []
    return lines[0].strip() if lines else ""
