"""Reads one Python file's syntax tree into the few things that a start command can depend on.

The text is parsed, never imported or run. Whatever is in the file, the answer is a ``Module`` or ``Unparsed``.
"""

import ast
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from pure.start.code_facts import Unparsed
from pure.start.code_module import Called, Class, Function, Imported, Module, Text

SETTINGS_VARIABLE: Final = "DJANGO_SETTINGS_MODULE"

# Names that only the definition of periodic tasks uses (Celery, "Periodic Tasks").
_PERIODIC: Final = frozenset({"beat_schedule", "CELERY_BEAT_SCHEDULE", "CELERYBEAT_SCHEDULE", "add_periodic_task"})
# Arguments that name something, for a call without others.
_NAMING: Final = ("name", "queue")
_MAIN: Final = "__main__"

Statement: TypeAlias = ast.stmt


def parse_module(raw: bytes, *, path: str, name: str) -> Module | Unparsed:
    """Read the file at ``path``, which is imported as ``name``."""
    try:
        with warnings.catch_warnings():
            # What the compiler thinks of somebody's string escapes doesn't belong in our log.
            warnings.simplefilter("ignore")
            tree = ast.parse(raw)
    except SyntaxError as error:
        where = f"line {error.lineno}: " if error.lineno else ""
        return Unparsed(path=path, detail=f"{where}{_short(error.msg)}")
    except (ValueError, RecursionError, MemoryError) as error:
        return Unparsed(path=path, detail=_short(str(error)) or "too deeply nested")
    return _Reader(path, name).read(tree)


