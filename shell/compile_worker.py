"""Compiles Python sources to bytecode; runs in the interpreter that will use it, with its standard library alone.

Called as ``python compile_worker.py TASK`` where ``TASK`` is a JSON file, see ``shell/bytecode.py``; it answers with
one line of JSON.

Bytecode must not depend on when or in which order files are compiled, but ``marshal`` marks an object as shared if
anything else in the process refers to an equal one. So files are compiled in small groups, each in a process of its
own, forked from the same parent, which itself compiles nothing. A group is a function of its folder's contents, and a
folder with anything to do is compiled anew as a whole: the bytes are those of a first build.
"""

import errno
import fnmatch
import gc
import importlib.util
import json
import marshal
import os
import signal
import sys
import time
import warnings
from collections.abc import Iterator

CACHE = "__pycache__"
SUFFIX = f".{sys.implementation.cache_tag}.pyc"
TEMPORARY = ".lamina-new"
# Where the sources lie, and where they will lie; empty if that is the same.
MOVED = ["", ""]
# PEP 552: a hash-based file whose source is not looked at when it is imported.
UNCHECKED = importlib.util.MAGIC_NUMBER + (0b01).to_bytes(4, "little")
# A fork costs about as much as compiling a file; 16 files make that small and still keep all processors busy.
GROUP = 16
# Where the modules of unrelated distributions lie side by side, one must not make the others stale.
SHARED_FOLDERS = ("site-packages", "dist-packages")
# Exit statuses of a group: so many files were invalid, or above this an errno (Linux's end at 133).
ERRNO_BASE = 100
CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL)


class Folder:
    """The sources of one folder, and what became of them; ``left_out`` are patterns of those without bytecode."""

    def __init__(self, path: str, names: list[str], left_out: list[str]) -> None:
        modules = sorted(name for name in names if name.endswith(".py"))
        spared = {name for name in modules if any(fnmatch.fnmatchcase(name, pattern) for pattern in left_out)}
        self.sources = [os.path.join(path, name) for name in modules if name not in spared]
        self.left_out = len(spared)
        self.shared = os.path.basename(path) in SHARED_FOLDERS
        self.removed = remove_orphans(path, spared)
        self.invalid = 0

    def groups(self) -> Iterator[list[str]]:
        """What is to be compiled, in groups."""
        stale = [source for source in self.sources if not is_current(source)]
        if self.shared:
            yield from ([source] for source in stale)
        elif self.removed or (stale and not self.only_invalid(stale)):
            yield from (self.sources[start : start + GROUP] for start in range(0, len(self.sources), GROUP))

    def only_invalid(self, stale: list[str]) -> bool:
        """Whether all that has no bytecode cannot have any: then there is nothing to do, build after build."""
        if len(stale) == len(self.sources) or any(os.path.lexists(bytecode_path(source)) for source in stale):
            return False
        if any(map(is_valid, stale)):
            return False
        self.invalid = len(stale)
        return True


def remove_orphans(folder: str, spared: set[str]) -> int:
    """Remove bytecode whose source is gone or spared, and what a killed build left half-written; how many it was."""
    cache = os.path.join(folder, CACHE)
    try:
        names = os.listdir(cache)
    except (FileNotFoundError, NotADirectoryError):
        return 0
    orphans = [name for name in names if name.endswith(TEMPORARY) or is_orphan(folder, name, spared)]
    for name in orphans:
        os.unlink(os.path.join(cache, name))
    if len(orphans) == len(names):
        os.rmdir(cache)
    return len(orphans)


def is_orphan(folder: str, name: str, spared: set[str]) -> bool:
    """Whether a file in a cache folder is bytecode without a source: ``<module>.<tag>[.opt-<n>].pyc`` (PEP 488).

    Sources that are ``spared`` count as none.
    """
    if not name.endswith(".pyc"):
        return False
    stem = name[: -len(".pyc")]
    if stem.rpartition(".")[2].startswith("opt-"):
        stem = stem.rpartition(".")[0]
    source = f"{stem.rpartition('.')[0]}.py"
    return source in spared or not os.path.lexists(os.path.join(folder, source))


def bytecode_path(source: str) -> str:
    """Where the interpreter looks for the bytecode of a source (PEP 3147)."""
    folder, name = os.path.split(source)
    return os.path.join(folder, CACHE, name[: -len(".py")] + SUFFIX)


