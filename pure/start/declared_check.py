"""Checks declared processes against what is there: programs, modules, objects, files, ports.

Before anything is installed, only the names of what is required are known; in the finished environment the check is
made again, by the programs and modules that it has.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from pure.names import normalise_name
from pure.outcome import Failure, Outcome, Success
from pure.project.document import Document
from pure.start.code_facts import CodeFacts
from pure.start.command_words import SHELLS, below, unknown
from pure.start.declared import read_startup
from pure.start.declared_code import held, idle, mismatched, outer
from pure.start.declared_files import SOURCE_ROOT, all_started, bound_names, find_module
from pure.start.development import left_out
from pure.start.found import unreachable
from pure.start.offered import DeclaredFile, DeclaredFiles, ToolNotInImage
from pure.start.peers import PeerCommand
from pure.start.processes import RELEASES, Process, Processes, from_peer, from_procfile, from_table
from pure.start.runners import RUNNERS, runs_tools, without_runners
from pure.start.started import PROGRAMS, PYTHON, CommandTarget, Started
from pure.venv.offered import Offered

_BUILTINS: Final = frozenset({
    ".", ":", "alias", "cd", "echo", "eval", "exit", "export", "false", "kill", "printf", "pwd", "read", "set", "shift",
    "sleep", "source", "test", "trap", "true", "type", "ulimit", "umask", "unset", "wait",
})  # fmt: skip
# Where other platforms and machines have an environment's programs.
_ELSEWHERE: Final = re.compile(
    r"/app/\.heroku/|\A/(?:home|root|opt|srv|app|usr/src)/[^ ]*/bin/|(?:\A|/)\.?v?env/bin/|/\.?virtualenvs?/|/\.pyenv/"
)
_INSTALLERS: Final = frozenset({"pip", "pip3", *RUNNERS})
_EDITABLE: Final = re.compile(r"__editable__|_editable_|.*\.egg-link\Z|easy-install\.pth|_[a-z0-9_]+\.pth\Z")
_OBJECTS: Final = ("app", "application", "api", "server", "asgi", "wsgi", "create_app", "make_app")


class CheckedAgainst(msgspec.Struct, frozen=True, kw_only=True):
    """What declared processes are checked against."""

    installed: Mapping[str, str]
    """The normalised names of distributions."""
    files: DeclaredFiles
    documents: Mapping[str, Document | None] = {}
    """The project's files, by name, that may say more: pyproject.toml, Pipfile."""
    provisional: bool = False
    """Nothing is installed yet."""
    minor: str = ""
    """The minor version of the image's Python, empty where it isn't known."""
    code: CodeFacts | None = None
    """What the code offers to start."""
    offered: Offered | None = None
    """``None`` where the environment isn't finished, or wasn't looked at."""


def declared_processes(
    procfile: bytes | None, pyproject: Document | None, peers: Sequence[PeerCommand] = ()
) -> Processes | None:
    """The processes that the project declares, without prefixes that the image has no tools for.

    ``None`` where it declares none, or what it declares is an error.
    """
    if procfile is not None:
        found = from_procfile(procfile).value_or(None)
    else:
        startup = read_startup(pyproject)
        declared = None if isinstance(startup, Failure) else startup.unwrap().declared
        found = from_table(declared) if declared else None
        if declared is None and peers and not isinstance(startup, Failure):
            found = from_peer(peers[0])
    if found is None:
        return None
    dropped = (without_runners(each, {}, present=frozenset()) for each in found.processes)
    kept = (
        own if isinstance(each, Failure) else each.process for own, each in zip(found.processes, dropped, strict=True)
    )
    return msgspec.structs.replace(found, processes=tuple(kept))


