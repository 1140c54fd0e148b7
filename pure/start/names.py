"""Follows names from one file to the next: what an object was made by, and of which kind that makes it."""

from collections.abc import Iterator, Mapping
from typing import Final

from pure.start.calls import CALLS
from pure.start.code_facts import Kind
from pure.start.code_module import Called, Module

# Files can name each other in circles, and an object can be made of itself.
_MOST: Final = 200


class Names:
    """All modules together, by the names under which they are imported."""

    def __init__(self, modules: Mapping[str, tuple[Module, str]]) -> None:
        self._by_name = {module.name: module for module, _ in modules.values()}
        self._used: set[str] | None = None

    def kind_of(self, callee: str) -> Kind | None:
        """What calling this gives, followed through the project's own functions and classes; else ``None``."""
        return next((CALLS[name] for name in self.origins(callee) if name in CALLS), None)

    def origins(self, name: str) -> Iterator[str]:
        """A dotted name, and all that it may stand for: ``main.app.run`` is ``flask.Flask.run`` in the end."""
        seen = {name}
        pending = [name]
        while pending and len(seen) < _MOST:
            name = pending.pop(0)
            yield name
            for each in self._behind(name):
                if each not in seen:
                    seen.add(each)
                    pending.append(each)

    def _behind(self, name: str) -> Iterator[str]:
        parts = name.split(".")
        for depth in range(len(parts)):
            module = self._by_name.get(".".join(parts[:depth]))
            if module is None:
                continue
            own, rest = parts[depth], "".join(f".{part}" for part in parts[depth + 1 :])
            yield from (f"{each.target}{rest}" for each in module.imported if each.name == own)
            yield from (
                f"{each}{rest}" for function in module.functions if function.name == own for each in function.returns
            )
            yield from (f"{base}{rest}" for each in module.classes if each.name == own for base in each.bases)
            if rest:
                yield from (f"{each.callee}{rest}" for each in module.called if each.name == own)
            yield from (f"{star}.{own}{rest}" for star in module.stars)

    def object_of(self, name: str) -> tuple[Module, Called] | None:
        """The module-level object that a dotted name stands for, wherever it is handed on."""
        for each in self.origins(name):
            origin, _, last = each.rpartition(".")
            module = self._by_name.get(origin)
            found = next((call for call in module.called if call.name == last), None) if module else None
            if module is not None and found is not None:
                return module, found
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


def _mentioned(module: Module) -> Iterator[str]:
    yield from (f"{each.target}" for each in module.imported)
    # The last part of these is what the name is used for.
    yield from (callee.rpartition(".")[0] for callee, _, _ in module.calls)
    yield from (each.decorator.rpartition(".")[0] for each in module.decorated)
    yield from (base.rpartition(".")[0] for each in module.classes for base in each.bases)