class _Reader:
    """Walks one tree."""

    def __init__(self, path: str, name: str) -> None:
        self._path = path
        self._name = name
        self._package = name if path.endswith("__init__.py") else name.rpartition(".")[0]
        self._names: dict[str, str] = {}

    def read(self, tree: ast.Module) -> Module:
        statements = list(_module_level(tree.body))
        imported = [each for statement in statements for each in self._imports(statement)]
        self._names = {each.name: each.target for each in imported}
        everything = list(ast.walk(tree))
        texts = [each for statement in statements for each in _texts(statement)]
        return Module(
            path=self._path,
            name=self._name,
            packages=frozenset(_packages(everything)),
            imported=tuple(imported),
            stars=tuple(star for statement in statements for star in self._stars(statement)),
            called=tuple(each for statement in statements for each in self._called(statement)),
            functions=tuple(each for statement in statements for each in self._function(statement)),
            classes=tuple(each for statement in statements for each in self._class(statement)),
            texts=tuple(texts),
            names=tuple(each for statement in statements for each in self._aliases(statement)),
            mounted=frozenset(_mounted(everything)),
            calls=tuple(self._calls(everything, {text.name: text.value for text in texts})),
            configured=tuple(self._configured(statements, everything)),
            settings=_settings(everything),
            periodic=_periodic(everything),
            acts=any(_acts(statement) for statement in tree.body),
            guarded=any(isinstance(each, ast.If) and _is_main_guard(each) for each in tree.body),
        )

    def _imports(self, statement: Statement) -> Iterator[Imported]:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                top = alias.name.partition(".")[0]
                yield Imported(name=alias.asname or top, target=alias.name if alias.asname else top)
        elif isinstance(statement, ast.ImportFrom):
            base = self._base(statement)
            for alias in statement.names:
                if alias.name != "*":
                    yield Imported(name=alias.asname or alias.name, target=f"{base}.{alias.name}".lstrip("."))

    def _stars(self, statement: Statement) -> Iterator[str]:
        if isinstance(statement, ast.ImportFrom) and any(alias.name == "*" for alias in statement.names):
            yield self._base(statement)

    def _base(self, statement: ast.ImportFrom) -> str:
        """The absolute name that a ``from`` starts at (language reference, "Package Relative Imports")."""
        if not statement.level:
            return statement.module or ""
        parts = self._package.split(".") if self._package else []
        kept = parts[: len(parts) - (statement.level - 1)] if statement.level - 1 <= len(parts) else []
        return ".".join((*kept, *((statement.module,) if statement.module else ())))

    def _called(self, statement: Statement) -> Iterator[Called]:
        for name, value in _bindings(statement):
            callee = self._callee(value)
            if callee:
                yield Called(name=name, callee=callee, line=statement.lineno)

    def _aliases(self, statement: Statement) -> Iterator[Text]:
        """``server = app.server`` and ``application = app``: names bound to other names."""
        for name, value in _bindings(statement):
            dotted = _dotted(value)
            if dotted:
                yield Text(name=name, value=dotted, line=statement.lineno)

    def _function(self, statement: Statement) -> Iterator[Function]:
        # Servers call factories; none of them awaits one.
        if not isinstance(statement, ast.FunctionDef):
            return
        bound: dict[str, str] = {}
        returned: list[str] = []
        for node in _own_statements(statement.body):
            for name, value in _bindings(node):
                callee = self._callee(value)
                if callee:
                    bound.setdefault(name, callee)
            if isinstance(node, ast.Return) and node.value is not None:
                callee = self._callee(node.value) or bound.get(_dotted(node.value) or "")
                if callee:
                    returned.append(callee)
        if returned:
            returns = tuple(dict.fromkeys(returned))
            needs = _required(statement.args)
            yield Function(name=statement.name, returns=returns, line=statement.lineno, needs=needs)

    def _class(self, statement: Statement) -> Iterator[Class]:
        if isinstance(statement, ast.ClassDef):
            # Generic[...] and the like are subscripts; what they subscript is the base.
            bases = (base.value if isinstance(base, ast.Subscript) else base for base in statement.bases)
            named = tuple(name for base in bases if (name := self._absolute(_dotted(base))))
            if named:
                yield Class(name=statement.name, bases=named)

    def _callee(self, value: ast.expr) -> str | None:
        return self._absolute(_dotted(value.func)) if isinstance(value, ast.Call) else None

    def _absolute(self, dotted: str | None) -> str | None:
        if dotted is None:
            return None
        first, dot, rest = dotted.partition(".")
        return self._names.get(first, f"{self._name}.{first}".lstrip(".")) + dot + rest

    def _calls(self, nodes: Iterable[ast.AST], texts: Mapping[str, str]) -> Iterator[tuple[str, int, str | None]]:
        for node in nodes:
            if isinstance(node, ast.Call):
                callee = self._callee(node) or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
                named = [*node.args[:1], *(each.value for each in node.keywords if each.arg in _NAMING)]
                if callee:
                    text = _string(named[0]) or texts.get(_dotted(named[0]) or "") if named else ""
                    yield callee, node.lineno, text

    def _configured(self, statements: Iterable[Statement], nodes: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
        bound = {
            name: variable
            for statement in statements
            for name, value in _bindings(statement)
            if (variable := self._variable(value))
        }
        for node in nodes:
            if isinstance(node, ast.Call) and (callee := self._callee(node)):
                first = node.args[0] if node.args else next((each.value for each in node.keywords), None)
                variable = self._variable(first) or bound.get(_dotted(first) or "") if first else None
                if variable:
                    yield callee, variable

    def _variable(self, value: ast.expr) -> str | None:
        """The variable that ``os.environ["NAME"]``, ``os.getenv("NAME")`` and the like read."""
        match value:
            case ast.BoolOp(op=ast.Or(), values=[first, *_]):
                return self._variable(first)
            case ast.Subscript(value=source, slice=name) if self._absolute(_dotted(source)) == "os.environ":
                return _string(name)
            case ast.Call(args=[name, *_]) if self._callee(value) in ("os.getenv", "os.environ.get"):
                return _string(name)
            case _:
                return None


def _module_level(body: Iterable[Statement]) -> Iterator[Statement]:
    """The statements that run on import: those in blocks too, but not what only runs as a program."""
    pending = list(body)[::-1]
    while pending:
        statement = pending.pop()
        yield statement
        if isinstance(statement, ast.If):
            branch = statement.orelse if _is_main_guard(statement) else [*statement.body, *statement.orelse]
            pending += branch[::-1]
        else:
            pending += _blocks(statement)[::-1]


def _own_statements(body: Iterable[Statement]) -> Iterator[Statement]:
    """A function's statements, without those of functions in it."""
    pending = list(body)[::-1]
    while pending:
        statement = pending.pop()
        yield statement
        inner = [*statement.body, *statement.orelse] if isinstance(statement, ast.If) else _blocks(statement)
        pending += inner[::-1]


def _blocks(statement: Statement) -> list[Statement]:
    match statement:
        case ast.With() | ast.AsyncWith():
            return statement.body
        case ast.Try() | ast.TryStar():
            handlers = [each for handler in statement.handlers for each in handler.body]
            return [*statement.body, *handlers, *statement.orelse, *statement.finalbody]
        case ast.For() | ast.While():
            return [*statement.body, *statement.orelse]
        case _:
            return []


def _bindings(statement: Statement) -> Iterator[tuple[str, ast.expr]]:
    match statement:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, ast.Name):
                    yield target.id, value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.With(items=items):
            for item in items:
                if isinstance(item.optional_vars, ast.Name):
                    yield item.optional_vars.id, item.context_expr
        case _:
            return


