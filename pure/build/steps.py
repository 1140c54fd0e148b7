"""Names the effects that a plan asks for.

A step says everything that its execution needs: paths, argument lists, environments, bytes. The shell carries steps
out in order and stops at the first that fails; it never decides whether one is due.
"""

from typing import TypeAlias

import msgspec

from pure.layers.decision import LayerDecision
from pure.python.catalogue import Runtime

Environment: TypeAlias = tuple[tuple[str, str], ...]


class BeginLayer(msgspec.Struct, frozen=True, kw_only=True):
    """Start a layer over: remove its ``<layer>.toml`` first, then its directory, and make an empty one."""

    layer: str


class DropLayer(msgspec.Struct, frozen=True, kw_only=True):
    """Remove a restored layer that this build doesn't want."""

    layer: str


class FinishLayer(msgspec.Struct, frozen=True, kw_only=True):
    """Write a layer's environment files and, last, its ``<layer>.toml``."""

    decision: LayerDecision


class InstallRuntime(msgspec.Struct, frozen=True, kw_only=True):
    """Fetch, verify, unpack and compile a runtime into ``root``; its bundled pip wheel goes to ``wheel_to``."""

    runtime: Runtime
    url: str
    root: str
    wheel_to: str


class InstallTool(msgspec.Struct, frozen=True, kw_only=True):
    """Install a package manager's tool into its layer by a pip wheel.

    The wheel is the first that is found in ``wheel_folders``, else that of a runtime whose archive lies in
    ``archives``; it is kept in ``root``/seed. ``argv`` follows the wheel's own path, which the shell puts in the place
    of ``{wheel}``.
    """

    layer: str
    title: str
    root: str
    wheel_folders: tuple[str, ...]
    archives: str
    argv: tuple[str, ...]
    environment: Environment
    folder: str


class CreateEnvironment(msgspec.Struct, frozen=True, kw_only=True):
    """Create an empty virtual environment; ``configuration`` then replaces its ``pyvenv.cfg``."""

    root: str
    argv: tuple[str, ...]
    environment: Environment
    configuration: bytes


class RunPip(msgspec.Struct, frozen=True, kw_only=True):
    """Run pip in ``folder``; ``quiet`` shows its output only if it fails."""

    argv: tuple[str, ...]
    environment: Environment
    folder: str
    quiet: bool


class RunTool(msgspec.Struct, frozen=True, kw_only=True):
    """Run a package manager's tool in ``folder``. ``check`` says that it only looks whether the lock is up to date."""

    manager: str
    argv: tuple[str, ...]
    environment: Environment
    folder: str
    check: bool


class CollectStatic(msgspec.Struct, frozen=True, kw_only=True):
    """Run the project's ``collectstatic`` in ``folder``; ``manage`` is the script's path from the application's folder.

    A project that doesn't know the command is one without static files, which is no failure (``pure.start.django``).
    """

    manage: str
    argv: tuple[str, ...]
    environment: Environment
    folder: str


class RemoveFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Remove files below ``root``, then those of the named directories (deepest first) that are empty."""

    root: str
    files: tuple[str, ...]
    directories: tuple[str, ...]


class WriteFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Write files below ``root``, each atomically."""

    root: str
    files: tuple[tuple[str, bytes], ...]


class CleanOrigins(msgspec.Struct, frozen=True, kw_only=True):
    """In pip's cache below ``root``, the notes on where a wheel that was built comes from lose their credentials."""

    root: str


class RemoveHistories(msgspec.Struct, frozen=True, kw_only=True):
    """Remove the version control's data (``.git``) from the checkouts directly below ``root``, if there are any."""

    root: str


class CompileBytecode(msgspec.Struct, frozen=True, kw_only=True):
    """Compile what isn't compiled yet below ``roots``, with the interpreter ``python``."""

    python: str
    roots: tuple[str, ...]


Step: TypeAlias = (
    BeginLayer
    | DropLayer
    | FinishLayer
    | InstallRuntime
    | InstallTool
    | CreateEnvironment
    | RunPip
    | RunTool
    | CollectStatic
    | RemoveFiles
    | WriteFiles
    | CleanOrigins
    | RemoveHistories
    | CompileBytecode
)
