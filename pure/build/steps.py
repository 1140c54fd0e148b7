"""Names the effects that a build asks for, and what each brings back.

A step says everything that its execution needs: paths, argument lists, environments, bytes. The executor holds no plan.
It carries the steps of a turn out in their order and stops at the first effect that can't be had and after the first
program that fails (unless its failing is expected, ``RunProgram.may_fail``); what it learned goes back as an ``Answer``
(``pure.build.conversation``).
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias, TypeVar

import msgspec

from pure.build.errors import BuildError
from pure.build.watched import FilesHashed, FilesSeen, HashFiles, LookAtFiles, PackFiles, UnpackFiles
from pure.layers.decision import LayerDecision
from pure.layers.names import LayerName
from pure.python.catalogue import Runtime
from pure.venv.elf import Dynamic

Environment: TypeAlias = tuple[tuple[str, str], ...]


class BeginLayer(msgspec.Struct, frozen=True, kw_only=True):
    """Start a layer over: remove its ``<layer>.toml`` first, then its directory, and make an empty one."""

    layer: LayerName


class DropLayer(msgspec.Struct, frozen=True, kw_only=True):
    """Remove a restored layer that this build doesn't want, its ``<layer>.toml`` first."""

    layer: LayerName


class PackLayers(msgspec.Struct, frozen=True, kw_only=True):
    """Pack the trees of layers into one file, but for these names in their roots. Brings back ``LayersPacked``."""

    layers: tuple[LayerName, ...]
    archive: str
    without: tuple[str, ...]


class UnpackLayers(msgspec.Struct, frozen=True, kw_only=True):
    """Make layers of what was packed: first each ``<layer>.toml`` goes. Brings back ``LayersUnpacked``.

    A file that isn't what was packed ends the turn, and leaves none of the layers there.
    """

    layers: tuple[LayerName, ...]
    archive: str
    digest: str  # what its sha256 has to be


class FinishLayer(msgspec.Struct, frozen=True, kw_only=True):
    """Write a layer's environment files, unless its contents are away, and, last, its ``<layer>.toml``."""

    decision: LayerDecision


class InstallRuntime(msgspec.Struct, frozen=True, kw_only=True):
    """Fetch, verify and unpack a runtime, or copy the carried one. Brings back ``RuntimeInstalled``."""

    runtime: Runtime
    url: str
    elsewhere: tuple[str, ...]  # where the archive is looked for if that place has no such file
    environment: Environment  # how servers are reached: proxies, certificates
    root: str
    wheel_to: str  # the folder that the wheel of pip which the runtime bundles goes to
    archive: str  # where the archive is fetched to, unless it lies there already
    borrowed: bool = False
    """Only this build works with it, so that bytecode may come along which another place is written in."""
    bound: bool = False
    """The url is a binding's, of which nobody reads more than the host and the file's name."""


class CopyFile(msgspec.Struct, frozen=True, kw_only=True):
    """Copy a file; its new folders are made, and the copy is there wholly or not at all."""

    source: str
    target: str


Purpose: TypeAlias = Literal[
    "probe",  # does the runtime start?
    "install-tool",  # a package manager's tool into its layer
    "create-environment",  # an empty virtual environment
    "resolve",  # pip says what it would install
    "install",  # pip installs
    "ask-again",  # pip, once more, for what it only writes into a log of its own
    "compare-indexes",  # the same, of an installation that succeeded
    "check-lock",  # a tool looks whether its lock is up to date
    "synchronise",  # a tool brings the environment to what its lock says
    "collect-static",  # Django's command
    "build-command",  # one that the application declares
    "try-import",  # what was chosen to start the application is imported
]


class RunProgram(msgspec.Struct, frozen=True, kw_only=True):
    """Run a program to its end. Brings back ``Ended``.

    What it is for decides which of its lines are shown while it runs (``pure.report.build_log``) and what its end means
    (``pure.build.endings``).
    """

    purpose: Purpose
    argv: tuple[str, ...]
    environment: Environment
    folder: str
    may_fail: bool = False  # the steps after it are carried out however it ends


class RemoveFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Remove files below ``root`` that may be missing, then those of the directories (deepest first) that are empty."""

    root: str
    files: tuple[str, ...]
    directories: tuple[str, ...] = ()


class WriteFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Write files below ``root`` in their order, each atomically."""

    root: str
    files: tuple[tuple[str, bytes], ...]
    executable: bool = False


class MoveTrees(msgspec.Struct, frozen=True, kw_only=True):
    """Move files and folders from ``root`` to the same paths below ``target``, where nothing lies."""

    root: str
    target: str
    paths: tuple[str, ...]


class MakeLinks(msgspec.Struct, frozen=True, kw_only=True):
    """Make symbolic links at paths below ``root`` where nothing lies, each to its target as it is written."""

    root: str
    links: tuple[tuple[str, str], ...]


class PruneDownloads(msgspec.Struct, frozen=True, kw_only=True):
    """Remove from pip's cache what need not be kept of its downloads (``pure.manager.pip_cache``)."""

    cache: str
    resolves: bool  # the next build asks again what the requirements come to


class RemoveHistories(msgspec.Struct, frozen=True, kw_only=True):
    """Remove the version control's data (``.git``) from the checkouts directly below ``root``, if there are any."""

    root: str


class WithoutBytecode(msgspec.Struct, frozen=True, kw_only=True):
    """Modules that get no bytecode: those of such names (patterns of ``fnmatch``) below a folder that is called so."""

    below: tuple[str, ...]
    names: tuple[str, ...]


class CompileBytecode(msgspec.Struct, frozen=True, kw_only=True):
    """Compile what isn't compiled yet below ``roots``, with the interpreter ``python``. Brings back ``Compiled``."""

    python: str
    roots: tuple[str, ...]
    environment: Environment
    left_out: WithoutBytecode = WithoutBytecode(below=(), names=())


class ReadFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Read the files below ``root`` that a glob pattern matches. Brings back ``FilesRead``; a missing root has none.

    What is too large is an error.
    """

    root: str
    patterns: tuple[str, ...]
    ends: bool = False
    """Of what is too large the end will do."""


class ListFiles(msgspec.Struct, frozen=True, kw_only=True):
    """List all files and links below ``root``. Brings back ``FilesListed``; links to folders are not followed."""

    root: str


class ListFolders(msgspec.Struct, frozen=True, kw_only=True):
    """List the names that lie directly in folders, some of which may be missing. Brings back ``FoldersListed``."""

    folders: tuple[str, ...]


class ReadLibraries(msgspec.Struct, frozen=True, kw_only=True):
    """Read what these libraries below ``root`` say to the loader. Brings back ``LibrariesRead``."""

    root: str
    files: tuple[str, ...]


class ListBuildFolders(msgspec.Struct, frozen=True, kw_only=True):
    """List the folders that installations make among an application's files. Brings back ``BuildFoldersListed``."""

    app: str


Step: TypeAlias = (
    BeginLayer
    | DropLayer
    | PackLayers
    | UnpackLayers
    | FinishLayer
    | InstallRuntime
    | CopyFile
    | RunProgram
    | RemoveFiles
    | WriteFiles
    | MoveTrees
    | MakeLinks
    | PruneDownloads
    | RemoveHistories
    | CompileBytecode
    | ReadFiles
    | ListFiles
    | ListFolders
    | ReadLibraries
    | ListBuildFolders
    | LookAtFiles
    | HashFiles
    | PackFiles
    | UnpackFiles
)
Steps: TypeAlias = tuple[Step, ...]


