"""Carries out the steps of a turn, in order, up to the first that ends it."""

import os
import time
from functools import partial
from pathlib import Path
from typing import assert_never

import msgspec
from pure.build.errors import BuildError, NotReadable
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
from pure.build.watched import FilesHashed, HashFiles, LookAtFiles, PackFiles, UnpackFiles
from pure.layers.names import LayerName
from pure.outcome import Failure, Outcome, Success
from pure.report import build_log
from pure.report.live import live
from pure.runtime.fetching import FetchEvent
from pure.urls import host_and_name, visible_url
from pure.venv.elf import Dynamic, read_dynamic

from shell.disk import not_written
from shell.files import ReadError, regular
from shell.last_words import LastWords
from shell.layer_store import LayerStore, move_tree, remove_files, remove_tree
from shell.output import Output
from shell.pip_cache import prune_downloads
from shell.process import run
from shell.sources import all_files, build_folders, names_in
from shell.watched import hashed, look


class Executor:
    """Carries out the steps of one build."""

    def __init__(self, *, store: LayerStore, output: Output, temporary: Path) -> None:
        self._store = store
        self._output = output
        self._temporary = temporary

    def execute(self, steps: Steps) -> Answer:
        """Carry out the steps, up to the first that can't be carried out and the first program that fails."""
        results: list[Result] = []
        missed: BuildError | None = None
        started = time.monotonic()
        for step in steps:
            try:
                done = self._execute(step)
            except OSError as error:
                done = Failure(not_written(error, self._store.root))
            except ReadError as error:
                done = Failure(error.error)
            if isinstance(done, Failure):
                missed = done.failure()
                break
            result = done.unwrap()
            if result is not None:
                results.append(result)
            if isinstance(result, LayersUnpacked) and not result.whole:
                break
            if isinstance(result, Ended) and not result.ok and not result.program.may_fail:
                break
        return Answer(results=tuple(results), seconds=time.monotonic() - started, missed=missed)

    def _execute(self, step: Step) -> Outcome[Result | None, BuildError]:
        match step:
            case BeginLayer(layer=layer):
                self._store.begin(layer)
            case DropLayer(layer=layer):
                self._store.drop(layer)
            case PackLayers(layers=layers, archive=file, without=names):
                return Success(self._pack(layers, Path(file), names))
            case UnpackLayers(layers=layers, archive=file, digest=digest):
                return Success(self._unpack(layers, Path(file), digest))
            case FinishLayer(decision=decision):
                self._store.finish(decision)
            case RemoveFiles(root=root, files=files, directories=directories):
                remove_files(Path(root), files, directories)
            case WriteFiles(root=root, files=written, executable=executable):
                for name, data in written:
                    self._store.write(Path(root, name), data, mode=0o755 if executable else 0o644)
            case MoveTrees(root=root, target=target, paths=paths):
                for path in paths:
                    move_tree(Path(root, path), Path(target, path))
            case MakeLinks(root=root, links=links):
                for path, leads_to in links:
                    Path(root, path).parent.mkdir(parents=True, exist_ok=True)
                    Path(root, path).symlink_to(leads_to)
            case CopyFile(source=source, target=target):
                self._store.write(Path(target), Path(source).read_bytes())
            case PruneDownloads(cache=cache, resolves=resolves):
                prune_downloads(Path(cache), resolves=resolves)
            case RemoveHistories(root=root):
                for history in Path(root).glob("*/.git"):
                    remove_tree(history)
            case ReadFiles(root=root, patterns=patterns, ends=ends):
                return Success(FilesRead(root=root, files=_read(Path(root), patterns, ends=ends)))
            case ListFiles(root=root):
                return Success(FilesListed(root=root, paths=all_files(Path(root))))
            case ListFolders(folders=folders):
                return Success(FoldersListed(names={folder: names_in(Path(folder)) for folder in folders}))
            case ReadLibraries(root=root, files=libraries):
                return Success(LibrariesRead(root=root, sections=_dynamic(Path(root), libraries)))
            case ListBuildFolders(app=app):
                return Success(BuildFoldersListed(paths=build_folders(Path(app))))
            case LookAtFiles(root=root, forget=forget):
                return Success(look(Path(root), forget=forget))
            case HashFiles(root=root, files=paths):
                return Success(FilesHashed(root=root, held=hashed(Path(root), paths)))
            case PackFiles(root=root, files=paths, archive=file):
                from shell.layer_archive import pack_files

                pack_files(Path(root), paths, Path(file), beside=self._store.root)
            case UnpackFiles(root=root, archive=file):
                from shell.layer_archive import unpack_files

                if not unpack_files(Path(file), Path(root)):
                    return Failure(NotReadable(path=file, detail="the cache has something else in it"))
            case InstallRuntime():
                return self._install_runtime(step)
            case RunProgram():
                return Success(self._run(step))
            case CompileBytecode():
                return _compile(step)
            case _:
                assert_never(step)
        return Success(None)

    def _pack(self, layers: tuple[LayerName, ...], archive: Path, without: tuple[str, ...]) -> LayersPacked:
        from shell.layer_archive import pack

        digest, nbytes = pack(self._store.root, layers, archive, without=without)
        return LayersPacked(digest=digest, nbytes=nbytes)

    def _unpack(self, layers: tuple[LayerName, ...], archive: Path, digest: str) -> LayersUnpacked:
        from shell.layer_archive import unpack

        for layer in layers:
            self._store.drop(layer)
        whole = unpack(archive, self._store.root, layers) == digest
        if not whole:
            for layer in layers:
                self._store.drop(layer)
        return LayersUnpacked(whole=whole)

    def _install_runtime(self, step: InstallRuntime) -> Outcome[RuntimeInstalled, BuildError]:
        from shell.carried import carried_at

        local = step.url.startswith("file:")
        if local and (carried := carried_at(step.url)) is not None:
            return _copied(carried, Path(step.root), bytecode=step.borrowed)
        # Only a build that fetches a runtime needs these: urllib3 alone takes longer to import than an unchanged
        # build's other work.
        from shell.archive import unpack_runtime
        from shell.network import fetch, fetch_first

        archive = Path(step.archive)

        def hear(event: FetchEvent) -> None:
            self._output.lines(build_log.fetch_event(event, local=local))

        sha256, environ = step.runtime.sha256, dict(step.environment)
        beside = self._store.beside(archive)
        # What lies there was fetched by an earlier build, or is of no use.
        fetched = fetch(archive.as_uri(), archive, sha256=sha256, environ=environ, beside=beside)
        cached = isinstance(fetched, Success)
        if not cached:
            places = (step.url, *step.elsewhere)
            fetched = fetch_first(places, archive, sha256=sha256, environ=environ, beside=beside, on_event=hear)
        if isinstance(fetched, Failure):
            error = fetched.failure()
            if step.bound:
                error = msgspec.structs.replace(error, url=host_and_name(step.url))
            if step.url == step.runtime.url:
                return Failure(error)
            return Failure(msgspec.structs.replace(error, instead_of=visible_url(step.runtime.url)))
        started = time.monotonic()
        called = host_and_name(step.url) if step.bound else fetched.unwrap().url
        unpacked = unpack_runtime(archive, Path(step.root), wheel_to=Path(step.wheel_to), called=called)
        if archive.parent == self._temporary:
            archive.unlink(missing_ok=True)
        if isinstance(unpacked, Failure):
            return unpacked
        result = unpacked.unwrap()
        return Success(
            RuntimeInstalled(
                nbytes=fetched.unwrap().size,
                fetched_in=fetched.unwrap().seconds,
                files=result.files,
                left_out=sum(number for _, number in result.left_out),
                unpacked_in=time.monotonic() - started,
                wheel=result.pip_wheel or None,
                size=result.size,
                cached=cached,
            )
        )

    def _run(self, step: RunProgram) -> Ended:
        said = LastWords()

        def hear(line: str) -> None:
            said.hear(line)
            self._output.said(live(step.purpose, line))

        started = time.monotonic()
        ended = run(step.argv, env=dict(step.environment), cwd=step.folder, on_line=hear, own_group=False)
        return Ended(
            program=step,
            returncode=ended.returncode,
            signal=ended.signal_name,
            said=(*said.lines, *ended.stderr.splitlines()),
            seconds=time.monotonic() - started,
        )


