"""Enters a mount namespace with a build's paths in place, to execute a program there.

Run as a script by ``shell.lifecycle.processes`` with an interpreter in isolated mode: a namespace can only be entered
by a process without threads, and nothing but the standard library is needed. The first argument names a JSON file with
a description (``Description`` in ``shell.lifecycle.processes`` has its fields). The program replaces this process. If
anything before that fails, a JSON report is written to the file that the description names, and the status is 125.

Inside, ``/`` is a read-only tmpfs that holds every top-level entry of the machine's root, read-only except for places
for temporary files, and the build's own folders over it (``/layers``, ``/workspace``, ...). The program is uid 1000
without privileges.
"""

import ctypes
import json
import os
import signal
import sys
import tomllib
from collections.abc import Callable
from typing import Any

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID = 0x00020000, 0x10000000, 0x20000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_NOATIME, MS_NODIRATIME = 32, 1024, 2048
MS_BIND, MS_REC, MS_PRIVATE, MS_RELATIME = 4096, 16384, 1 << 18, 1 << 21
MNT_DETACH = 2
PR_SET_PDEATHSIG = 1
FAILED = 125
SYS_MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = 442, -100, 0x8000, 1

#: What an ordinary user of a container can write outside of the build's folders.
WRITABLE = frozenset({"dev", "proc", "sys", "tmp"})
TEMPORARY = "/var/tmp"  # noqa: S108 - the machine's own folder, mounted, not used

_libc = ctypes.CDLL(None, use_errno=True)


class StepError(Exception):
    """A step failed: its name and the system's answer."""

    def __init__(self, step: str, number: int | None, detail: str = "") -> None:
        """Keep the step's name, the errno (0 if the system did not say one) and what it was about."""
        super().__init__(step)
        self.step, self.number, self.detail = step, number, detail


def call(step: str, function: Callable[..., int], *args: object, detail: str = "") -> None:
    """Call a C function that answers -1 on failure."""
    if function(*args) == -1:
        raise StepError(step, ctypes.get_errno(), detail)


def mount(step: str, source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """mount(2) with paths as text."""
    encoded = [None if value is None else os.fsencode(value) for value in (source, target, kind, data)]
    call(step, _libc.mount, encoded[0], encoded[1], encoded[2], ctypes.c_ulong(flags), encoded[3], detail=target)


def write(path: str, text: str) -> None:
    """Write a file of /proc in one call."""
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def enter_namespace(uid: int, gid: int, *, with_user: bool, with_processes: bool) -> bool:
    """Unshare; with a user namespace, this process becomes ``uid`` in it and its files belong to who we are outside.

    The answer is whether the next child is the first process of a namespace of processes: not every machine has those.
    """
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    flags = CLONE_NEWNS | (CLONE_NEWUSER if with_user else 0)
    with_processes = with_processes and _libc.unshare(flags | CLONE_NEWPID) == 0
    if not with_processes:
        call("unshare", _libc.unshare, flags)
    if with_user:
        try:
            write("/proc/self/setgroups", "deny")
            write("/proc/self/uid_map", f"{uid} {outer_uid} 1")
            write("/proc/self/gid_map", f"{gid} {outer_gid} 1")
        except OSError as error:
            raise StepError("uid_map", error.errno) from error
    mount("private", None, "/", None, MS_REC | MS_PRIVATE)
    return with_processes


def end_with_parent(parent: int) -> None:
    """Be killed when our parent ends, however that ends."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def go_on_inside() -> int:
    """Go on as the first process of the new namespace, whose end ends all in it; this one waits, and ends as that says.

    The answer is the descriptor on which to say how the program ended.
    """
    reader, writer = os.pipe()
    first = os.fork()
    if first == 0:
        os.close(reader)
        # Its parent is outside, and so has no number here.
        end_with_parent(0)
        return writer
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        said = stream.read()
    status = os.waitpid(first, 0)[1]
    end_like(int(said) if said else os.waitstatus_to_exitcode(status))
    raise AssertionError("a process has ended")


def end_like(code: int) -> None:
    """End with an exit status, or by the signal that a negative one stands for."""
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


def start_and_reap(writer: int) -> None:
    """Go on as a child, for the first process of a namespace isn't like others; that waits, and reaps what is left."""
    program = os.fork()
    if program == 0:
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        ended, status = os.wait()
        if ended == program:
            os.write(writer, str(os.waitstatus_to_exitcode(status)).encode())
            os._exit(0)


def bind(source: str, target: str, *, read_only: bool = False) -> None:
    """Bind a file or folder, with what is mounted below it, onto an existing place."""
    mount("bind", source, target, None, MS_BIND | MS_REC)
    if read_only:
        remount_read_only(target)


def protect(target: str) -> None:
    """Make a mount and all below it read-only: a build must not change the machine, whoever started it."""
    attributes = (ctypes.c_uint64 * 4)(MOUNT_ATTR_RDONLY, 0, 0, 0)
    number, path, size = ctypes.c_long(SYS_MOUNT_SETATTR), os.fsencode(target), ctypes.c_size_t(32)
    if _libc.syscall(number, AT_FDCWD, path, AT_RECURSIVE, attributes, size) == -1:
        # Linux before 5.12: only the top one.
        remount_read_only(target)


def remount_read_only(target: str) -> None:
    """Make one mount read-only; the flags that it has may not be taken away in a user namespace."""
    kept = os.statvfs(target).f_flag & (MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME | MS_RELATIME)
    mount("read-only", None, target, None, MS_BIND | MS_REMOUNT | MS_RDONLY | kept)


def build_root(root: str, mounts: list[dict[str, Any]], *, own_processes: bool) -> None:
    """Assemble the new root on ``root``: the machine's entries, then ``mounts`` as dictionaries."""
    mount("tmpfs", "tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755")
    own = {entry["target"].split("/")[1] for entry in mounts}
    for name in os.listdir("/"):
        if name in own:
            continue
        source, target = f"/{name}", f"{root}/{name}"
        if os.path.islink(source):
            os.symlink(os.readlink(source), target)
            continue
        try:
            make_place(source, target)
            if not (name == "proc" and own_processes and mounted_processes(target)):
                bind(source, target)
            if name not in WRITABLE:
                protect(target)
        except StepError as error:
            # A machine can have an entry at its root that this user may not even mount; nothing can depend on it.
            if name in {"usr", "bin", "lib", "lib64", "etc", "dev", "proc", "tmp"}:
                raise
            del error
        except PermissionError:
            continue
    if os.path.isdir(TEMPORARY) and not os.path.islink("/var"):
        bind(TEMPORARY, root + TEMPORARY)
    for entry in mounts:
        target = root + entry["target"]
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if entry["kind"] == "overlay":
            overlay(entry, target)
        else:
            make_place(entry["source"], target)
            bind(entry["source"], target, read_only=entry["kind"] == "read-only")
    mount("read-only", None, root, None, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV)


def mounted_processes(target: str) -> bool:
    """Show the namespace's own processes; not possible where a container hides parts of ``/proc``."""
    try:
        mount("proc", "proc", target, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    except StepError:
        return False
    return True


def make_place(source: str, target: str) -> None:
    """Create the file or folder that ``source`` can be mounted on."""
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT, 0o644))