def checked(processes: Processes, against: CheckedAgainst) -> Outcome[Processes, ToolNotInImage]:
    """The processes, without the prefixes that only a development machine has, and with what is wrong with them."""
    if not processes.processes:
        return Success(processes)
    present = frozenset(name for name in RUNNERS if _has_tool(name, against))
    kept: list[Process] = []
    notes: list[str] = []
    for process in processes.processes:
        dropped = without_runners(process, against.documents, present=present)
        if isinstance(dropped, Failure):
            return dropped
        kept.append(_by_shell(dropped.process, against))
        notes += (
            f"{process.source}: {process.type} is started without {prefix}, for the environment is active in the image"
            for prefix in dropped.prefixes
        )
    found = msgspec.structs.replace(processes, processes=tuple(kept))
    found = msgspec.structs.replace(found, notes=(*processes.notes, *notes, *_remarks(found, against)))
    warned = tuple(dict.fromkeys(_warnings(found, against)))
    provisional = found.provisional or (against.provisional and bool(warned))
    return Success(msgspec.structs.replace(found, warnings=(*found.warnings, *warned), provisional=provisional))


def _by_shell(process: Process, against: CheckedAgainst) -> Process:
    """The process, by a shell if its program is a file of the application's that doesn't say what runs it.

    A shell reads such a file itself; whoever executes it gets an error.
    """
    path = below("", process.command[0]) if "/" in process.command[0] else ""
    found = against.files.files.get(path) if path and not unknown(path) else None
    if found is None or found.folder or not found.raw or found.raw.startswith((b"#!", b"\x7fELF")):
        return process
    because = f"{process.command[0]} doesn't say in its first line what runs it: run by bash"
    return msgspec.structs.replace(process, command=("bash", *process.command), because=because)


def _has_tool(name: str, against: CheckedAgainst) -> bool:
    return name in against.offered.programs if against.offered else name in against.installed


def _warnings(processes: Processes, against: CheckedAgainst) -> Iterator[str]:
    for process in processes.processes:
        if process.type in RELEASES:
            yield (
                f"{process.source}: {process.type} is not run by the platform, as Heroku does before a start: it is a "
                f"process like any other; start it once per release, or put its command before the server's"
            )
    for at, each in all_started(processes):
        process = processes.processes[at]
        where = f"{process.source}: {process.type}"
        yield from (f"{where} {problem}" for problem in _program(each, process, against))
        for target in each.targets:
            problem = _file(each, target, against) if target.path else _module(each, target, against)
            if problem:
                yield f"{where} {problem}"
        if process.type == "web" or process.default:
            yield from (f"{where} {problem}" for problem in (*_address(each), *_by_code(each, against)))


def _by_code(each: Started, against: CheckedAgainst) -> Iterator[str]:
    if against.code is not None:
        if _gunicorn_conf(each, against) is None:
            yield from held(each, against.code, against.installed)
            yield from (wrong for target in each.targets for wrong in mismatched(each, target, against.code))
        around = (found for target in each.targets for found in outer(each, target, against.code))
        yield from (problem for needed, problem in around if needed)
        for target in each.targets if PYTHON.match(each.program) else ():
            path = below(each.run.folder, target.path) if target.path else f"{target.module.replace('.', '/')}.py"
            yield from (f"runs {target.text}, and {problem}" for problem in unreachable(against.code, path))
            yield from (f"runs {target.text}, and {problem}" for problem in idle(path, against.code))


def _remarks(processes: Processes, against: CheckedAgainst) -> Iterator[str]:
    """What holds only as long as the platform does what most do."""
    for at, each in all_started(processes):
        process = processes.processes[at]
        served = process.type == "web" or process.default
        if served and against.code is not None:
            around = (found for target in each.targets for found in outer(each, target, against.code))
            yield from (f"{process.source}: {process.type} {problem}" for needed, problem in around if not needed)


def _gunicorn_conf(each: Started, against: CheckedAgainst) -> DeclaredFile | None:
    return against.files.files.get(below(each.run.folder, "gunicorn.conf.py"))


def _program(each: Started, process: Process, against: CheckedAgainst) -> Iterator[str]:
    name = each.program
    if "/" in name:
        yield from _path(each, process, against)
        return
    module = each.module
    offered = against.offered
    if PYTHON.match(name) and _other_python(name, against):
        yield f"starts {name}, and the image has Python {against.minor}: write python"
    if unknown(name) or name in _BUILTINS or name in SHELLS or (PYTHON.match(name) and not module):
        return
    if name in _INSTALLERS:
        if not _has_tool(name, against) and offered is not None:
            yield f"runs {name}, which is not in the image: whatever it installs belongs into the requirements"
        return
    if each.distribution:
        # Programs of Python's are looked for in the environment only: a build image's own aren't in the image.
        there = any(name in against.installed for name in (each.distribution, f"py{each.distribution}"))
        if offered is not None and not there:
            there = _importable(module, offered) if module else name in offered.programs
        if not there:
            yield _not_installed(module or name, each.distribution, against)
    elif offered is not None and name not in offered.programs and name not in against.files.programs:
        bring = "correct the command, or have it by the requirements, another buildpack or the run image"
        cure = _cure(name, against) if normalise_name(name) in left_out(against.documents) else bring
        yield f"starts {name}, which is neither in the environment nor in the build image: {cure}"


