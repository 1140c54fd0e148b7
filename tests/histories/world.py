"""Carries out the steps of a build in memory, as ``shell.executor`` does on a machine, down to single writes.

Every step is interpreted, and what a step does in several acts is done in the same acts, in the same order, so that a
build can be ended between any two of them.
"""

from contextlib import suppress
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Final, assert_never

import tomli_w
from pure.build.leftovers import BUILD, EGG_INFO, PLUGINS
from pure.build.steps import (
    Answer,
    BeginLayer,
    BuildFoldersListed,
    CompileBytecode,
    Compiled,
    CopyFile,
    DropLayer,
    Ended,
    FilesListed,
    FilesRead,
    FinishLayer,
    FoldersListed,
    InstallRuntime,
    LayersPacked,
    LayersUnpacked,
    LibrariesRead,
    ListBuildFolders,
    ListFiles,
    ListFolders,
    MakeLinks,
    MoveTrees,
    PackLayers,
    PruneDownloads,
    ReadFiles,
    ReadLibraries,
    RemoveFiles,
    RemoveHistories,
    Result,
    RunProgram,
    RuntimeInstalled,
    Step,
    Steps,
    UnpackLayers,
    WriteFiles,
)
from pure.build.watched import FileSeen, FilesHashed, FilesSeen, HashFiles, LookAtFiles, PackFiles, UnpackFiles, held_by
from pure.layers.decision import LayerDecision
from pure.layers.environment import LayerEnvironment
from pure.layers.names import LayerName
from pure.python.catalogue import Runtime
from pure.runtime.pruning import decide, is_ensurepip_wheel

from tests.histories.disk import Disk, Folder, Link, Node, ProgramStopped, Script, packed, unpacked, walk
from tests.histories.environments import compile_below
from tests.histories.situation import LAYERS, Situation
from tests.histories.tools import Machine

BUNDLED_PIP: Final = "25.0"


