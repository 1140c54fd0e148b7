"""The world's executor against the shell's: the same steps leave the same files and bring back the same results."""

import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.build.errors import NotReadable
from pure.build.steps import (
    BeginLayer,
    DropLayer,
    FilesListed,
    FilesRead,
    FinishLayer,
    ListBuildFolders,
    ListFiles,
    MakeLinks,
    MoveTrees,
    ReadFiles,
    RemoveFiles,
    RemoveHistories,
    Result,
    Step,
    WriteFiles,
)
from pure.layers.decision import TYPES, Action, LayerDecision
from pure.layers.environment import LayerEnvironment
from pure.layers.metadata import PipCacheLayer
from pure.layers.names import PIP_CACHE, VENV, LayerName
from pure.redaction import redactor
from shell.executor import Executor
from shell.files import MOST_BYTES
from shell.layer_store import LayerStore
from shell.output import Output

from tests.histories.application import Application
from tests.histories.disk import Disk, Folder, Link, Node
from tests.histories.history import empty
from tests.histories.situation import LAYERS, Situation
from tests.histories.world import World

_ENVIRONMENTS = (
    LayerEnvironment(),
    LayerEnvironment(both=(("A.override", "1"),), build=(("B.default", "2"), ("B.delim", ":"))),
    LayerEnvironment(build=(("B.default", "3"),), launch=(("C.override", "4"),)),
)
_METADATA = PipCacheLayer(arch="amd64", distro="debian 13", python_minor="3.13")
_PATHS = (
    "a/b.py",
    "a/c/d.txt",
    "x.egg-info/PKG-INFO",
    "src/one/.git/config",
    "src/one/f.py",
    "build/lib/m.py",
    "RECORD",
)
_layers: st.SearchStrategy[LayerName] = st.sampled_from([VENV, PIP_CACHE])
_roots = _layers.map(lambda layer: f"{LAYERS}/{layer}")
_some = st.lists(st.sampled_from(_PATHS), max_size=3, unique=True).map(tuple)


def _finished(layer: LayerName, environment: LayerEnvironment, built_from: str) -> FinishLayer:
    return FinishLayer(
        decision=LayerDecision(
            name=layer,
            action=Action.CREATE,
            because=(),
            metadata=_METADATA,
            types=TYPES[layer],
            environment=environment,
            built_from=built_from,
        )
    )


_folders = st.lists(st.sampled_from(["a/c", "a", "src/one", "src"]), max_size=4, unique=True).map(tuple)
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(BeginLayer, layer=_layers),
    st.builds(BeginLayer, layer=_layers),
    st.builds(DropLayer, layer=_layers),
    st.builds(_finished, _layers, st.sampled_from(_ENVIRONMENTS), st.sampled_from(["", "digest"])),
    st.builds(WriteFiles, root=_roots, files=_some.map(lambda paths: tuple((path, path.encode()) for path in paths))),
    st.builds(WriteFiles, root=_roots, files=st.just(tuple((path, b"all") for path in _PATHS))),
    st.builds(RemoveFiles, root=_roots, files=_some, directories=_folders),
    st.builds(RemoveHistories, root=_roots.map(lambda root: f"{root}/src")),
    st.builds(ReadFiles, root=_roots, patterns=st.sampled_from([("a/*.py", "*.egg-info/PKG-INFO"), ("**/config",)])),
    st.builds(ListFiles, root=_roots),
    st.builds(ListBuildFolders, app=_roots),
)


@settings(max_examples=60, deadline=None)
@given(drawn=st.lists(steps, min_size=4, max_size=14))
def test_steps_do_what_the_shell_does(drawn: list[Step]) -> None:
    # Nothing is written into a layer that wasn't begun.
    given_steps: list[Step] = [*(BeginLayer(layer=layer) for layer in (VENV, PIP_CACHE))]
    for step in drawn:
        given_steps += [step, *([BeginLayer(layer=step.layer)] if isinstance(step, DropLayer) else [])]
    _agree(given_steps)


