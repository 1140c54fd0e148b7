"""Runs a script as Python does, and notes what it reads and writes; runs in the application's own interpreter.

Called as ``python traced.py TRACE SCRIPT ARGUMENT…``. For the script it is as if it had been started directly: its
name, arguments, search path, exit status, output and tracebacks are the same. What the interpreter's audit events
tell of it is written to ``TRACE`` as JSON at its very end (``pure.build.collected.Trace``); where there is none,
nothing is known.
"""

import atexit
import builtins
import contextlib
import functools
import importlib.util
import io
import json
import os
import sys
import types
from importlib.machinery import EXTENSION_SUFFIXES, SourceFileLoader
from typing import Any

READS = ("os.listdir", "os.scandir")
# Of each the arguments that are paths.
WRITES = {
    "os.chmod": (0,),
    "os.chown": (0,),
    "os.link": (1,),
    "os.mkdir": (0,),
    "os.remove": (0,),
    "os.rename": (0, 1),
    "os.rmdir": (0,),
    "os.symlink": (1,),
    "os.truncate": (0,),
    "os.utime": (0,),
    "shutil.rmtree": (0,),
}
STARTS = (
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "pty.spawn",
    "subprocess.Popen",
)
CONNECTS = (
    "socket.bind",
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostbyaddr",
    "socket.gethostbyname",
    "socket.getnameinfo",
    "socket.sendmsg",
    "socket.sendto",
    "sqlite3.connect",
)
# What multiprocessing starts its processes by, of which no event tells.
FORK_EXEC = "_posixsubprocess"
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
DATABASES = "django.db.backends.base.base"

READ: set[str] = set()
WRITTEN: set[str] = set()
FOUND = {"started": "", "connected": "", "native": ""}
# Set when all is written down: what is still done then finds modules that are taken apart.
ENDED: list[bool] = []
WATCHED: list[types.ModuleType] = []


def path_of(value: object) -> str:
    """The path that is meant now; empty for what is none, such as the number of an open file."""
    try:
        name = os.fsdecode(value)  # type: ignore[arg-type]
        return os.path.join(os.getcwd(), name) if name else ""
    except (TypeError, ValueError, OSError):
        return ""


def hear(event: str, arguments: tuple[Any, ...]) -> None:
    """Note what an audit event tells. It is asked of everything that the interpreter does, so it raises nothing."""
    if ENDED:
        return
    if event == "open":
        path, _, flags = arguments
        writes = isinstance(flags, int) and flags & WRITING
        # What is created exclusively, or emptied, may have been read by nobody.
        (WRITTEN if writes else READ).add(path_of(path))
        if writes and flags & os.O_RDWR:
            READ.add(path_of(path))
    elif event in READS:
        READ.add(path_of(arguments[0] if arguments and arguments[0] is not None else "."))
    elif event in WRITES:
        WRITTEN.update(path_of(arguments[number]) for number in WRITES[event] if number < len(arguments))
    elif event in STARTS:
        FOUND["started"] = FOUND["started"] or event_told(event, arguments)
    elif event in CONNECTS:
        FOUND["connected"] = FOUND["connected"] or event
    elif event == "ctypes.dlopen" and arguments[0]:
        FOUND["native"] = FOUND["native"] or str(arguments[0])
    elif event == "import":
        module, file = arguments[0], arguments[1]
        if file and str(file).endswith(tuple(EXTENSION_SUFFIXES)) and not own(str(file)):
            FOUND["native"] = FOUND["native"] or str(module)
    if not WATCHED and DATABASES in sys.modules:
        watch_databases(sys.modules[DATABASES])


def event_told(event: str, arguments: tuple[Any, ...]) -> str:
    """A started program by its name, or how it was started."""
    named = path_of(arguments[0]) if event in ("subprocess.Popen", "os.posix_spawn", "os.exec") and arguments else ""
    return os.path.basename(named) or event


def own(file: str) -> bool:
    """Whether an extension module is Python's own: nothing in it reads files behind its back."""
    library = os.path.dirname(json.__path__[0])
    return os.path.dirname(os.path.realpath(file)) == os.path.realpath(f"{library}/lib-dynload")


def watch_databases(module: types.ModuleType) -> None:
    """Note connections to Django's databases, which native code makes without an event."""
    kind = getattr(module, "BaseDatabaseWrapper", None)
    if kind is None:
        # Its module is being imported.
        return
    WATCHED.append(module)
    connect = kind.connect

    @functools.wraps(connect)
    def noted(self: Any, *arguments: Any, **named: Any) -> Any:
        FOUND["connected"] = FOUND["connected"] or f"django.db.connections[{self.alias!r}]"
        return connect(self, *arguments, **named)

    kind.connect = noted


def watch_processes() -> None:
    """Note what ``multiprocessing`` starts in ways of its own, of which no event tells."""
    with contextlib.suppress(ImportError, AttributeError):
        native: Any = importlib.import_module(FORK_EXEC)
        fork_exec = native.fork_exec

        @functools.wraps(fork_exec)
        def noted(*arguments: Any) -> Any:
            FOUND["started"] = FOUND["started"] or f"{FORK_EXEC}.fork_exec"
            return fork_exec(*arguments)

        native.fork_exec = noted


def loaded() -> list[str]:
    """The files of what is imported: what was so before anything was noted, and the sources of compiled modules."""
    files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    return [path_of(file) for file in files if isinstance(file, str)]


def sources(paths: list[str]) -> list[str]:
    """The sources of bytecode that was read: while it fits by time and size, they aren't opened."""
    found = []
    for path in paths:
        try:
            found.append(importlib.util.source_from_cache(path))
        except (NotImplementedError, ValueError):
            continue
    return found


def write(trace: str) -> None:
    """Write down what was noted, wholly or not at all."""
    ENDED.append(True)
    paths = [path for path in list(READ) if path]
    read = {os.path.realpath(path) for path in (*paths, *sources(paths), *loaded()) if os.path.lexists(path)}
    # A link that is made, and the file that one leads to which is opened.
    written = {os.path.realpath(path) for path in list(WRITTEN) if path}
    written |= {
        os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path)) for path in WRITTEN if path
    }
    told = dict(FOUND, reads=sorted(read), writes=sorted(written - {os.path.realpath(trace)}))
    with contextlib.suppress(OSError):
        with open(f"{trace}.new", "w", encoding="ascii") as file:
            json.dump(told, file)
        os.rename(f"{trace}.new", trace)


def main(trace: str, script: str, arguments: list[str]) -> None:
    """Run the script in place of this one."""
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = os.path.dirname(os.path.realpath(script))
    sys.argv = [script, *arguments]
    # Registered first, so that it is called last of all.
    atexit.register(write, trace)
    sys.addaudithook(hear)
    watch_processes()
    name = os.path.abspath(script)
    module = types.ModuleType("__main__")
    module.__dict__.update(
        __annotations__={},
        __builtins__=builtins,
        __cached__=None,
        __doc__=None,
        __file__=name,
        __loader__=SourceFileLoader("__main__", name),
    )
    sys.modules["__main__"] = module
    with io.open_code(name) as file:
        source = file.read()
    try:
        exec(compile(source, name, "exec", dont_inherit=True), module.__dict__)  # noqa: S102
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001
        # The traceback begins in the script.
        behind = error.__traceback__ and error.__traceback__.tb_next
        sys.excepthook(type(error), error.with_traceback(behind), behind)
        status = 130 if isinstance(error, KeyboardInterrupt) else 1
    else:
        return
    sys.exit(status)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