class World(Machine):
    """A machine on which one build runs. ``stops`` is the program that fails, after so many of its acts at most."""

    def __init__(self, disk: Disk, situation: Situation, *, now: int = 0, stops: tuple[int, int] | None = None) -> None:
        super().__init__(disk, situation, now=now)
        self.stops = stops
        self.programs = 0
        self.carried_out: list[Step] = []
        self.begun_at: list[int] = []  # the act with which each of them began

    def execute(self, steps: Steps) -> Answer:
        """Carry out the steps of a turn, up to the first program that fails unexpectedly."""
        results: list[Result] = []
        for step in steps:
            self.carried_out.append(step)
            self.begun_at.append(self.disk.faults.ticks)
            result = self._execute(step)
            if result is None:
                continue
            results.append(result)
            if isinstance(result, LayersUnpacked) and not result.whole:
                break
            if isinstance(result, Ended) and not result.ok and not result.program.may_fail:
                break
        return Answer(results=tuple(results), seconds=float(len(results)))

    def _execute(self, step: Step) -> Result | None:
        disk = self.disk
        match step:
            case BeginLayer(layer=layer):
                self._drop(layer)
                disk.make_folder(f"{LAYERS}/{layer}")
            case DropLayer(layer=layer):
                self._drop(layer)
            case PackLayers(layers=layers, archive=file, without=names):
                found = Folder((layer, _without(disk.folder(f"{LAYERS}/{layer}"), names)) for layer in layers)
                content = packed(found)
                self._write(file, content)
                return LayersPacked(digest=sha256(content).hexdigest(), nbytes=len(content))
            case UnpackLayers(layers=layers, archive=file, digest=wanted):
                return self._unpack(layers, file, wanted)
            case FinishLayer(decision=decision):
                self._finish(decision)
            case InstallRuntime():
                return self._install_runtime(step)
            case MoveTrees(root=root, target=target, paths=paths):
                for path in paths:
                    disk.rename(f"{root}/{path}", f"{target}/{path}")
            case MakeLinks(root=root, links=links):
                for path, leads_to in links:
                    disk.write(f"{root}/{path}", Link(leads_to))
            case CopyFile(source=source, target=target):
                data = disk.read(source)
                if data is None:
                    raise FileNotFoundError(2, "No such file or directory", source)
                self._write(target, data)
            case RunProgram():
                return self._program(step)
            case RemoveFiles(root=root, files=names, directories=directories):
                for name in names:
                    disk.remove(f"{root}/{name}")
                for name in directories:
                    disk.remove_folder(f"{root}/{name}")
            case WriteFiles(root=root, files=written):
                for name, data in written:
                    self._write(f"{root}/{name}", data)
            case PruneDownloads():
                pass  # the model's pip keeps nothing but what it built
            case RemoveHistories(root=root):
                for name in list(disk.folder(root)):
                    disk.remove_tree(f"{root}/{name}/.git")
            case CompileBytecode(python=python, roots=roots):
                minor = self.python(python).minor
                counts = [compile_below(disk, root, minor) for root in roots if disk.is_folder(root)]
                compiled, current = (sum(each) for each in zip(*counts, strict=True)) if counts else (0, 0)
                return Compiled(compiled=compiled, current=current, seconds=1.0)
            case ReadFiles(root=root, patterns=patterns):
                return FilesRead(root=root, files=_matching(disk.folder(root), patterns))
            case ListFiles(root=root):
                entries = walk(disk.folder(root))
                return FilesListed(
                    root=root, paths=tuple(sorted(p for p, node in entries if not isinstance(node, Folder)))
                )
            case ListFolders(folders=folders):
                return FoldersListed(names={folder: tuple(sorted(disk.folder(folder))) for folder in folders})
            case ReadLibraries(root=root):
                return LibrariesRead(root=root, sections={})
            case ListBuildFolders(app=app):
                return BuildFoldersListed(paths=frozenset(_build_folders(disk.folder(app))))
            case LookAtFiles(root=root):
                return FilesSeen(root=root, files={path: _seen(node) for path, node in walk(disk.folder(root))})
            case HashFiles(root=root, files=names):
                there = {name: data for name in names if (data := disk.read(f"{root}/{name}")) is not None}
                return FilesHashed(root=root, held={name: _held(data) for name, data in there.items()})
            case PackFiles() | UnpackFiles():
                raise AssertionError("no application of a history is Django's")
            case _:
                assert_never(step)
        return None

    def write_outputs(self, launch: dict[str, object], sboms: tuple[tuple[str, bytes], ...], record: bytes) -> None:
        """What the shell writes after the last turn."""
        self.begun_at.append(self.disk.faults.ticks)
        self.disk.write_atomically(f"{LAYERS}/launch.toml", tomli_w.dumps(launch).encode())
        for name, data in sboms:
            self.disk.write_atomically(f"{LAYERS}/{name}", data)
        self.disk.write_atomically(f"{LAYERS}/lamina-record.json", record)

    def _program(self, step: RunProgram) -> Ended:
        number, self.programs = self.programs, self.programs + 1
        if self.stops is None or number != self.stops[0]:
            return self.run(step)
        faults = self.disk.faults
        faults.stopped_at = faults.ticks + self.stops[1]
        with suppress(ProgramStopped):
            self.run(step)
        faults.stopped_at = None
        return Ended(program=step, returncode=1, said=("error: the machine is having a bad day",), seconds=1.0)

    def _write(self, path: str, data: bytes) -> None:
        """As ``LayerStore.write``: what a kill leaves of a layer's file isn't in that layer."""
        self.disk.write_atomically(path, data, beside=LAYERS if path.startswith(f"{LAYERS}/") else "")

    def _drop(self, layer: str) -> None:
        self.disk.remove(f"{LAYERS}/{layer}.toml")
        self.disk.remove_tree(f"{LAYERS}/{layer}")

    def _finish(self, decision: LayerDecision) -> None:
        document = decision.document
        if not decision.away:
            self._write_environment(f"{LAYERS}/{decision.name}", decision.environment)
        self.disk.write_atomically(f"{LAYERS}/{decision.name}.toml", tomli_w.dumps(document).encode())

    def _unpack(self, layers: tuple[LayerName, ...], file: str, wanted: str) -> LayersUnpacked:
        disk, part = self.disk, f"{LAYERS}/.unpacked.part"
        for layer in layers:
            self._drop(layer)
        disk.remove_tree(part)
        disk.make_folder(part)
        data = disk.read(file) or b""
        try:
            found = unpacked(data)
        except ValueError:
            found = Folder()
        for path, node in walk(found):
            if isinstance(node, Folder):
                disk.make_folder(f"{part}/{path}")
            else:
                disk.write(f"{part}/{path}", node)
        whole = sorted(found) == sorted(layers)
        for name in sorted(found) if whole else ():
            disk.rename(f"{part}/{name}", f"{LAYERS}/{name}")
        disk.remove_tree(part)
        whole = whole and sha256(data).hexdigest() == wanted
        for layer in () if whole else layers:
            self._drop(layer)
        return LayersUnpacked(whole=whole)

    def _write_environment(self, layer: str, environment: LayerEnvironment) -> None:
        for name, files in (
            ("env", environment.both),
            ("env.build", environment.build),
            ("env.launch", environment.launch),
        ):
            path, wanted = f"{layer}/{name}", dict(files)
            for stale in sorted(self.disk.folder(path).keys() - wanted.keys()):
                self.disk.remove(f"{path}/{stale}")
            if not wanted:
                self.disk.remove_folder(path)
                continue
            if not self.disk.is_folder(path):
                self.disk.make_folder(path)
            for file, value in files:
                if self.disk.read(f"{path}/{file}") != value.encode():
                    self._write(f"{path}/{file}", value.encode())

    def _install_runtime(self, step: InstallRuntime) -> RuntimeInstalled:
        work, wheel, left_out = f"{LAYERS}/.python.part", None, 0
        archive = f"the archive {step.runtime.sha256}".encode()
        cached = self.disk.read(step.archive) == archive
        if not cached:
            self.disk.write_atomically(step.archive, archive)
        self.disk.remove_tree(work)
        members = runtime_archive(step.runtime)
        for path, node in members.items():
            below = PurePosixPath(path)
            if is_ensurepip_wheel(below):
                wheel = f"{step.wheel_to}/{below.name}"
                assert isinstance(node, bytes)
                self.disk.write_slowly(wheel, node)
            elif decide(below):
                left_out += 1
            else:
                assert isinstance(node, bytes | Link)
                self.disk.write_slowly(f"{work}/{path}", node)
        self.disk.remove_tree(step.root)
        self.disk.rename(work, step.root)
        return RuntimeInstalled(
            nbytes=1000,
            fetched_in=1.0,
            files=len(members) - left_out,
            left_out=left_out,
            unpacked_in=1.0,
            wheel=wheel,
            cached=cached,
            size=2000,
        )