def overlay(entry: dict[str, Any], target: str) -> None:
    """Mount lower folders with a writable one over them, both given as paths."""
    os.makedirs(target, exist_ok=True)
    lower = ":".join(path.replace("\\", "\\\\").replace(":", "\\:") for path in entry["lower"])
    upper, work = (path.replace(",", "\\,") for path in (entry["upper"], entry["work"]))
    mount("overlay", "overlay", target, "overlay", 0, f"lowerdir={lower},upperdir={upper},workdir={work},userxattr")


def change_root(root: str) -> None:
    """Make ``root`` the root of this process, and the old one unreachable."""
    os.chdir(root)
    if _libc.pivot_root(b".", b".") == -1:
        # The first root of a machine that runs from its initial file system cannot be moved away.
        os.chroot(".")
    else:
        call("detach", _libc.umount2, b".", MNT_DETACH)
    os.chdir("/")


def run_exec_d(programs: list[str], env: dict[str, str], cwd: str) -> None:
    """Run the exec.d programs in order; each may set variables by TOML on descriptor 3, seen by the next."""
    for program in programs:
        reader, writer = os.pipe()
        os.set_inheritable(writer, True)
        actions: list[tuple[int, ...]] = [(os.POSIX_SPAWN_DUP2, writer, 3)]
        if writer != 3:
            actions.append((os.POSIX_SPAWN_CLOSE, writer))
        os.chdir(cwd)
        if reader == 3:
            reader = os.dup(reader)
            os.close(3)
        try:
            child = os.posix_spawn(program, [program], env, file_actions=actions)
        except OSError as error:
            raise StepError("exec.d", error.errno, program) from error
        os.close(writer)
        with os.fdopen(reader, "rb") as stream:
            text = stream.read()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status != 0:
            raise StepError("exec.d", 0, f"{program}: exit status {status}")
        try:
            values = tomllib.loads(text.decode())
        except ValueError as error:
            raise StepError("exec.d", 0, f"{program}: its output is not TOML: {error}") from error
        for name, value in values.items():
            if not isinstance(value, str):
                raise StepError("exec.d", 0, f"{program}: the value of {name} is not a string")
            env[name] = value


def search(program: str, env: dict[str, str], cwd: str) -> str:
    """The path that a program name stands for, looked up in the new environment's PATH."""
    if "/" in program:
        return os.path.join(cwd, program)
    for folder in env.get("PATH", "").split(":"):
        path = os.path.join(cwd, folder, program)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise StepError("exec", 2, program)


def drop_privileges(uid: int, gid: int) -> None:
    """Become an ordinary user (only where there is no user namespace and we are root)."""
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def main() -> int:
    """Do what the description says."""
    # Nothing started here outlives the build, however that ends.
    parent = os.getppid()
    end_with_parent(parent)
    with open(sys.argv[1], encoding="utf-8") as stream:
        description = json.load(stream)
    # Opened now: its path means something else in the new root. Not inherited by what is executed.
    report = os.open(description["report"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    env, cwd, argv = description["env"], description["cwd"], description["argv"]
    try:
        own_processes = enter_namespace(
            description["uid"],
            description["gid"],
            with_user=description["user_namespace"],
            with_processes=description["own_processes"],
        )
        # Whoever becomes another user isn't killed any more.
        end_with_parent(parent)
        writer = go_on_inside() if own_processes else None
        build_root(description["root"], description["mounts"], own_processes=own_processes)
        change_root(description["root"])
        if not description["user_namespace"]:
            drop_privileges(description["uid"], description["gid"])
        os.umask(0o022)
        run_exec_d(description["exec_d"], env, description["app"])
        try:
            os.chdir(cwd)
            program = search(argv[0], env, cwd)
            if writer is not None:
                start_and_reap(writer)
            os.execve(program, argv, env)  # noqa: S606 - it is the purpose of this program
        except OSError as error:
            raise StepError("exec", error.errno, argv[0]) from error
        except ValueError as error:
            raise StepError("exec", 0, f"{argv[0]}: {error}") from error
    except StepError as error:
        answer = {"step": error.step, "errno": error.number, "detail": error.detail}
    except OSError as error:
        answer = {"step": "prepare", "errno": error.errno, "detail": error.filename or ""}
    os.write(report, json.dumps(answer).encode())
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
