"""Starts a built application as its image would: launch layers only, launch environment, the process's own command.

The image's layers are unpacked once, by digest, and shown with a writable layer over them that is thrown away at the
end, as a container's is.
"""

import fcntl
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from pure.lifecycle.environment import after_launch_layers, launch_base
from pure.lifecycle.errors import DiskRefused, LaunchFailed, LifecycleError, NamespaceRefused, NoImage
from pure.lifecycle.image import ImageLayer, StoredImage, decode_stored
from pure.lifecycle.processes import LaunchCommand, choose_command
from pure.outcome import Failure, Outcome, Success

from shell.lifecycle.building_site import APP, DEFAULT_PATH, HOME
from shell.lifecycle.disk import View, copy_tree, remove
from shell.lifecycle.processes import Description, Mount, Room, read_report
from shell.lifecycle.store import TREES, Store
from shell.lifecycle.tarball import TarError, extract

_FORWARDED = frozenset(
    {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH}
)
_SCRATCH = "run-"
_FROM_TERMINAL = 0x80  # SI_KERNEL: the terminal has sent it to the whole foreground group already


def run(
    cache: Path, *, process: str | None, command: Sequence[str] | None, env: Mapping[str, str]
) -> Outcome[int, LifecycleError]:
    """Start the image that ``cache`` holds and wait for its end.

    ``command`` replaces the arguments of ``process`` where that is given, else it is executed by itself; without both
    the default process runs. ``env`` is what a container would be started with. Standard streams are ours; signals are
    forwarded. The result is the exit status, or 128 plus the number of the signal that ended it.
    """
    store = Store(cache.absolute() / "image", "image.json")
    stored = decode_stored(store.read())
    if stored is None:
        return Failure(NoImage(path=str(cache)))
    chosen = choose_command(stored.table, process=process, command=command)
    if isinstance(chosen, Failure):
        return chosen
    try:
        with _trees(store, stored) as trees:
            if isinstance(trees, Failure):
                return trees
            scratch = Path(mkdtemp(prefix=_SCRATCH, dir=store.folder))
            try:
                return _launch(scratch, stored, trees, chosen.unwrap(), env)
            finally:
                remove(scratch)
    except OSError as error:
        return Failure(DiskRefused(path=str(error.filename or store.folder), reason=error.strerror or str(error)))


@contextmanager
def _trees(store: Store, stored: StoredImage) -> Iterator[Path | Failure[LifecycleError]]:
    """The unpacked layers, each in a folder named by its digest, which stay as long as somebody runs them."""
    folder = store.folder / TREES
    folder.mkdir(exist_ok=True)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # Another image of this folder runs: nothing is removed.
            fcntl.flock(lock, fcntl.LOCK_SH)
        else:
            # Nobody runs an image of this folder: whatever a run wrote is left from one that was killed.
            for left in store.folder.glob(f"{_SCRATCH}*"):
                remove(left)
            wanted = {layer.diff_id for layer in stored.layers}
            for tree in folder.iterdir():
                if tree.name not in wanted and tree.name != "lock":
                    remove(tree)
        failure = _unpack(store, stored, folder)
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield failure or folder
    finally:
        os.close(lock)


def _unpack(store: Store, stored: StoredImage, folder: Path) -> Failure[LifecycleError] | None:
    for layer in stored.layers:
        tree = folder / layer.diff_id
        if tree.is_dir():
            continue
        new = Path(mkdtemp(prefix="new-", dir=folder))
        try:
            extract(store.path(layer.diff_id), digest=layer.diff_id, prefix=layer.root, target=new / "tree")
        except TarError as error:
            return Failure(LaunchFailed(program=layer.name, reason=f"its layer cannot be read: {error}"))
        (new / "tree").mkdir(exist_ok=True)
        if not tree.is_dir():
            (new / "tree").rename(tree)
        remove(new)
    return None