def _other_python(name: str, against: CheckedAgainst) -> bool:
    """Whether a name of Python's is that of another version than the image has."""
    version = name.removeprefix("python")
    return bool(version and against.minor) and version not in (against.minor, against.minor.partition(".")[0])


def _not_installed(name: str, distribution: str, against: CheckedAgainst) -> str:
    known = "is not installed" if against.offered else "is not among the requirements"
    return f"starts {name}, which {known}: {_cure(distribution, against)}"


def _cure(distribution: str, against: CheckedAgainst) -> str:
    place = left_out(against.documents).get(normalise_name(distribution))
    if place:
        return f"it is declared in {place} only, which is not installed here; move it to the dependencies"
    return f"add {distribution} to the requirements, or correct the command"


def _path(each: Started, process: Process, against: CheckedAgainst) -> Iterator[str]:
    path = below(each.run.folder, each.program)
    name = each.program.rpartition("/")[2]
    if _ELSEWHERE.search(each.program) and (name in PROGRAMS or PYTHON.match(name)):
        yield f"starts {each.program}, which is a place of another system: the environment is active, write {name}"
        return
    if unknown(path) or not path:
        return
    found = against.files.files.get(path)
    if found is None:
        yield f"starts {each.program}, but there is no file {path}"
    elif found.folder:
        yield f"starts {each.program}, which is a folder"
    else:
        if not found.executable:
            yield (
                f"starts {each.program}, which is not executable: `git update-index --chmod=+x {path}`, or write "
                f"{_by_interpreter(found.raw)} {each.program}"
            )
        yield from _script_of(each.program, found.raw, against)


def _by_interpreter(raw: bytes) -> str:
    first = raw.partition(b"\n")[0]
    return "python" if b"python" in first else "bash" if b"bash" in first or not first.startswith(b"#!") else "sh"


def _script_of(path: str, raw: bytes, against: CheckedAgainst) -> Iterator[str]:
    if raw.startswith(b"\x7fELF"):
        return
    if b"python" not in raw.partition(b"\n")[0]:
        present = frozenset(name for name in RUNNERS if _has_tool(name, against))
        for command in itertools.islice(runs_tools(raw, present), 1):
            tool = command.partition(" ")[0]
            yield f"runs {path}, which says  {command},  and {tool} is not in the image: leave it out of the command"
    if b"\r\n" in raw:
        yield (
            f"runs {path}, which has the line ends of Windows (CRLF), so no shell understands it: save it with LF, and "
            f"write `*.sh text eol=lf` into .gitattributes"
        )


def _file(each: Started, target: CommandTarget, against: CheckedAgainst) -> str:
    path = below(each.run.folder, target.path)
    if unknown(path):
        return ""
    found = against.files.files.get(path)
    if found is None:
        name = path.rpartition("/")[2]
        others = [other for other in against.files.modules if other.rpartition("/")[2] == name]
        hint = f"; there is {others[0]}" if others else ""
        return f"runs {target.text}, but there is no file {path}{hint}"
    if each.program in SHELLS and not found.folder:
        return next(_script_of(target.text, found.raw, against), "")
    return ""