def _held(data: bytes) -> str:
    return held_by("0755" if isinstance(data, Script) else "0644", sha256(data).hexdigest())


def runtime_archive(runtime: Runtime) -> dict[str, Node]:
    """What an archive holds: it is for one version, one architecture and, if it is bound to one, one distribution."""
    distro = str(runtime.distro).replace(" ", "-") if runtime.distro else "any"
    what = f"python {runtime.version} {runtime.arch} {distro} complete"
    library, name = f"lib/python{runtime.minor}", f"python{runtime.minor}"
    return {
        f"bin/{name}": Script(what.encode()),
        "bin/python3": Link(name),
        "bin/pip3": Script(b"a launcher of pip"),
        f"{library}/os.py": f"# os.py of {what}, from {runtime.sha256}\n".encode(),
        f"{library}/json/__init__.py": f"# json of {runtime.minor}\n".encode(),
        f"{library}/test/test_os.py": b"# a test\n",
        f"{library}/ensurepip/_bundled/pip-{BUNDLED_PIP}-py3-none-any.whl": f"wheel of pip {BUNDLED_PIP}".encode(),
        f"{library}/site-packages/pip/__init__.py": b"# pip\n",
        f"include/{name}/Python.h": b"/* Python.h */\n",
    }


def _seen(node: Node) -> FileSeen:
    if isinstance(node, Folder):
        return FileSeen("0755/")
    if isinstance(node, Link):
        return FileSeen(f"->{node}")
    mode = "0755" if isinstance(node, Script) else "0644"
    return FileSeen(mode, (int.from_bytes(sha256(node).digest()[:6]), len(node)))


def _without(layer: Folder, names: tuple[str, ...]) -> Folder:
    return Folder((name, node) for name, node in layer.items() if name not in names)


def _matching(folder: Folder, patterns: tuple[str, ...]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for path, node in walk(folder):
        if isinstance(node, bytes) and any(_fits(path, pattern) for pattern in patterns):
            found[path] = node
    return found


def _fits(path: str, pattern: str) -> bool:
    if pattern.startswith("**/"):
        return fnmatchcase(path.rpartition("/")[2], pattern[3:])
    parts, wanted = path.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def _build_folders(app: Folder) -> list[str]:
    found = []
    for path, node in walk(app):
        parts = path.split("/")
        inside = parts if isinstance(node, Folder) else parts[:-1]
        if any(part in (BUILD, PLUGINS) or part.endswith(EGG_INFO) for part in inside):
            found.append(f"{path}/" if isinstance(node, Folder) else path)
    return found