def _launch(
    scratch: Path, stored: StoredImage, trees: Path, command: LaunchCommand, env: Mapping[str, str]
) -> Outcome[int, LifecycleError]:
    home = scratch / "home"
    home.mkdir()
    room = Room(scratch)
    app = [trees / layer.diff_id for layer in stored.layers if layer.root == APP]
    layers = [layer for layer in stored.layers if layer.root != APP]
    view = View({layer.root: str(trees / layer.diff_id) for layer in layers})
    groups = [_roots(layers, buildpack) for buildpack in stored.group]
    base = launch_base({"PATH": DEFAULT_PATH, "HOME": HOME, **env})
    launch_env = after_launch_layers(
        base, [[view.layer_env(root) for root in group] for group in groups], process=command.process
    )
    exec_d = tuple(program for group in groups for root in group for program in view.exec_d(root, command.process))
    overlays = True
    while True:
        mounts = _overlays(scratch, trees, app, layers) if overlays else _binds(scratch, trees, app, layers)
        description = Description(
            mounts=(*mounts, Mount(target=HOME, source=str(home))),
            argv=command.argv,
            env=launch_env,
            cwd=os.path.join(APP, command.working_dir),
            app=APP,
            exec_d=exec_d,
        )
        argv, report = room.prepare(description)
        status = _wait(argv)
        error = read_report(report)
        if error is None:
            return Success(status)
        if isinstance(error, NamespaceRefused) and error.step == "overlay" and overlays:
            overlays = False
        elif not room.retry_with_root(error):
            return Failure(error)


def _roots(layers: Sequence[ImageLayer], buildpack: str) -> list[str]:
    return sorted(layer.root for layer in layers if layer.buildpack == buildpack)


def _overlays(scratch: Path, trees: Path, app: Sequence[Path], layers: Sequence[ImageLayer]) -> list[Mount]:
    """Every layer with a writable one over it."""
    shown = [(APP, tuple(map(str, app)))] + [(layer.root, (str(trees / layer.diff_id),)) for layer in layers]
    mounts: list[Mount] = []
    for number, (target, lower) in enumerate(shown):
        upper, work = scratch / f"upper-{number}", scratch / f"work-{number}"
        for folder in (upper, work):
            folder.mkdir(exist_ok=True)
        upper.chmod(0o755)
        # The topmost lower folder comes first.
        mounts.append(
            Mount(target=target, kind="overlay", lower=tuple(reversed(lower)), upper=str(upper), work=str(work))
        )
    return mounts


def _binds(scratch: Path, trees: Path, app: Sequence[Path], layers: Sequence[ImageLayer]) -> list[Mount]:
    """Where the kernel or the disk has no overlays: layers read-only, the application's folder copied."""
    copy = scratch / "workspace"
    remove(copy)
    if len(app) == 1:
        copy_tree(app[0], copy, leave_out=scratch)
    else:
        copy.mkdir()
        for tree in app:
            _merge(tree, copy)
    read_only = [Mount(target=layer.root, source=str(trees / layer.diff_id), kind="read-only") for layer in layers]
    return [Mount(target=APP, source=str(copy)), *read_only]


def _merge(tree: Path, target: Path) -> None:
    for child in tree.iterdir():
        there = target / child.name
        if child.is_dir() and not child.is_symlink():
            if there.is_dir():
                _merge(child, there)
            else:
                copy_tree(child, there, leave_out=target)
        elif child.is_symlink():
            there.symlink_to(os.readlink(child))
        else:
            there.write_bytes(child.read_bytes())
            there.chmod(child.stat().st_mode & 0o7777)


def _wait(argv: tuple[str, ...]) -> int:
    """Start a program with our standard streams and wait for it, forwarding signals meanwhile."""
    watched = {*_FORWARDED, signal.SIGCHLD}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, watched)
    try:
        child = os.posix_spawn(argv[0], argv, {}, setsigmask=before)
        while True:
            received = signal.sigwaitinfo(watched)
            if received.si_signo == signal.SIGCHLD:
                pid, status = os.waitpid(child, os.WNOHANG)
                if pid:
                    code = os.waitstatus_to_exitcode(status)
                    return code if code >= 0 else 128 - code
            elif received.si_code != _FROM_TERMINAL:
                os.kill(child, received.si_signo)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