def _module(each: Started, target: CommandTarget, against: CheckedAgainst) -> str:
    if not each.sure or any(unknown(root) for root in each.roots):
        return ""
    files = against.files.files
    configured = _gunicorn_conf(each, against) if each.distribution == "gunicorn" else None
    if configured and (b"chdir" in configured.raw or b"pythonpath" in configured.raw):
        return ""
    top, *inner = target.module.split(".")
    roots = each.roots or (each.run.folder,)
    path = next((path for root in roots if (path := find_module(files, root, target.module))), None)
    if path is None and (in_source := find_module(files, SOURCE_ROOT, target.module)):
        # In the image the project is importable where it is installed, and from what PYTHONPATH names.
        if against.offered is None or _importable(top, against.offered):
            path = in_source
        else:
            return (
                f"serves {target.text}, which lies in {in_source} and can't be imported from there: "
                f"write PYTHONPATH={SOURCE_ROOT} before the command"
            )
    if path is not None:
        return _package(each, target, path, against) or _object(target, path, against)
    begun = any(find_module(files, root, top) for root in (*roots, SOURCE_ROOT))
    if not begun and _elsewhere(top, each, against):
        return ""
    missing = target.module if begun else top
    nor = "" if begun else " nor installed" if against.offered else " nor of a name that is required"
    return (
        f"{_verb(each)} {target.text}, but {missing} is {'not' if begun else 'neither'} among the application's "
        f"files{nor}{_hint(target, inner, against)}"
    )


def _verb(each: Started) -> str:
    return "runs the module" if PYTHON.match(each.program) else "serves"


def _elsewhere(top: str, each: Started, against: CheckedAgainst) -> bool:
    """Whether a module may come from elsewhere than the application's files."""
    if against.offered is not None:
        return _importable(top, against.offered)
    # Beforehand nobody knows the modules that distributions bring, nor here those of the standard library.
    return bool(PYTHON.match(each.program)) or normalise_name(top) in against.installed


def _importable(top: str, offered: Offered) -> bool:
    if top in offered.modules or f"{top}.py" in offered.modules:
        return True
    return any(name.startswith(f"{top}.") and name.endswith(".so") for name in offered.modules) or any(
        _EDITABLE.match(name) for name in offered.modules
    )


def _hint(target: CommandTarget, inner: list[str], against: CheckedAgainst) -> str:
    last = f"{(inner or [target.module])[-1]}.py"
    others = [path for path in against.files.modules if path.rpartition("/")[2] == last]
    if not others:
        return "; correct the command"
    module = others[0].removesuffix(".py").removeprefix(f"{SOURCE_ROOT}/").replace("/", ".")
    rest = target.text.partition(":")[2]
    return f"; there is {others[0]}: write {module}{f':{rest}' if rest else ''}"


def _package(each: Started, target: CommandTarget, path: str, against: CheckedAgainst) -> str:
    """Of a package ``python -m`` runs ``__main__.py``."""
    folder, _, name = path.rpartition("/")
    there = against.files.modules
    # What isn't among them may lie too deep to be.
    runs = PYTHON.match(each.program) is not None and not each.module and name == "__init__.py" and path in there
    if not runs or f"{folder}/__main__.py" in there:
        return ""
    return f"runs the module {target.text}, but {folder} has no __main__.py, which is what python -m runs of a package"


def _object(target: CommandTarget, path: str, against: CheckedAgainst) -> str:
    found = against.files.files[path]
    if not target.name or found.folder:
        return ""
    names = bound_names(found.raw)
    if names is None or target.name in names:
        return ""
    others = [name for name in _OBJECTS if name in names]
    # Of a package a submodule is an attribute too, once something imports it.
    if path.endswith("/__init__.py") and target.name in {
        each.rpartition("/")[2][:-3] for each in against.files.modules
    }:
        return ""
    called = "()" if others and others[0].startswith(("create_", "make_")) else ""
    hint = f"; it has {others[0]}: write {target.module}:{others[0]}{called}" if others else ""
    return f"serves {target.module}:{target.name}, but {path} binds no name {target.name}{hint}"


def _address(each: Started) -> Iterator[str]:
    if each.port_by:
        yield (
            f"is told no port, and listens on {each.port} whatever PORT says: add {each.port_by} ${{PORT:-{each.port}}}"
        )
    elif each.port:
        yield (
            f"listens on the fixed port {each.port}: platforms that set PORT send requests there; write "
            f"${{PORT:-{each.port}}} instead of {each.port}"
        )
    if each.local:
        where = each.local if not each.local.startswith(("-", "0")) else "127.0.0.1"
        write = "0.0.0.0 instead" if where == each.local else each.local
        yield f"listens on {where} only, where nobody outside of the container reaches it: write {write}"
