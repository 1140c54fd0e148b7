"""Follows names from one file to the next: what an object was made by, and of which kind that makes it."""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Final

from pure.start.calls import CALLS
from pure.start.code_facts import Kind
from pure.start.code_module import Called, Module

# Files can name each other in circles, an object can be made of itself, a name bound a thousand times.
_MOST: Final = 24
_FEW: Final = 8
_DEEPEST: Final = 12


class Names:
    """All modules together, by the names under which they are imported."""

    def __init__(self, modules: Mapping[str, tuple[Module, str]]) -> None:
        self._by_name = {module.name: module for module, _ in modules.values()}
        self._indexes: dict[str, _Index] = {}
        self._origins: dict[str, tuple[str, ...]] = {}
        self._used: set[str] | None = None

    def kind_of(self, callee: str) -> Kind | None:
        """What calling this gives, followed through the project's own functions and classes; else ``None``."""
        return next((CALLS[name] for name in self.origins(callee) if name in CALLS), None)

    def origins(self, name: str) -> tuple[str, ...]:
        """A dotted name, and all that it may stand for: ``main.app.run`` is ``flask.Flask.run`` in the end."""
        if name not in self._origins:
            self._origins[name] = tuple(self._followed(name))
        return self._origins[name]

    def _followed(self, name: str) -> Iterator[str]:
        seen = {name}
        pending = deque((name,))
        while pending:
            name = pending.popleft()
            yield name
            if len(seen) >= _MOST or name.count(".") > _DEEPEST:
                continue
            for each in self._behind(name):
                if each not in seen:
                    seen.add(each)
                    pending.append(each)

    def _behind(self, name: str) -> Iterator[str]:
        parts = name.split(".")
        for depth in range(len(parts)):
            index = self._index(".".join(parts[:depth]))
            if index is None:
                continue
            own, rest = parts[depth], "".join(f".{part}" for part in parts[depth + 1 :])
            yield from (f"{each}{rest}" for each in index.stands_for.get(own, ())[:_FEW])
            if rest:
                yield from (f"{each.callee}{rest}" for each in index.made_by.get(own, ())[:_FEW])
            yield from (f"{star}.{own}{rest}" for star in index.stars[:_FEW])

    def _index(self, name: str) -> "_Index | None":
        module = self._by_name.get(name)
        if module is None:
            return None
        if name not in self._indexes:
            self._indexes[name] = _Index(module)
        return self._indexes[name]

    def object_of(self, name: str) -> tuple[Module, Called] | None:
        """The module-level object that a dotted name stands for, wherever it is handed on."""
        for each in self.origins(name):
            origin, _, last = each.rpartition(".")
            module = self._by_name.get(origin)
            index = self._index(origin)
            found = index.made_by.get(last) if index is not None else None
            if module is not None and found:
                return module, found[0]
        return None

    def module(self, name: str) -> Module | None:
        """The module of a name."""
        return self._by_name.get(name)

    def used(self, name: str) -> bool:
        """Whether something of this name is imported, derived from, or has its methods called: by anybody."""
        if self._used is None:
            self._used = {
                part
                for module in self._by_name.values()
                for dotted in _mentioned(module)
                for part in dotted.split(".")[-2:]
            }
        return name in self._used


class _Index:
    """The names of one module, each with what it stands for."""

    def __init__(self, module: Module) -> None:
        self.stands_for: dict[str, list[str]] = {}
        self.made_by: dict[str, list[Called]] = {}
        self.stars = module.stars
        for imported in module.imported:
            self.stands_for.setdefault(imported.name, []).append(imported.target)
        for function in module.functions:
            if function.awaited:
                continue
            self.stands_for.setdefault(function.name, []).extend(function.returns)
        for own in module.classes:
            self.stands_for.setdefault(own.name, []).extend(own.bases)
        for called in module.called:
            self.made_by.setdefault(called.name, []).append(called)


def _mentioned(module: Module) -> Iterator[str]:
    yield from (f"{each.target}" for each in module.imported)
    # The last part of these is what the name is used for.
    yield from (callee.rpartition(".")[0] for callee, _, _ in module.calls)
    yield from (each.decorator.rpartition(".")[0] for each in module.decorated)
    yield from (base.rpartition(".")[0] for each in module.classes for base in each.bases)