def recorded_path(source: str) -> str:
    """The path that bytecode names as its source's; another one where the task's folder is packaged to be moved."""
    here, there = MOVED
    return there + source.removeprefix(here) if here and source.startswith(here) else source


def is_current(source: str) -> bool:
    """Whether a source's bytecode is what compiling it would give."""
    try:
        with open(bytecode_path(source), "rb") as file:
            header = file.read(16)
    except OSError:
        return False
    if len(header) < 16 or header[:8] != UNCHECKED:
        return False
    with open(source, "rb") as file:
        return header[8:] == importlib.util.source_hash(file.read())


def bytecode(source: str) -> bytes | None:
    """The bytecode file of a source, or nothing if it is no valid source."""
    with open(source, "rb") as file:
        text = file.read()
    try:
        code = compile(text, recorded_path(source), "exec", dont_inherit=True, optimize=0)
        return UNCHECKED + importlib.util.source_hash(text) + marshal.dumps(code)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
        return None


def is_valid(source: str) -> bool:
    """Whether a source compiles; found out in a process of its own."""
    pid = os.fork()
    if not pid:
        status = 0
        try:
            status = bytecode(source) is not None
        finally:
            os._exit(status)
    return os.waitpid(pid, 0)[1] == 1 << 8


def compile_one(source: str) -> bool:
    """Write the bytecode of one source; false if it is no valid source."""
    data = bytecode(source)
    if data is None:
        return False
    path = bytecode_path(source)
    temporary = path + TEMPORARY
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
    return True


def start(group: list[str]) -> int:
    """Compile a group in a child; its process id."""
    pid = os.fork()
    if pid:
        return pid
    status = ERRNO_BASE + errno.EIO
    try:
        status = sum(not compile_one(source) for source in group)
    except OSError as error:
        status = ERRNO_BASE + (error.errno or errno.EIO)
    finally:
        os._exit(status)


def compile_all(groups: list[list[str]], jobs: int, invalid: int) -> dict[str, object]:
    """Compile all groups, ``jobs`` at a time; starts no more after the first that cannot be written."""
    running: dict[int, list[str]] = {}
    compiled = 0
    failure: dict[str, object] = {}
    waiting = list(reversed(groups))
    while running or (waiting and not failure):
        while waiting and len(running) < jobs and not failure:
            group = waiting.pop()
            running[start(group)] = group
        pid, ending = os.wait()
        group = running.pop(pid)
        if os.WIFEXITED(ending):
            status = os.WEXITSTATUS(ending)
            if status > ERRNO_BASE:
                failure = {"path": os.path.dirname(group[0]), "errno": status - ERRNO_BASE}
            else:
                invalid += status
                compiled += len(group) - status
        elif os.WTERMSIG(ending) not in CRASHES:
            failure = {"path": os.path.dirname(group[0]), "signal": os.WTERMSIG(ending)}
        elif len(group) > 1:
            # Some source crashes the compiler (endless nesting does): find out which, one by one.
            waiting.extend([source] for source in reversed(group))
        else:
            invalid += 1
    return {"compiled": compiled, "invalid": invalid, **failure}


def main() -> None:
    """Carry out the task and print the answer."""
    with open(sys.argv[1], encoding="ascii") as file:
        task = json.load(file)
    MOVED[:] = task["recorded"]
    began = time.monotonic()
    os.umask(0o022)
    warnings.simplefilter("ignore")
    try:
        groups = [[source] for source in task["files"] if not is_current(source)]
        total = len(task["files"])
        removed = invalid = left_out = 0
        for root in task["roots"]:
            for path, below, names in os.walk(root):
                below[:] = sorted(name for name in below if name != CACHE)
                parts = path[len(root) :].split("/")
                within = any(name in parts for name in task["left_out"]["below"])
                folder = Folder(path, names, task["left_out"]["names"] if within else [])
                groups.extend(folder.groups())
                total += len(folder.sources)
                removed += folder.removed
                invalid += folder.invalid
                left_out += folder.left_out
    except OSError as error:
        sys.stdout.write(json.dumps({"path": error.filename, "errno": error.errno}))
        return
    gc.collect()
    gc.freeze()
    gc.disable()
    answer = compile_all(groups, task["jobs"], invalid)
    current = total - sum(map(len, groups)) - invalid
    sys.stdout.write(
        json.dumps(
            {
                "current": current,
                "removed": removed,
                "left_out": left_out,
                "seconds": time.monotonic() - began,
                **answer,
            }
        )
    )


if __name__ == "__main__":
    main()
