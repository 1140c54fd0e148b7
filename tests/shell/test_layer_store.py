"""Trees that move from one layer into another, wherever these lie; what the platform reads beside layers."""

import os
import resource
import signal
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import tomli
from pure.lifecycle.errors import NamespaceRefused
from pure.outcome import Failure, Success
from shell.layer_store import LayerStore, move_tree
from shell.lifecycle.processes import Description, Mount, Room

from tests.places import ROOT


def grow(root: Path) -> None:
    """A tree with everything that a tree can have."""
    (root / "package" / "empty").mkdir(parents=True)
    (root / "package" / "closed").mkdir()
    for name, text, mode in (
        ("run", "#!/bin/sh\n", 0o755),
        ("package/data", "x", 0o640),
        ("package/closed/read", "y", 0o444),
    ):
        (root / name).write_text(text)
        (root / name).chmod(mode)
    (root / "package" / "link").symlink_to("../run")
    (root / "package" / "dangling").symlink_to("nowhere")
    (root / "package" / "folder").symlink_to("empty")
    for number, path in enumerate(sorted(root.rglob("*"), reverse=True)):
        os.utime(path, (10**9, 10**9 + number), follow_symlinks=False)
    (root / "package" / "closed").chmod(0o555)


def seen(root: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for path in sorted(root.rglob("*")):
        status = path.lstat()
        content = str(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else None
        found[str(path.relative_to(root))] = (stat.S_IMODE(status.st_mode), int(status.st_mtime), content)
    return found


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder on a filesystem in memory."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        pytest.skip("there is no /dev/shm")
    with TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def moved(source: Path, target: Path) -> None:
    grow(source)
    wanted = seen(source)
    for name in ("package", "run"):
        move_tree(source / name, target / "deep" / name)
    assert seen(target / "deep") == wanted
    assert list(source.iterdir()) == []


def test_a_tree_moves(tmp_path: Path) -> None:
    moved(tmp_path / "from", tmp_path / "to")


def test_a_tree_moves_to_another_filesystem(tmp_path: Path, elsewhere: Path) -> None:
    if tmp_path.stat().st_dev == elsewhere.stat().st_dev:
        pytest.skip("both lie on one filesystem")
    moved(tmp_path / "from", elsewhere / "to")


def test_a_tree_moves_out_of_a_lower_layer(tmp_path: Path) -> None:
    for name in ("lower", "upper", "work", "room", "layers"):
        (tmp_path / name).mkdir()
    grow(tmp_path / "lower" / "venv")
    wanted = seen(tmp_path / "lower" / "venv")
    folders = {name: str(tmp_path / name) for name in ("upper", "work")}
    layers = str(tmp_path / "layers")
    program = (
        "from pathlib import Path; from shell.layer_store import move_tree\n"
        f"for name in ('package', 'run'): move_tree(Path({layers!r}, 'venv', name), Path({layers!r}, 'to', name))"
    )
    description = Description(
        mounts=(
            # The repository may lie in a folder for temporary files, of which a room has its own.
            Mount(target=str(ROOT), kind="read-only", source=str(ROOT)),
            Mount(target=layers, kind="overlay", lower=(str(tmp_path / "lower"),), **folders),
        ),
        argv=(sys.executable, "-c", program),
        env={"PYTHONPATH": str(ROOT)},
        cwd=layers,
        app=layers,
    )
    lines: list[str] = []
    ended = Room(tmp_path / "room").run(description, on_line=lines.append)
    if isinstance(ended, Failure) and isinstance(ended.failure(), NamespaceRefused):
        pytest.skip("this machine has no overlays for users")
    assert ended == Success(0), "\n".join(lines)
    assert seen(tmp_path / "upper" / "to") == wanted
    assert seen(tmp_path / "lower" / "venv") == wanted


def test_what_else_keeps_a_tree_from_moving_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        move_tree(tmp_path / "nowhere", tmp_path / "to")


def test_what_is_left_to_others_is_written_and_goes_with_its_reason(tmp_path: Path) -> None:
    store, file = LayerStore(tmp_path), tmp_path / "build.toml"
    store.write_build({})
    assert not file.exists()
    store.write_build({"unmet": [{"name": "pip"}, {"name": "uv"}]})
    assert tomli.loads(file.read_text()) == {"unmet": [{"name": "pip"}, {"name": "uv"}]}
    store.write_build({})
    assert not file.exists()


def test_what_a_kill_leaves_of_a_file_is_not_in_its_layer(tmp_path: Path) -> None:
    store = LayerStore(tmp_path)
    layer = tmp_path / "venv"
    store.begin("venv")
    child = os.fork()
    if not child:
        # The kernel ends whoever writes more.
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
        store.write(layer / "state" / "state.json", b"x" * 100)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGXFSZ
    assert list((layer / "state").iterdir()) == []
    assert len(list(tmp_path.glob(".state.json.*"))) == 1
    store.sweep()
    assert [path.name for path in tmp_path.iterdir()] == ["venv"]
    store.write(layer / "state" / "state.json", b"whole")
    assert (layer / "state" / "state.json").read_bytes() == b"whole"
