"""Finds every compiled pattern of the buildpack, and the texts that each of them may be slow on."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any, Final

import msgspec

import pure
import shell

# What a pattern is made of.
_parser: Any = importlib.import_module("re._parser")
_constants: Any = importlib.import_module("re._constants")


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A pattern, where it stands, and by which of its methods it is used there."""

    name: str
    pattern: Any
    methods: tuple[str, ...]

    def run(self, text: str) -> None:
        """Do with a text what the buildpack does with it, to the last match."""
        written = text.encode() if isinstance(self.pattern.pattern, bytes) else text
        for method in self.methods:
            if method == "finditer":
                for _ in self.pattern.finditer(written):
                    pass
            else:
                getattr(self.pattern, method)(written)


_ANCHORED: Final = ("match", "fullmatch")


def _methods(module: ModuleType, name: str) -> tuple[str, ...]:
    """How a module uses one of its patterns; looking for it everywhere, where that can't be seen."""
    source = inspect.getsource(module)
    uses = re.findall(rf"\b{name}\b(?:\.([a-z]+)\()?", source)
    called = {use for use in uses if use}
    # It stands alone once, where it is made.
    if not called or uses.count("") > 1 or called - set(_ANCHORED) or re.search(rf"import .*\b{name}\b", source):
        return ("finditer", *_ANCHORED)
    return tuple(sorted(called))


def compiled_patterns() -> tuple[Named, ...]:
    """The patterns that modules of ``pure`` and ``shell`` hold, alone or in tables."""
    found: dict[Any, Named] = {}
    for package in (pure, shell):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if info.name.endswith("__main__"):
                continue
            module = importlib.import_module(info.name)
            for name, value in vars(module).items():
                for pattern in _patterns(value):
                    methods = _methods(module, name)
                    found.setdefault(pattern, Named(name=f"{info.name}.{name}", pattern=pattern, methods=methods))
            for each in _written_in_place(module):
                found.setdefault(each.pattern, each)
    return tuple(found.values())


def _written_in_place(module: ModuleType) -> Iterator[Named]:
    """Patterns that a module hands to functions of ``re`` where they are needed."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        owner, first = node.func.value, node.args[0]
        if (
            isinstance(owner, ast.Name)
            and owner.id == "re"
            and node.func.attr != "compile"
            and isinstance(first, ast.Constant)
        ):
            method = "finditer" if node.func.attr not in _ANCHORED else node.func.attr
            name = f"{module.__name__}, line {node.lineno}"
            yield Named(name=name, pattern=re.compile(first.value), methods=(method,))


def _patterns(value: object) -> Iterator[Any]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _patterns(each)
    elif isinstance(value, (tuple, list, frozenset)):
        for each in value:
            yield from _patterns(each)


def pumps(pattern: Any) -> tuple[tuple[str, str], ...]:
    """Beginnings and pieces to repeat, of the pattern's own literals and classes: (before, repeated)."""
    written = pattern.pattern
    tree = _parser.parse(
        written.decode("latin-1") if isinstance(written, bytes) else written, pattern.flags & re.VERBOSE
    )
    pieces = list(dict.fromkeys(_pieces(tree)))[:60]
    whole = _sample(tree)
    prefixes = [whole[:cut] for cut in range(1, min(len(whole), 40))]
    single = [("", piece) for piece in (*pieces, *prefixes)]
    led = [(prefix, piece) for prefix in prefixes[:12] for piece in pieces[:12]]
    paired = [("", one + other) for one in pieces[:14] for other in pieces[:14] if one != other]
    return tuple(dict.fromkeys((*single, *led, *paired)))


def _pieces(tree: Any) -> Iterator[str]:
    """Whatever one repetition, alternative or run of literals of the pattern matches."""
    literal = ""
    for operation, argument in tree:
        if operation is _constants.LITERAL:
            literal += chr(argument)
            continue
        if literal:
            yield literal
            literal = ""
        sample = _sample([(operation, argument)])
        if sample:
            yield sample
        for inner in _inner(operation, argument):
            yield from _pieces(inner)
    if literal:
        yield literal


def _inner(operation: Any, argument: Any) -> list[Any]:
    match str(operation):
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return [argument[2]]
        case "SUBPATTERN":
            return [argument[3]]
        case "BRANCH":
            return list(argument[1])
        case "ATOMIC_GROUP":
            return [argument]
        case "ASSERT" | "ASSERT_NOT":
            return [argument[1]]
        case _:
            return []


def _sample(tree: Any) -> str:
    """A text that the pattern matches, assertions apart; repetitions once or twice."""
    text = ""
    for operation, argument in tree:
        match str(operation):
            case "LITERAL":
                text += chr(argument)
            case "NOT_LITERAL":
                text += next(char for char in "a b0" if char != chr(argument))
            case "ANY":
                text += "a"
            case "IN":
                text += _member(argument)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                text += _sample(argument[2]) * max(1, min(argument[0], 40))
            case "SUBPATTERN":
                text += _sample(argument[3])
            case "BRANCH":
                text += _sample(argument[1][0])
            case "ATOMIC_GROUP":
                text += _sample(argument)
            case _:
                pass
    return text


_CANDIDATES = "a0 A_-.\t\n/:=\"'<>?&#@%+,;()[]{}|~^$*!\\`é"


def _member(items: Any) -> str:
    """A character of a class."""
    negated = items[0][0] is _constants.NEGATE
    accepts = {char for char in map(chr, range(0x250)) if any(_accepts(item, char) for item in items)}
    return next((char for char in _CANDIDATES if (char in accepts) != negated), "")


def _accepts(item: Any, char: str) -> bool:
    operation, argument = item
    match str(operation):
        case "LITERAL":
            return bool(ord(char) == argument)
        case "RANGE":
            return bool(argument[0] <= ord(char) <= argument[1])
        case "CATEGORY":
            kind = str(argument).removeprefix("CATEGORY_")
            inside = {
                "DIGIT": char.isdigit(),
                "SPACE": char.isspace(),
                "WORD": char.isalnum() or char == "_",
            }[kind.removeprefix("NOT_")]
            return inside != kind.startswith("NOT_")
        case _:
            return False