class RuntimeInstalled(msgspec.Struct, frozen=True, kw_only=True):
    """A runtime was fetched and unpacked, or copied."""

    nbytes: int | None  # of the archive; ``None`` where there is none: the buildpack carries the runtime unpacked
    fetched_in: float  # seconds
    files: int  # unpacked
    left_out: int  # files that no running application needs
    unpacked_in: float  # seconds
    wheel: str | None  # where the wheel of pip lies that it bundled
    size: int  # bytes of the files that were unpacked
    cached: bool = False  # its archive lay in the cache
    compiled: bool = False  # its bytecode came along


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """How a program ended."""

    program: RunProgram
    returncode: int  # minus the signal's number where one ended it; 126 and 127 where it could not be started
    signal: str | None = None  # the signal's name, such as ``SIGKILL``
    said: tuple[str, ...] = ()  # its last lines on standard output and standard error, in their order
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether it exited with status 0."""
        return self.returncode == 0


class LayersPacked(msgspec.Struct, frozen=True, kw_only=True):
    """Layers were packed."""

    digest: str  # sha256 of the file
    nbytes: int


class LayersUnpacked(msgspec.Struct, frozen=True, kw_only=True):
    """What was packed of layers is there."""

    whole: bool  # the file is what was packed; else nothing is there


class Compiled(msgspec.Struct, frozen=True, kw_only=True):
    """Bytecode was brought up to date."""

    compiled: int  # modules
    current: int  # modules whose bytecode was right already
    seconds: float
    left_out: int = 0  # modules that get none


class FilesRead(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of the files that were found, by their paths below ``root``."""

    root: str
    files: Mapping[str, bytes]


class FilesListed(msgspec.Struct, frozen=True, kw_only=True):
    """The paths below ``root``, sorted."""

    root: str
    paths: tuple[str, ...]


class FoldersListed(msgspec.Struct, frozen=True, kw_only=True):
    """The names in each folder; a missing one has none."""

    names: Mapping[str, tuple[str, ...]]


class LibrariesRead(msgspec.Struct, frozen=True, kw_only=True):
    """What libraries say to the loader, by their paths; what is no library of ELF is left out."""

    root: str
    sections: Mapping[str, Dynamic]


class BuildFoldersListed(msgspec.Struct, frozen=True, kw_only=True):
    """Folders that installations make and all in them, as paths from the application's; folders end in ``/``."""

    paths: frozenset[str]


Result: TypeAlias = (
    RuntimeInstalled
    | Ended
    | LayersPacked
    | LayersUnpacked
    | Compiled
    | FilesRead
    | FilesListed
    | FoldersListed
    | LibrariesRead
    | BuildFoldersListed
    | FilesSeen
    | FilesHashed
)
R = TypeVar(
    "R",
    RuntimeInstalled,
    Ended,
    LayersPacked,
    LayersUnpacked,
    Compiled,
    FilesRead,
    FilesListed,
    FoldersListed,
    LibrariesRead,
    BuildFoldersListed,
    FilesSeen,
    FilesHashed,
)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the steps of a turn brought back, in their order, up to the one that ended them."""

    results: tuple[Result, ...] = ()
    seconds: float = 0.0  # that all of them took
    missed: BuildError | None = None  # why the step after them couldn't be carried out

    def all(self, kind: type[R]) -> tuple[R, ...]:
        """The results of a kind."""
        return tuple(each for each in self.results if isinstance(each, kind))

    def read(self, root: str) -> Mapping[str, bytes]:
        """The files that were read below ``root``."""
        return next((each.files for each in self.all(FilesRead) if each.root == root), {})

    def listed(self, root: str) -> tuple[str, ...]:
        """The files that were listed below ``root``."""
        return next((each.paths for each in self.all(FilesListed) if each.root == root), ())

    def names(self, folder: str) -> frozenset[str] | None:
        """The names in a folder; ``None`` where it wasn't listed."""
        listed = (each.names[folder] for each in self.all(FoldersListed) if folder in each.names)
        found = next(listed, None)
        return None if found is None else frozenset(found)

    @property
    def failed(self) -> Ended | None:
        """The program that ended the turn by failing."""
        last = self.results[-1] if self.results else None
        failed = isinstance(last, Ended) and not last.ok and not last.program.may_fail
        return last if failed and isinstance(last, Ended) else None
