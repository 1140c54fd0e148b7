"""Decides which folder has to be importable for a file: where its own imports of the project's files work."""

from collections.abc import Iterator
from typing import Final

from pure.start.calls import CALLS
from pure.start.code_module import Module

SOURCE_ROOT: Final = "src"
# Names that mean a distribution or the standard library wherever they are imported, and that people give to modules.
_FOREIGN: Final = frozenset(name.partition(".")[0] for name in CALLS) | {
    *("streamlit", "gradio", "panel", "rq", "redis", "sqlalchemy", "requests", "pydantic", "jinja2"),
    *("asyncio", "calendar", "code", "collections", "copy", "dataclasses", "datetime", "email", "enum", "html", "http"),
    *("io", "json", "logging", "math", "operator", "os", "pathlib", "platform", "queue", "random", "re", "secrets"),
    *("select", "signal", "site", "statistics", "string", "subprocess", "sys", "test", "time", "token", "types"),
    *("typing", "uuid"),
}


def folders_of(path: str) -> Iterator[str]:
    """The folders that hold a file, the innermost first; the root is empty."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def module_name(path: str, root: str) -> str:
    """The name by which a file is imported where ``root`` is importable."""
    inner = path.removeprefix(f"{root}/") if root else path
    return inner.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


class Tree:
    """The names of all files, from which follows which folder has to be importable for a file."""

    def __init__(self, paths: frozenset[str]) -> None:
        self.paths = paths
        self._tops: dict[str, set[str]] = {}
        for path in paths:
            parts = path.split("/")
            for depth, part in enumerate(parts):
                # A folder with a `src` of its own is a project, such as a workspace's member, and no package: it often
                # has its package's name, but nothing is imported from it.
                if depth + 1 < len(parts) and self._is_source_root(parts[: depth + 2]):
                    continue
                self._tops.setdefault("/".join(parts[:depth]), set()).add(part.removesuffix(".py"))

    def _is_source_root(self, folders: list[str]) -> bool:
        return folders[-1] == SOURCE_ROOT and f"{'/'.join(folders)}/__init__.py" not in self.paths

    def root_of(self, module: Module) -> str:
        """The outermost folder from which the file's own imports of project files work.

        Without any: the innermost ``src`` if it is a folder of packages, else the root. Folders that no import could
        name (``my-service``) are always left.
        """
        folders = module.path.split("/")[:-1]
        first = max((depth + 1 for depth, name in enumerate(folders) if not name.isidentifier()), default=0)
        candidates = ["/".join(folders[:depth]) for depth in range(first, len(folders) + 1)]
        # `shop/celery.py` beside `from celery import Celery` isn't a reason to make `shop` importable.
        foreign = _FOREIGN | {module.path.rpartition("/")[2].removesuffix(".py")}
        for candidate in candidates:
            if (self._tops.get(candidate, frozenset()) & module.packages) - foreign:
                return candidate
        sources = (folders[:depth] for depth in range(len(folders), 0, -1) if self._is_source_root(folders[:depth]))
        return "/".join(next(sources, [])) or candidates[0]
