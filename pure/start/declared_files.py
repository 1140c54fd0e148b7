"""Decides which files a check of declared processes has to see, and what a file says of the names that it binds."""

import ast
import warnings
from collections.abc import Iterator, Mapping

from pure.start.command_words import below, inside, runs, unknown
from pure.start.offered import DeclaredFile
from pure.start.processes import Processes
from pure.start.started import Started, started

MOST: int = 200
"""So many files are looked at."""
HEAD: int = 256_000
"""So many bytes are read of each."""
SOURCE_ROOT = "src"


def all_started(processes: Processes) -> Iterator[tuple[int, Started]]:
    """What each process starts, with the process's place among them."""
    for at, process in enumerate(processes.processes):
        for run in runs(process.command, process.variables):
            for each in (*started(run), *(one for inner in inside(run) for one in started(inner))):
                yield at, each


def asked(processes: Processes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The paths to look at, and the programs to look for."""
    paths: dict[str, None] = {}
    programs: dict[str, None] = {}
    for _, each in all_started(processes):
        if "/" in each.program:
            paths[below(each.run.folder, each.program)] = None
        elif not unknown(each.program):
            programs[each.program] = None
        for target in each.targets:
            if target.path:
                paths[below(each.run.folder, target.path)] = None
            for root in (*each.roots, SOURCE_ROOT):
                paths |= dict.fromkeys(_candidates(root, target.module))
        if each.distribution == "gunicorn":
            paths[below(each.run.folder, "gunicorn.conf.py")] = None
    return tuple([path for path in paths if path and not unknown(path)][:MOST]), tuple(programs)[:MOST]


def find_module(files: Mapping[str, DeclaredFile], root: str, module: str) -> str | None:
    """The path of a module's file below a root, or of its folder where that is all there is of it."""
    path = below(root, module.replace(".", "/"))
    for candidate in (f"{path}/__init__.py", f"{path}.py", path):
        found = files.get(candidate)
        if found is not None and (not found.folder or candidate == path):
            return candidate
    return None


def bound_names(raw: bytes) -> frozenset[str] | None:
    """The names that a file binds at module level; ``None`` where they can't be known."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(raw)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    names: set[str] = set()
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
                # A function may bind a name of the module's.
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Global):
                        names |= set(inner.names)
                continue
            case ast.ImportFrom(names=aliases) if any(alias.name == "*" for alias in aliases):
                return None
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names |= {alias.asname or alias.name.partition(".")[0] for alias in aliases}
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.Name(id="globals" | "exec" | "setattr" | "vars"):
                return None
            case _:
                pass
        pending += ast.iter_child_nodes(node)
    return None if "__getattr__" in names else frozenset(names)


def _candidates(root: str, module: str) -> Iterator[str]:
    parts = module.split(".") if module else []
    for depth in range(len(parts)):
        path = below(root, "/".join(parts[: depth + 1]))
        yield path
        yield f"{path}.py"
        yield f"{path}/__init__.py"
