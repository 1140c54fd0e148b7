"""Finds in a project's Python files what can be started, by following names from one file to the next.

``from shop.web import create_app`` and ``app = create_app()`` give a Flask object if that function returns one. Nothing
is ever imported.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from typing import Final

import msgspec

from pure.start import connections
from pure.start.code_facts import AppObject, CodeFacts, Django, Kind, Place, Unparsed
from pure.start.code_module import Module
from pure.start.code_parser import parse_module
from pure.start.import_roots import SOURCE_ROOT, Tree, folders_of, module_name
from pure.start.names import Names
from pure.start.objects import file_preference, objects, preference
from pure.start.served_files import served_files
from pure.start.source_files import (
    MANAGE,
    PROGRAMS,
    Sources,
    is_ignored,
    is_manage,
    is_program,
    worth_parsing,
)

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_DJANGO_QUEUES: Final = (
    "django_rq.get_queue",
    "django_rq.queues.get_queue",
    "django_rq.job",
    "django_rq.decorators.job",
)
# What may go on, wherever it is called.
_STARTING: Final = re.compile(r"(?:run|start|serve|server|listen|launch|main|loop|join|wait)(?:_|\Z)")
_QUEUE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}\Z")
# What every project sets.
_SETTINGS: Final = ("ROOT_URLCONF", "WSGI_APPLICATION", "ASGI_APPLICATION", "SECRET_KEY")
_MODULE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)+\Z")


def code_facts(sources: Sources) -> CodeFacts:
    """The facts in the given files. Any contents whatever give a value."""
    files = [each for each in sources.files if not is_ignored(each.path)]
    # What lies beside or below a manage.py is imported from there, as manage.py itself does it.
    manage = {each.path.rpartition("/")[0] for each in files if is_manage(each)}
    tree = Tree(frozenset(each.path for each in files))
    modules: dict[str, tuple[Module, str]] = {}
    unparsed: list[Unparsed] = []
    for each in sorted(files, key=lambda file: file.path):
        if not worth_parsing(each):
            continue
        parsed = parse_module(each.raw, path=each.path, name=module_name(each.path, ""))
        if isinstance(parsed, Unparsed):
            unparsed.append(parsed)
            continue
        root = next((folder for folder in folders_of(each.path) if folder in manage), None)
        root = tree.root_of(parsed) if root is None else root
        if root:
            again = parse_module(each.raw, path=each.path, name=module_name(each.path, root))
            parsed = again if isinstance(again, Module) else parsed
        modules[each.path] = (parsed, root)
    found = _Project(tree, modules, manage).facts()
    return msgspec.structs.replace(found, notes=sources.left_out, unparsed=tuple(unparsed), own_minor=sources.own_minor)


class _Project:
    """All modules together: names are followed from one to the next."""

    def __init__(self, tree: Tree, modules: Mapping[str, tuple[Module, str]], manage: Set[str] = frozenset()) -> None:
        self._tree = tree
        self._modules = modules
        self._manage = manage
        self._names = Names(modules)
        self._objects, self._perhaps = objects(modules, self._names)

    def facts(self) -> CodeFacts:
        scripts = sorted(self._modules.values(), key=lambda each: file_preference(each[0].path))
        tops = frozenset(module.name.partition(".")[0] for module, _ in scripts)
        calls = [(module, root, call) for module, root in scripts for call in module.calls]
        rq = [
            (Place(path=module.path, line=line, root=root), text)
            for module, root, (callee, line, text) in calls
            if callee in ("rq.Queue", "rq.queue.Queue", "rq.job", "rq.decorators.job")
        ]
        django_queues = {
            "default" if callee == "django_rq.enqueue" else text or "default"
            for _, _, (callee, _, text) in calls
            if callee == "django_rq.enqueue" or (callee in _DJANGO_QUEUES and text is not None)
        }
        # A queue without a name is RQ's "default".
        queues = {text or "default" for _, text in rq if text is not None}
        return CodeFacts(
            objects=self._objects,
            perhaps=self._perhaps,
            idle=tuple(sorted({each.place.path for each in self._objects if self._is_idle(each.place.path)})),
            scripts=served_files(scripts, self._names),
            holders=connections.holders(scripts, self._names),
            websockets=connections.websockets(scripts),
            loopback=tuple(connections.loopback(scripts, self._names)),
            fixed_ports=tuple(connections.fixed_ports(scripts, self._names)),
            offers=tuple(connections.offers(scripts, self._names, tops)),
            dash_servers=tuple(
                (module.name, name.name)
                for module, _ in scripts
                for name in module.names
                if name.value.endswith(".server") and "dash" in module.packages
            ),
            rq=tuple(place for place, _ in rq),
            django_rq=tuple(self._first(calls, "django_rq", lambda callee: callee.startswith("django_rq."))),
            queues=tuple(sorted(name for name in queues if _QUEUE.match(name))),
            django_queues=tuple(sorted(name for name in django_queues if _QUEUE.match(name))),
            redis=self._redis(),
            periodic=next(
                (
                    Place(path=module.path, line=module.periodic, root=root)
                    for module, root in scripts
                    if module.periodic is not None
                ),
                None,
            ),
            django=tuple(self._django()),
            programs=tuple(self._programs()),
            apart=tuple(
                path
                for path in self._programs()
                if not self._modules[path][0].serves
                and not any(
                    each.place.path == path or self._modules[path][0].uses(each.module, each.name)
                    for each in self._objects
                )
            ),
            inner_programs=tuple(self._inner_programs()),
            packages=tuple(self._packages()),
        )

    def _is_idle(self, path: str) -> bool:
        module, _ = self._modules[path]
        called = (callee.rpartition(".")[2] for callee, _, _ in module.calls)
        return not module.runs and not any(_STARTING.match(name) for name in called)

    def _redis(self) -> str | None:
        """The one variable whose URL connects to Redis in the files with queues, or else in any."""
        for package in ("rq", "redis"):
            found = {
                variable
                for module, _ in self._modules.values()
                if package in module.packages
                for callee, variable in module.configured
                if callee.startswith("redis.") and callee.endswith("from_url") and _VARIABLE.match(variable)
            }
            if found:
                return found.pop() if len(found) == 1 else None
        return None

    def _first(
        self,
        calls: Iterable[tuple[Module, str, tuple[str, int, str | None]]],
        package: str,
        wanted: Callable[[str], bool],
    ) -> Iterator[Place]:
        """The first matching call of each file that imports a package."""
        seen: set[str] = set()
        for module, root, (callee, line, _) in calls:
            if package in module.packages and wanted(callee) and module.path not in seen:
                seen.add(module.path)
                yield Place(path=module.path, line=line, root=root)

    def _django(self) -> Iterator[Django]:
        for folder in sorted(self._manage, key=lambda each: (each.count("/") + bool(each), each)):
            path = f"{folder}/{MANAGE}".lstrip("/")
            if path not in self._modules:
                continue
            module, _ = self._modules[path]
            declared = self._setting(folder, module.settings, "ASGI")
            wsgi = (
                self._setting(folder, module.settings, "WSGI")
                or self._application(folder, "django_wsgi")
                or self._beside_urls(folder, module.settings)
            )
            asgi = declared or self._application(folder, "django_asgi")
            yield Django(
                folder=folder,
                settings=module.settings,
                wsgi=wsgi[0] if wsgi else None,
                asgi=asgi[0] if asgi else None,
                wsgi_place=wsgi[1] if wsgi else None,
                asgi_place=asgi[1] if asgi else None,
                asgi_declared=declared is not None or self._is_around(folder, "django_asgi"),
                served_settings=self._named_by(folder, wsgi[0]) if wsgi else None,
                candidates=() if module.settings else tuple(self._settings_of(folder)),
            )

    def _named_by(self, folder: str, target: str) -> str | None:
        """The settings that the module of an application names."""
        path = self._path_of(folder, target.partition(":")[0])
        return self._modules[path][0].settings if path else None

    def _beside_urls(self, folder: str, settings: str | None) -> tuple[str, Place] | None:
        """``application`` in the ``wsgi.py`` beside the root of all URLs, however it is made."""
        urls = self._text(folder, settings, "ROOT_URLCONF")
        package = urls[0].rpartition(".")[0] if urls else ""
        name = f"{package}.wsgi".lstrip(".")
        path = self._path_of(folder, name)
        if path is None:
            return None
        module = self._modules[path][0]
        bound = {
            *(each.name for each in module.called),
            *(each.name for each in module.names),
            *(each.name for each in module.imported),
        }
        known = next((each for each in ("application", "app") if each in bound), None)
        return (f"{name}:{known}", Place(path=path, line=1)) if known else None

    def _settings_of(self, folder: str) -> Iterator[str]:
        """What looks like Django's settings below a folder, by its name and by what stands in it."""
        for path, (module, _) in sorted(self._modules.items()):
            below = not folder or path.startswith(f"{folder}/")
            is_one = module.stars or any(each.name in _SETTINGS for each in module.texts)
            if below and is_one and "settings" in module.name:
                yield module.name

    def _is_around(self, folder: str, kind: Kind) -> bool:
        """Whether something was put around the application, which nobody does to what isn't served."""
        best = self._best(folder, kind)
        return best is not None and bool(best.around)

    def _application(self, folder: str, kind: Kind) -> tuple[str, Place] | None:
        """The object in a ``wsgi.py`` or ``asgi.py`` where the settings don't say which one it is."""
        best = self._best(folder, kind)
        return (best.target, best.place) if best else None

    def _best(self, folder: str, kind: Kind) -> AppObject | None:
        inside = (
            each
            for each in self._objects
            if each.kind == kind and not each.factory and (not folder or each.place.path.startswith(f"{folder}/"))
        )
        return min(inside, key=preference, default=None)

    def _setting(self, folder: str, settings: str | None, prefix: str) -> tuple[str, Place] | None:
        """``WSGI_APPLICATION`` as ``module:object``."""
        found = self._text(folder, settings, f"{prefix}_APPLICATION")
        if found is None or not _MODULE.match(found[0]):
            return None
        origin, _, last = found[0].rpartition(".")
        return f"{origin}:{last}", found[1]

    def _text(self, folder: str, settings: str | None, setting: str) -> tuple[str, Place] | None:
        """A setting that is a string, from the settings module or one that it takes everything from."""
        pending = [settings] if settings else []
        seen: set[str] = set()
        while pending:
            name = pending.pop()
            path = self._path_of(folder, name)
            if path is None or path in seen:
                continue
            seen.add(path)
            # Imports are named from the folder of manage.py, so the file is read under that name.
            module = msgspec.structs.replace(self._modules[path][0], name=name)
            for text in reversed(module.texts):
                if text.name == setting:
                    return text.value, Place(path=path, line=text.line)
            pending += module.stars
        return None

    def _path_of(self, folder: str, name: str) -> str | None:
        inner = name.replace(".", "/")
        for base in dict.fromkeys((folder, "", SOURCE_ROOT)):
            for ending in (".py", "/__init__.py"):
                path = f"{base}/{inner}{ending}".lstrip("/")
                if path in self._modules:
                    return path
        return None

    def _programs(self) -> Iterator[str]:
        for folder in ("", f"{SOURCE_ROOT}/"):
            for name in PROGRAMS:
                path = f"{folder}{name}"
                if path in self._modules and self._modules[path][0].runs:
                    yield path

    def _inner_programs(self) -> Iterator[tuple[str, Place]]:
        """``bot/main.py``: only with the line that makes it a program, for modules of such names are common."""
        for path, (module, root) in sorted(self._modules.items()):
            if path.count("/") == 1 and is_program(path) and module.guarded and module.runs:
                yield module.name, Place(path=path, line=1, root=root)

    def _packages(self) -> Iterator[tuple[str, Place]]:
        """Folders that run by ``python -m``; the name of the project's own root is empty."""
        found = [each for each in self._modules.values() if each[0].path.rpartition("/")[2] == "__main__.py"]
        for module, root in sorted(found, key=lambda each: (each[0].path.count("/"), each[0].path)):
            name = module.name.removesuffix("__main__").removesuffix(".")
            yield name, Place(path=module.path, line=1, root=root)