def _copied(carried: Path, root: Path, *, bytecode: bool) -> Outcome[RuntimeInstalled, BuildError]:
    from shell.carried import copy_runtime

    started = time.monotonic()
    copied = copy_runtime(carried, root, bytecode=bytecode)
    if isinstance(copied, Failure):
        return copied
    files, nbytes = copied.unwrap()
    seconds = time.monotonic() - started
    return Success(
        RuntimeInstalled(
            nbytes=None,
            fetched_in=0.0,
            files=files,
            left_out=0,
            unpacked_in=seconds,
            wheel=None,
            size=nbytes,
            compiled=bytecode,
        )
    )


def _compile(step: CompileBytecode) -> Outcome[Compiled, BuildError]:
    from shell.bytecode import compile_files

    places = [Path(root) for root in step.roots if Path(root).exists()]
    compiled = compile_files(Path(step.python), places, env=dict(step.environment), left_out=step.left_out)
    if isinstance(compiled, Failure):
        return compiled
    summary = compiled.unwrap()
    return Success(
        Compiled(compiled=summary.compiled, current=summary.current, seconds=summary.seconds, left_out=summary.left_out)
    )


def _read(root: Path, patterns: tuple[str, ...], *, ends: bool) -> dict[str, bytes]:
    found = sorted({path for pattern in patterns for path in root.glob(pattern)})
    return {path.relative_to(root).as_posix(): regular(path, end=ends) for path in found if path.is_file()}


def _slice(number: int, offset: int, length: int) -> bytes:
    return os.pread(number, length, offset)


def _dynamic(root: Path, files: tuple[str, ...]) -> dict[str, Dynamic]:
    """What libraries say to the loader; what can't be read says nothing."""
    found: dict[str, Dynamic] = {}
    for name in files:
        path = root / name
        try:
            if not path.is_file() or path.is_symlink():
                continue
            with path.open("rb", buffering=0) as file:
                section = read_dynamic(partial(_slice, file.fileno()))
        except (OSError, OverflowError):
            continue
        if section is not None:
            found[name] = section
    return found
