"""Names the modules that an application's code imports and that aren't its own, and where it does."""

import ast
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from pure.start.import_roots import SOURCE_ROOT, folders_of
from pure.start.source_files import SourceFile, Sources, is_ignored

_MOST_PLACES: Final = 3


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """A top-level module, and the first places that import it, each as ``app.py, line 3``."""

    module: str
    places: tuple[str, ...]


class Imports(msgspec.Struct, frozen=True, kw_only=True):
    """What the application's code imports, by name."""

    found: tuple[Import, ...]
    # How many files say so.
    files: int
    # Files that couldn't be read or parsed may import more.
    complete: bool


def foreign_imports(sources: Sources) -> Imports:
    """The imports of the application's own files, apart from those of its modules and those that may fail."""
    own = tuple(file for file in sources.files if not is_ignored(file.path))
    tops = _tops(file.path for file in sources.files)
    found: dict[str, list[str]] = {}
    complete = not sources.left_out
    for file in own:
        parsed = _parsed(file)
        if parsed is None:
            complete = False
            continue
        mine = {name for folder in (*folders_of(file.path), SOURCE_ROOT) for name in tops.get(folder, ())}
        for module, line in sorted(set(_needed(parsed.body)), key=lambda each: (each[1], each[0])):
            if module not in mine:
                found.setdefault(module, []).append(f"{file.path}, line {line}")
    imports = (Import(module=name, places=tuple(found[name][:_MOST_PLACES])) for name in sorted(found))
    return Imports(found=tuple(imports), files=len(own), complete=complete)


def _tops(paths: Iterable[str]) -> dict[str, set[str]]:
    """What can be imported from each folder: its files and folders."""
    tops: dict[str, set[str]] = {}
    for path in paths:
        parts = path.split("/")
        for depth, part in enumerate(parts):
            tops.setdefault("/".join(parts[:depth]), set()).add(part.removesuffix(".py"))
    return tops


def _parsed(file: SourceFile) -> ast.Module | None:
    try:
        return ast.parse(file.raw)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _needed(statements: list[ast.stmt]) -> Iterator[tuple[str, int]]:
    """The modules that have to be there, with the lines that say so: not those for type checkers, nor those tried."""
    waiting: list[ast.AST] = list(statements)
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Import(names=names, lineno=line):
                yield from ((alias.name.partition(".")[0], line) for alias in names)
            case ast.ImportFrom(module=str(module), level=0, lineno=line):
                yield module.partition(".")[0], line
            case ast.Try(handlers=handlers) if any(map(_expects_none, handlers)):
                waiting += [*node.handlers, *node.orelse, *node.finalbody]
            case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
                waiting += node.orelse
            case _:
                waiting += ast.iter_child_nodes(node)


def _expects_none(handler: ast.ExceptHandler) -> bool:
    """Whether it is there for a module that is missing."""
    caught = handler.type
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(each is None or (isinstance(each, ast.Name) and each.id in _MISSING) for each in names)


_MISSING: Final = frozenset({"ImportError", "ModuleNotFoundError", "Exception"})