def test_dividing_does_what_the_shell_does() -> None:
    venv, heavy = f"{LAYERS}/{VENV}", f"{LAYERS}/{PIP_CACHE}/root"
    links = (("a/c", f"../../{PIP_CACHE}/root/a/c"), ("deep/er", "../x"), ("RECORD", f"../{PIP_CACHE}/root/RECORD"))
    _agree(
        [
            BeginLayer(layer=VENV),
            BeginLayer(layer=PIP_CACHE),
            WriteFiles(root=venv, files=tuple((path, path.encode()) for path in _PATHS)),
            MoveTrees(root=venv, target=heavy, paths=("a/c", "RECORD", "src")),
            MakeLinks(root=venv, links=links),
            ListFiles(root=venv),
            ReadFiles(root=venv, patterns=("a/*.py",)),
            RemoveFiles(root=venv, files=("a/c", "deep/er"), directories=("deep", "a")),
        ]
    )


def _agree(given_steps: list[Step]) -> None:
    """Carry out each step here and there, and compare what it brings back and what is there then."""
    disk = empty()
    world = World(disk, Situation(application=Application(manager="pip")))
    with tempfile.TemporaryDirectory() as folder:
        layers = Path(folder, "layers")
        layers.mkdir()
        executor = Executor(store=LayerStore(layers), output=Output(redactor({})), temporary=Path(folder))
        for step in given_steps:
            ours = world.execute((step,))
            theirs = executor.execute((_for(step, str(layers)),))
            assert theirs.missed is None
            assert list(map(_placeless, ours.results)) == list(map(_placeless, theirs.results))
            assert _real(layers) == _known(disk)


def _for(step: Step, root: str) -> Step:
    """A step for another layers folder."""
    match step:
        case ListBuildFolders(app=app):
            return msgspec.structs.replace(step, app=app.replace(LAYERS, root))
        case MoveTrees(root=source, target=target):
            return msgspec.structs.replace(step, root=source.replace(LAYERS, root), target=target.replace(LAYERS, root))
        case RemoveFiles() | MakeLinks() | WriteFiles() | RemoveHistories() | ReadFiles() | ListFiles():
            return msgspec.structs.replace(step, root=step.root.replace(LAYERS, root))
        case _:
            return step


def _placeless(result: Result) -> Result:
    return msgspec.structs.replace(result, root="") if isinstance(result, FilesRead | FilesListed) else result


def _real(folder: Path) -> dict[str, object]:
    def read(path: Path) -> object:
        if path.is_symlink():
            return f"-> {path.readlink()}"
        return _real(path) if path.is_dir() else path.read_bytes()

    return {each.name: read(each) for each in folder.iterdir()}


def _known(disk: Disk) -> dict[str, object]:
    def plain(node: Node) -> object:
        if isinstance(node, Folder):
            return {name: plain(each) for name, each in node.items()}
        return f"-> {node}" if isinstance(node, Link) else bytes(node)

    return {name: plain(each) for name, each in disk.folder(LAYERS).items()}


@pytest.mark.parametrize(("ends", "kept"), [(True, b"the end"), (False, None)])
def test_a_file_without_bounds_is_not_read(tmp_path: Path, ends: bool, kept: bytes | None) -> None:
    with (tmp_path / "pip.log").open("wb") as file:
        file.seek(MOST_BYTES * 100)
        file.write(b"the end")
    executor = Executor(store=LayerStore(tmp_path), output=Output(redactor({})), temporary=tmp_path)
    done = executor.execute((ReadFiles(root=str(tmp_path), patterns=("*.log",), ends=ends),))
    if kept is None:
        assert isinstance(done.missed, NotReadable)
    else:
        raw = done.read(str(tmp_path))["pip.log"]
        assert raw.endswith(kept)
        assert len(raw) == MOST_BYTES