def _texts(statement: Statement) -> Iterator[Text]:
    for name, value in _bindings(statement):
        text = _string(value)
        if text is not None:
            yield Text(name=name, value=text, line=statement.lineno)


def _dotted(node: ast.AST) -> str | None:
    """``a.b.c`` for such an expression."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join((node.id, *reversed(parts))) if isinstance(node, ast.Name) else None


def _string(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _required(arguments: ast.arguments) -> bool:
    positional = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    return positional > 0 or any(default is None for default in arguments.kw_defaults)


def _is_main_guard(statement: ast.If) -> bool:
    test = statement.test
    if not isinstance(test, ast.Compare) or len(test.comparators) != 1:
        return False
    sides = (test.left, test.comparators[0])
    return any(_dotted(side) == "__name__" for side in sides) and any(_string(side) == _MAIN for side in sides)


def _packages(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]


def _mounted(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """``main.mount("/x", app)`` and ``Mount("/x", app=app)``: names that are served by others."""
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else _dotted(node.func)
        if called not in ("mount", "Mount"):
            continue
        values = [*node.args[1:2], *(each.value for each in node.keywords if each.arg == "app")]
        yield from (value.id for value in values if isinstance(value, ast.Name))


def _settings(nodes: Iterable[ast.AST]) -> str | None:
    """The settings module that a ``manage.py``, ``wsgi.py`` or ``asgi.py`` names."""
    for node in nodes:
        value: ast.expr | None = None
        if isinstance(node, ast.Call) and len(node.args) == 2 and _string(node.args[0]) == SETTINGS_VARIABLE:
            value = node.args[1] if isinstance(node.func, ast.Attribute) and node.func.attr == "setdefault" else None
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            value = node.value if _string(node.targets[0].slice) == SETTINGS_VARIABLE else None
        if value is None:
            continue
        # A default inside a call counts: os.environ.get("SETTINGS", "site.settings").
        inside = [text for each in ast.walk(value) if (text := _string(each)) and _is_module(text)]
        if inside:
            return inside[-1]
    return None


def _is_module(text: str) -> bool:
    return all(part.isidentifier() for part in text.split(".")) and ("." in text or text.islower())


def _periodic(nodes: Iterable[ast.AST]) -> int | None:
    for node in nodes:
        match node:
            case ast.Attribute(attr=name) | ast.Name(id=name, ctx=ast.Store()) if name in _PERIODIC:
                return node.lineno
            case ast.keyword(arg="beat_schedule"):
                return node.value.lineno
            case _:
                continue
    return None


def _acts(statement: Statement) -> bool:
    """Whether a statement does something when the file runs as a program, rather than defining something."""
    match statement:
        case ast.Expr(value=ast.Constant()):
            return False
        case ast.Expr() | ast.For() | ast.While() | ast.With():
            return True
        case ast.If():
            return _is_main_guard(statement) or any(_acts(inner) for inner in statement.body)
        case ast.Try():
            return any(_acts(inner) for inner in statement.body)
        case _:
            return False


def _short(text: str) -> str:
    # A message may quote the file, which may hold what no log can print.
    return " ".join(text.encode("ascii", "backslashreplace").decode().split())[:100]
